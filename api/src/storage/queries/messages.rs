//! Messages: storing one exactly once, changing it, and paging through many.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{
    Bound, Direction, Message, MessageId, NewMessage, Page, RoomId, Timestamp, UserId,
};
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

/// What an author sent under this key, with the fingerprint of what it was.
pub(in crate::storage) async fn find_sent(
    conn: &mut Conn,
    author: UserId,
    client_id: &str,
) -> Result<Option<(Message, Vec<u8>)>> {
    let row: Option<(MessageRow, Vec<u8>)> = messages::table
        .filter(messages::author_id.eq(author))
        .filter(messages::client_id.eq(client_id))
        .select((MessageRow::as_select(), messages::fingerprint))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(|(message, fingerprint)| (message.into(), fingerprint)))
}

/// The newest message of each of these rooms that has one.
pub(in crate::storage) async fn find_last_messages(
    conn: &mut Conn,
    in_rooms: Vec<RoomId>,
) -> Result<Vec<Message>> {
    let rows = messages::table
        .inner_join(rooms::table)
        .filter(rooms::id.eq_any(in_rooms))
        .filter(messages::seq.eq(rooms::last_seq))
        .select(MessageRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// A room's messages between two values of `seq`.
pub(in crate::storage) async fn list_messages(
    conn: &mut Conn,
    room: RoomId,
    bound: Bound<i64>,
) -> Result<Page<Message>> {
    let mut query = messages::table
        .filter(messages::room_id.eq(room))
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

/// `None` when the author has sent something under the same `client_id` before.
pub(in crate::storage) async fn insert_message(
    conn: &mut Conn,
    message: &NewMessage,
    seq: i64,
) -> Result<Option<Message>> {
    let row = diesel::insert_into(messages::table)
        .values((
            messages::id.eq(message.id),
            messages::room_id.eq(message.room_id),
            messages::seq.eq(seq),
            messages::author_id.eq(message.author_id),
            messages::client_id.eq(&message.client_id),
            messages::fingerprint.eq(&message.fingerprint),
            messages::body.eq(&message.body),
            messages::sent_at.eq(message.sent_at),
        ))
        .on_conflict((messages::author_id, messages::client_id))
        .do_nothing()
        .returning(MessageRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Message::from))
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
