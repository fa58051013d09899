//! How far people have read.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Member, Receipt, RoomId, Timestamp, Unread, UserId};
use crate::storage::error::Result;
use crate::storage::rows::{MemberRow, ReceiptRow};
use crate::storage::schema::{members, mentions, messages, rooms};

/// A room, how many messages come after the marker, and how many of these are one's own, say
/// nothing and are by others, are for everyone, and speak to one and not to everyone.
type UnreadRow = (
    RoomId,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

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

/// What a person has not read in each of their rooms; of these only, when some are given.
///
/// Messages are numbered without a gap, so all those after the marker need no counting. What is
/// counted are the person's own ones, those of others that say nothing (deleted ones, notices) and
/// those that speak to the person, each out of an index.
pub(in crate::storage) async fn count_unread(
    conn: &mut Conn,
    user: UserId,
    in_rooms: Option<Vec<RoomId>>,
) -> Result<Vec<(RoomId, Unread)>> {
    let after_marker = messages::table
        .filter(messages::timeline_id.eq(members::room_id))
        .filter(messages::seq.gt(members::last_read_seq));
    let own = after_marker.filter(messages::author_id.eq(user)).count();
    let silent = after_marker
        .filter(
            messages::deleted_at
                .is_not_null()
                .or(messages::notice.is_not_null()),
        )
        .filter(messages::author_id.ne(user))
        .count();
    let to_everyone = after_marker
        .filter(messages::mentions_room)
        .filter(messages::author_id.ne(user))
        .count();
    // What is for everyone is counted above.
    let mentioned = mentions::table
        .inner_join(messages::table)
        .filter(diesel::dsl::not(messages::mentions_room))
        .filter(mentions::user_id.eq(user))
        .filter(mentions::silent.eq(false))
        .filter(mentions::timeline_id.eq(members::room_id))
        .filter(mentions::seq.gt(members::last_read_seq))
        .count();
    let mut query = members::table
        .inner_join(rooms::table)
        .filter(members::user_id.eq(user))
        .select((
            members::room_id,
            rooms::last_seq - members::last_read_seq,
            own.single_value(),
            silent.single_value(),
            to_everyone.single_value(),
            mentioned.single_value(),
        ))
        .into_boxed();
    if let Some(rooms) = in_rooms {
        query = query.filter(members::room_id.eq_any(rooms));
    }
    let rows: Vec<UnreadRow> = query.load(conn).await?;
    let unread = rows
        .into_iter()
        .map(|(room, all, own, silent, to_everyone, mentioned)| {
            let unread = Unread {
                messages: all - own.unwrap_or(0) - silent.unwrap_or(0),
                mentions: to_everyone.unwrap_or(0) + mentioned.unwrap_or(0),
            };
            (room, unread)
        });
    Ok(unread.collect())
}
