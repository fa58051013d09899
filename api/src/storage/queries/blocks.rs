//! Who wants nothing to do with whom.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Timestamp, User, UserId};
use crate::storage::error::Result;
use crate::storage::keys::pair_key;
use crate::storage::schema::{blocks, rooms, users};
use crate::storage::user_row::UserRow;

/// Keeps others who hold this person waiting until the transaction ends. False when there is no
/// such person.
pub(in crate::storage) async fn hold_user(conn: &mut Conn, id: UserId) -> Result<bool> {
    let held = diesel::update(users::table.find(id))
        .set(users::created_at.eq(users::created_at))
        .execute(conn)
        .await?;
    Ok(held == 1)
}

/// Nothing happens when it is so already.
pub(in crate::storage) async fn insert_block(
    conn: &mut Conn,
    blocker: UserId,
    blocked: UserId,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(blocks::table)
        .values((
            blocks::blocker_id.eq(blocker),
            blocks::blocked_id.eq(blocked),
            blocks::created_at.eq(now),
        ))
        .on_conflict((blocks::blocker_id, blocks::blocked_id))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::storage) async fn delete_block(
    conn: &mut Conn,
    blocker: UserId,
    blocked: UserId,
) -> Result<()> {
    diesel::delete(blocks::table.find((blocker, blocked)))
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::storage) async fn count_blocked(conn: &mut Conn, blocker: UserId) -> Result<i64> {
    Ok(blocks::table
        .filter(blocks::blocker_id.eq(blocker))
        .count()
        .get_result(conn)
        .await?)
}

/// Whom a person has blocked, the last one first.
pub(in crate::storage) async fn list_blocked(
    conn: &mut Conn,
    blocker: UserId,
) -> Result<Vec<User>> {
    let rows: Vec<UserRow> = blocks::table
        .inner_join(users::table.on(users::id.eq(blocks::blocked_id)))
        .filter(blocks::blocker_id.eq(blocker))
        .order((blocks::created_at.desc(), blocks::blocked_id.desc()))
        .select(UserRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Those of these people who have blocked a person.
pub(in crate::storage) async fn find_blockers(
    conn: &mut Conn,
    blocked: UserId,
    among: Vec<UserId>,
) -> Result<Vec<UserId>> {
    Ok(blocks::table
        .filter(blocks::blocked_id.eq(blocked))
        .filter(blocks::blocker_id.eq_any(among))
        .select(blocks::blocker_id)
        .load(conn)
        .await?)
}

/// Whom each of these people has blocked: the one who did, and whom.
pub(in crate::storage) async fn find_blocked(
    conn: &mut Conn,
    blockers: Vec<UserId>,
) -> Result<Vec<(UserId, UserId)>> {
    Ok(blocks::table
        .filter(blocks::blocker_id.eq_any(blockers))
        .select((blocks::blocker_id, blocks::blocked_id))
        .load(conn)
        .await?)
}

/// Says whether anything passes in the direct room of two people, if they have one.
pub(in crate::storage) async fn set_severed(
    conn: &mut Conn,
    pair: (UserId, UserId),
    is_severed: bool,
) -> Result<()> {
    diesel::update(rooms::table.filter(rooms::pair_key.eq(pair_key(pair))))
        .set(rooms::is_severed.eq(is_severed))
        .execute(conn)
        .await?;
    Ok(())
}
