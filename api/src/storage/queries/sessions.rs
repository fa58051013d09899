//! Logins and their rotation.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Session, SessionId, Timestamp, UserId};
use crate::storage::error::Result;
use crate::storage::rows::SessionRow;
use crate::storage::schema::{latest_changes, sessions};

pub(in crate::storage) async fn insert_session(conn: &mut Conn, session: &Session) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values(SessionRow::from(session))
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::storage) async fn find_session(
    conn: &mut Conn,
    id: SessionId,
) -> Result<Option<Session>> {
    let row = sessions::table
        .find(id)
        .select(SessionRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Session::from))
}

pub(in crate::storage) async fn find_sessions(
    conn: &mut Conn,
    ids: Vec<SessionId>,
) -> Result<Vec<Session>> {
    let rows = sessions::table
        .filter(sessions::id.eq_any(ids))
        .select(SessionRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Moves a live session from `generation` to the next; `None` when it is not there any more.
pub(in crate::storage) async fn rotate_session(
    conn: &mut Conn,
    id: SessionId,
    generation: u32,
    attempt_id: Option<&str>,
    from: &str,
    now: Timestamp,
) -> Result<Option<Session>> {
    let row = diesel::update(sessions::table.find(id))
        .filter(sessions::generation.eq(generation.cast_signed()))
        .filter(sessions::ended_at.is_null())
        .set((
            sessions::generation.eq(sessions::generation + 1),
            sessions::rotated_at.eq(now),
            sessions::attempt_id.eq(attempt_id),
            sessions::last_used_at.eq(now),
            sessions::last_used_from.eq(from),
        ))
        .returning(SessionRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Session::from))
}

/// Notes where a session is used from.
pub(in crate::storage) async fn update_session_address(
    conn: &mut Conn,
    id: SessionId,
    from: &str,
    now: Timestamp,
) -> Result<()> {
    diesel::update(sessions::table.find(id))
        .filter(sessions::ended_at.is_null())
        .set((
            sessions::last_used_at.eq(now),
            sessions::last_used_from.eq(from),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Nobody is shown the address of a session that is over, and it changes nothing any more: neither is
/// kept. False when it had ended before.
pub(in crate::storage) async fn end_session(
    conn: &mut Conn,
    id: SessionId,
    now: Timestamp,
) -> Result<bool> {
    let ended = diesel::update(sessions::table.find(id))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::last_used_from.eq("")))
        .execute(conn)
        .await?;
    forget_changes(conn, vec![id]).await?;
    Ok(ended == 1)
}

/// Ends all sessions of a person, apart from one. Those that had not ended before.
pub(in crate::storage) async fn end_sessions_of(
    conn: &mut Conn,
    user: UserId,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<SessionId>> {
    let living = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne_all(except));
    let ended: Vec<SessionId> = diesel::update(living)
        .set((sessions::ended_at.eq(now), sessions::last_used_from.eq("")))
        .returning(sessions::id)
        .get_results(conn)
        .await?;
    forget_changes(conn, ended.clone()).await?;
    Ok(ended)
}

async fn forget_changes(conn: &mut Conn, by: Vec<SessionId>) -> Result<()> {
    let gone = latest_changes::table.filter(latest_changes::session_id.eq_any(by));
    diesel::delete(gone).execute(conn).await?;
    Ok(())
}

/// The living sessions of a person that were used since then, the last used first.
pub(in crate::storage) async fn list_sessions(
    conn: &mut Conn,
    user: UserId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Session>> {
    let rows = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::last_used_at.ge(since))
        .order((sessions::last_used_at.desc(), sessions::id.desc()))
        .limit(limit)
        .select(SessionRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}
