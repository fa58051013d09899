//! Messages: storing one exactly once, changing it, and paging through many.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Bound, Direction, Message, MessageId, Page, RoomId, TimelineId, Timestamp};
use crate::storage::error::Result;
use crate::storage::rows::MessageRow;
use crate::storage::schema::{messages, rooms};

/// The messages with these ids, in no order; absent ones are left out.
pub(in crate::storage) async fn find_messages(
    conn: &mut Conn,
    ids: Vec<MessageId>,
) -> Result<Vec<Message>> {
    let rows = messages::table
        .filter(messages::id.eq_any(ids))
        .select(MessageRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// The newest message of each of these rooms that has one.
pub(in crate::storage) async fn find_last_messages(
    conn: &mut Conn,
    in_rooms: Vec<RoomId>,
) -> Result<Vec<Message>> {
    let rows = messages::table
        .inner_join(rooms::table)
        .filter(rooms::id.eq_any(in_rooms))
        .filter(messages::timeline_id.eq(rooms::id))
        .filter(messages::seq.eq(rooms::last_seq))
        .select(MessageRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// A timeline's messages between two values of `seq`.
pub(in crate::storage) async fn list_messages(
    conn: &mut Conn,
    timeline: TimelineId,
    bound: Bound<i64>,
) -> Result<Page<Message>> {
    let mut query = messages::table
        .filter(messages::timeline_id.eq(timeline))
        .select(MessageRow::as_select())
        .limit(bound.limit + 1)
        .into_boxed();
    if let Some(after) = bound.after {
        query = query.filter(messages::seq.gt(after));
    }
    if let Some(before) = bound.before {
        query = query.filter(messages::seq.lt(before));
    }
    query = match bound.direction {
        Direction::Forward => query.order(messages::seq.asc()),
        Direction::Backward => query.order(messages::seq.desc()),
    };
    let rows: Vec<MessageRow> = query.load(conn).await?;
    Ok(Page::from_rows(rows, &bound).map(Message::from))
}

/// `None` when there is no such message, or it is deleted.
pub(in crate::storage) async fn edit_message(
    conn: &mut Conn,
    id: MessageId,
    body: &str,
    now: Timestamp,
) -> Result<Option<Message>> {
    let row = diesel::update(messages::table.find(id))
        .filter(messages::deleted_at.is_null())
        .set((messages::body.eq(body), messages::edited_at.eq(now)))
        .returning(MessageRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Message::from))
}

/// Deletes what a message says and leaves its place. `None` when there is no such message, or it
/// is deleted already.
pub(in crate::storage) async fn erase_message(
    conn: &mut Conn,
    id: MessageId,
    now: Timestamp,
) -> Result<Option<Message>> {
    let row = diesel::update(messages::table.find(id))
        .filter(messages::deleted_at.is_null())
        .set((messages::body.eq(""), messages::deleted_at.eq(now)))
        .returning(MessageRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Message::from))
}
