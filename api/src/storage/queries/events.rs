//! The event log: appending in commit order, and reading onwards from a position.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Event, NewEvent, Position, RoomId};
use crate::storage::error::Result;
use crate::storage::event_row::EventRow;
use crate::storage::schema::{events, log_head};

/// The position of the newest committed event.
pub(in crate::storage) async fn log_head(conn: &mut Conn) -> Result<Position> {
    Ok(log_head::table
        .find(1)
        .select(log_head::position)
        .first(conn)
        .await?)
}

/// The positions of the oldest event that is kept and of the newest one. Of an empty log, the
/// oldest is the one to come.
pub(in crate::storage) async fn log_bounds(conn: &mut Conn) -> Result<(Position, Position)> {
    let head = log_head(conn).await?;
    let oldest: Option<Position> = events::table
        .select(diesel::dsl::min(events::position))
        .get_result(conn)
        .await?;
    Ok((oldest.unwrap_or(Position(head.0 + 1)), head))
}

/// Appends as one contiguous run. Holds the head of the log until the transaction ends: to be
/// the last thing that a transaction does.
pub(in crate::storage) async fn append_events(
    conn: &mut Conn,
    new: Vec<NewEvent>,
) -> Result<Vec<Event>> {
    Ok(super::append_events(conn, new).await?)
}

/// The next events after a position, of every room.
pub(in crate::storage) async fn list_events(
    conn: &mut Conn,
    after: Position,
    limit: i64,
) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = events::table
        .filter(events::position.gt(after))
        .order(events::position.asc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(Event::try_from)
        .collect::<QueryResult<_>>()?)
}

/// The next events of one room after a position.
pub(in crate::storage) async fn list_room_events(
    conn: &mut Conn,
    room: RoomId,
    after: Position,
    limit: i64,
) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = events::table
        .filter(events::room_id.eq(room))
        .filter(events::position.gt(after))
        .order(events::position.asc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(Event::try_from)
        .collect::<QueryResult<_>>()?)
}
