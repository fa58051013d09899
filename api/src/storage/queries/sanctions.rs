//! Bans and mutes.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{After, Page, RoomId, Sanction, SanctionKind, Timestamp, UserId};
use crate::storage::error::Result;
use crate::storage::sanction_row::SanctionRow;
use crate::storage::schema::{members, sanctions};

/// What was laid upon these people in a room, in force or not.
pub(in crate::storage) async fn find_sanctions(
    conn: &mut Conn,
    room: RoomId,
    users: Vec<UserId>,
) -> Result<Vec<Sanction>> {
    let rows = sanctions::table
        .filter(sanctions::room_id.eq(room))
        .filter(sanctions::user_id.eq_any(users))
        .select(SanctionRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Sanction::from).collect())
}

/// The bans that are in force in a room, the newest first.
pub(in crate::storage) async fn list_bans(
    conn: &mut Conn,
    room: RoomId,
    now: Timestamp,
    page: After<(Timestamp, UserId)>,
) -> Result<Page<Sanction>> {
    let is_in_force = sanctions::expires_at
        .is_null()
        .or(sanctions::expires_at.gt(now));
    let mut query = sanctions::table
        .filter(sanctions::room_id.eq(room))
        .filter(sanctions::kind.eq(SanctionKind::Ban))
        .filter(is_in_force)
        .order((sanctions::created_at.desc(), sanctions::user_id.desc()))
        .select(SanctionRow::as_select())
        .limit(page.limit + 1)
        .into_boxed();
    if let Some((at, user)) = page.after {
        let same_instant = sanctions::created_at
            .eq(at)
            .and(sanctions::user_id.lt(user));
        query = query.filter(sanctions::created_at.lt(at).or(same_instant));
    }
    let rows: Vec<SanctionRow> = query.load(conn).await?;
    Ok(page.cut(rows).map(Sanction::from))
}

/// In place of an earlier one of its kind.
pub(in crate::storage) async fn put_sanction(conn: &mut Conn, sanction: &Sanction) -> Result<()> {
    diesel::insert_into(sanctions::table)
        .values(SanctionRow::from(sanction))
        .on_conflict((sanctions::room_id, sanctions::user_id, sanctions::kind))
        .do_update()
        .set((
            sanctions::reason.eq(excluded(sanctions::reason)),
            sanctions::creator_id.eq(excluded(sanctions::creator_id)),
            sanctions::created_at.eq(excluded(sanctions::created_at)),
            sanctions::expires_at.eq(excluded(sanctions::expires_at)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// False when there was none.
pub(in crate::storage) async fn lift_sanction(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    kind: SanctionKind,
) -> Result<bool> {
    let lifted = diesel::delete(sanctions::table.find((room, user, kind)))
        .execute(conn)
        .await?;
    Ok(lifted == 1)
}

/// Says at the membership what the sanction says.
pub(in crate::storage) async fn set_mute(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    until: Option<Timestamp>,
    reason: Option<&str>,
) -> Result<()> {
    diesel::update(members::table.find((room, user)))
        .set((
            members::muted_until.eq(until),
            members::mute_reason.eq(reason),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
