//! How far people have read.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Member, Receipt, RoomId, Timestamp, Unread, UserId};
use crate::storage::error::Result;
use crate::storage::rows::{MemberRow, ReceiptRow};
use crate::storage::schema::{members, rooms};
use crate::storage::unread::{Counts, unread, unread_counts};

/// `None` when the person is not in the room, or has read as far.
pub(in crate::storage) async fn mark_read(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    seq: i64,
    now: Timestamp,
) -> Result<Option<Member>> {
    let row = diesel::update(members::table.find((room, user)))
        .filter(members::last_read_seq.lt(seq))
        .set((members::last_read_seq.eq(seq), members::read_at.eq(now)))
        .returning(MemberRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Member::from))
}

/// Who has read something in a room, the latest readers first.
pub(in crate::storage) async fn list_receipts(
    conn: &mut Conn,
    room: RoomId,
    limit: i64,
) -> Result<Vec<Receipt>> {
    let rows: Vec<ReceiptRow> = members::table
        .filter(members::room_id.eq(room))
        .filter(members::read_at.is_not_null())
        .order(members::read_at.desc())
        .limit(limit)
        .select(ReceiptRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Receipt::from).collect())
}

/// How far people have read in a room, of those who have since then.
pub(in crate::storage) async fn list_receipts_since(
    conn: &mut Conn,
    room: RoomId,
    since: Timestamp,
) -> Result<Vec<Receipt>> {
    let rows: Vec<ReceiptRow> = members::table
        .filter(members::room_id.eq(room))
        .filter(members::read_at.ge(since))
        .select(ReceiptRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Receipt::from).collect())
}

/// How far a person has read, in each of their rooms where they have since then.
pub(in crate::storage) async fn list_own_receipts(
    conn: &mut Conn,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<(RoomId, Receipt)>> {
    let rows: Vec<(RoomId, ReceiptRow)> = members::table
        .filter(members::user_id.eq(user))
        .filter(members::read_at.ge(since))
        .order(members::read_at)
        .select((members::room_id, ReceiptRow::as_select()))
        .load(conn)
        .await?;
    let receipt = |(room, row)| (room, Receipt::from(row));
    Ok(rows.into_iter().map(receipt).collect())
}

/// What a person has not read in each of their rooms; of these only, when some are given.
pub(in crate::storage) async fn count_unread(
    conn: &mut Conn,
    user: UserId,
    in_rooms: Option<Vec<RoomId>>,
) -> Result<Vec<(RoomId, Unread)>> {
    let counts = unread_counts!(
        user,
        members::room_id,
        rooms::last_seq,
        members::last_read_seq
    );
    let mut query = members::table
        .inner_join(rooms::table)
        .filter(members::user_id.eq(user))
        .select((members::room_id, counts))
        .into_boxed();
    if let Some(rooms) = in_rooms {
        query = query.filter(members::room_id.eq_any(rooms));
    }
    let rows: Vec<(RoomId, Counts)> = query.load(conn).await?;
    let rows = rows.into_iter();
    Ok(rows.map(|(room, counts)| (room, unread(counts))).collect())
}
