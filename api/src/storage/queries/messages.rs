//! Messages: storing one exactly once, changing it, and paging through many.

use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{
    Bound, Direction, Message, MessageId, MessageVersion, NewMessage, Notice, Page, RoomId,
    TimelineId, Timestamp,
};
use crate::storage::error::Result;
use crate::storage::rows::MessageRow;
use crate::storage::schema::{message_versions, messages, rooms};

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
    mentions_room: bool,
    now: Timestamp,
) -> Result<Option<Message>> {
    let row = diesel::update(messages::table.find(id))
        .filter(messages::deleted_at.is_null())
        .set((
            messages::body.eq(body),
            messages::mentions_room.eq(mentions_room),
            messages::edited_at.eq(now),
        ))
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
        .set((
            messages::body.eq(""),
            messages::mentions_room.eq(false),
            messages::pinned_at.eq(None::<Timestamp>),
            messages::deleted_at.eq(now),
        ))
        .returning(MessageRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Message::from))
}

/// Keeps what a message says before it is edited.
pub(in crate::storage) async fn insert_version(
    conn: &mut Conn,
    id: MessageId,
    version: &MessageVersion,
) -> Result<()> {
    let before: i64 = message_versions::table
        .filter(message_versions::message_id.eq(id))
        .count()
        .get_result(conn)
        .await?;
    diesel::insert_into(message_versions::table)
        .values((
            message_versions::message_id.eq(id),
            message_versions::number.eq(i32::try_from(before + 1).unwrap_or(i32::MAX)),
            message_versions::body.eq(&version.body),
            message_versions::written_at.eq(version.written_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// What each of these messages said before, the newest first; so many of each.
pub(in crate::storage) async fn list_versions(
    conn: &mut Conn,
    ids: Vec<MessageId>,
    most: i32,
) -> Result<Vec<(MessageId, MessageVersion)>> {
    let of_same = diesel::alias!(message_versions as of_same);
    // They are numbered without a gap.
    let newest = of_same
        .filter(
            of_same
                .field(message_versions::message_id)
                .eq(message_versions::message_id),
        )
        .select(max(of_same.field(message_versions::number)))
        .single_value();
    let rows: Vec<(MessageId, String, Timestamp)> = message_versions::table
        .filter(message_versions::message_id.eq_any(ids))
        .filter((message_versions::number + most).nullable().gt(newest))
        .order((
            message_versions::message_id,
            message_versions::number.desc(),
        ))
        .select((
            message_versions::message_id,
            message_versions::body,
            message_versions::written_at,
        ))
        .load(conn)
        .await?;
    let version = |(id, body, written_at)| (id, MessageVersion { body, written_at });
    Ok(rows.into_iter().map(version).collect())
}

pub(in crate::storage) async fn delete_versions(conn: &mut Conn, id: MessageId) -> Result<()> {
    diesel::delete(message_versions::table)
        .filter(message_versions::message_id.eq(id))
        .execute(conn)
        .await?;
    Ok(())
}

/// Pins a message, or no longer does. `None` when there is no such message.
pub(in crate::storage) async fn set_pinned(
    conn: &mut Conn,
    id: MessageId,
    at: Option<Timestamp>,
) -> Result<Option<Message>> {
    let row = diesel::update(messages::table.find(id))
        .set(messages::pinned_at.eq(at))
        .returning(MessageRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Message::from))
}

/// The pinned messages of a room, the newest pins first.
pub(in crate::storage) async fn list_pinned(conn: &mut Conn, room: RoomId) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = messages::table
        .filter(messages::room_id.eq(room))
        .filter(messages::pinned_at.is_not_null())
        .order((messages::pinned_at.desc(), messages::id.desc()))
        .select(MessageRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// Puts a notice on the main line of a room that is held.
pub(in crate::storage) async fn insert_notice(
    conn: &mut Conn,
    new: &NewMessage,
    notice: Notice,
) -> Result<Message> {
    let seq: i64 = diesel::update(rooms::table.find(new.room_id))
        .set(rooms::last_seq.eq(rooms::last_seq + 1))
        .returning(rooms::last_seq)
        .get_result(conn)
        .await?;
    let row = diesel::insert_into(messages::table)
        .values((
            messages::id.eq(new.id),
            messages::room_id.eq(new.room_id),
            messages::timeline_id.eq(new.timeline()),
            messages::seq.eq(seq),
            messages::author_id.eq(new.author_id),
            messages::fingerprint.eq(&new.fingerprint),
            messages::body.eq(&new.body),
            messages::reply_to_id.eq(new.reply_to),
            messages::sent_at.eq(new.sent_at),
            messages::notice.eq(notice.kind),
            messages::notice_user_id.eq(notice.user),
        ))
        .returning(MessageRow::as_returning())
        .get_result(conn)
        .await?;
    Ok(Message::from(row))
}
