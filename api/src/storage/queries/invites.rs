//! Invites: making them, and joining by them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{After, Invite, Page, RoomId, Timestamp};
use crate::storage::error::Result;
use crate::storage::rows::InviteRow;
use crate::storage::schema::invites;

pub(in crate::storage) async fn find_invite(conn: &mut Conn, code: &str) -> Result<Option<Invite>> {
    let row = invites::table
        .find(code)
        .select(InviteRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Invite::from))
}

pub(in crate::storage) async fn insert_invite(conn: &mut Conn, invite: &Invite) -> Result<()> {
    diesel::insert_into(invites::table)
        .values(InviteRow::from(invite))
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts one use. False when it has expired, or was used as often as it may be.
pub(in crate::storage) async fn use_invite(
    conn: &mut Conn,
    code: &str,
    now: Timestamp,
) -> Result<bool> {
    let is_left = invites::max_uses
        .is_null()
        .or(invites::uses.nullable().lt(invites::max_uses));
    let is_in_time = invites::expires_at
        .is_null()
        .or(invites::expires_at.gt(now));
    let used = diesel::update(invites::table.find(code))
        .filter(is_left)
        .filter(is_in_time)
        .set(invites::uses.eq(invites::uses + 1))
        .execute(conn)
        .await?;
    Ok(used == 1)
}

/// False when there was none.
pub(in crate::storage) async fn delete_invite(conn: &mut Conn, code: &str) -> Result<bool> {
    let deleted = diesel::delete(invites::table.find(code))
        .execute(conn)
        .await?;
    Ok(deleted == 1)
}

/// The invites to a room that are still good, the newest first.
pub(in crate::storage) async fn list_invites(
    conn: &mut Conn,
    room: RoomId,
    now: Timestamp,
    page: After<(Timestamp, String)>,
) -> Result<Page<Invite>> {
    let is_left = invites::max_uses
        .is_null()
        .or(invites::uses.nullable().lt(invites::max_uses));
    let is_in_time = invites::expires_at
        .is_null()
        .or(invites::expires_at.gt(now));
    let mut query = invites::table
        .filter(invites::room_id.eq(room))
        .filter(is_left)
        .filter(is_in_time)
        .order((invites::created_at.desc(), invites::code.desc()))
        .select(InviteRow::as_select())
        .limit(page.limit + 1)
        .into_boxed();
    if let Some((at, code)) = page.after.clone() {
        let same_instant = invites::created_at.eq(at).and(invites::code.lt(code));
        query = query.filter(invites::created_at.lt(at).or(same_instant));
    }
    let rows: Vec<InviteRow> = query.load(conn).await?;
    Ok(page.cut(rows).map(Invite::from))
}
