//! What people began to write, and what they want to be sent later.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{
    Draft, MessageId, RoomId, ScheduledMessage, ScheduledMessageId, Timestamp, UserId,
};
use crate::storage::draft_rows::{DraftRow, ScheduledMessageRow};
use crate::storage::error::Result;
use crate::storage::schema::{drafts, scheduled_messages};

/// What a person began to write in these rooms.
pub(in crate::storage) async fn find_drafts(
    conn: &mut Conn,
    user: UserId,
    in_rooms: Vec<RoomId>,
) -> Result<Vec<Draft>> {
    let rows: Vec<DraftRow> = drafts::table
        .filter(drafts::user_id.eq(user))
        .filter(drafts::room_id.eq_any(in_rooms))
        .select(DraftRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Draft::from).collect())
}

pub(in crate::storage) async fn put_draft(
    conn: &mut Conn,
    user: UserId,
    draft: &Draft,
) -> Result<()> {
    let content = (
        drafts::body.eq(&draft.body),
        drafts::reply_to_id.eq(draft.reply_to),
        drafts::updated_at.eq(draft.updated_at),
    );
    diesel::insert_into(drafts::table)
        .values((
            drafts::user_id.eq(user),
            drafts::room_id.eq(draft.room_id),
            content,
        ))
        .on_conflict((drafts::user_id, drafts::room_id))
        .do_update()
        .set(content)
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::storage) async fn delete_draft(
    conn: &mut Conn,
    user: UserId,
    room: RoomId,
) -> Result<()> {
    diesel::delete(drafts::table.find((user, room)))
        .execute(conn)
        .await?;
    Ok(())
}

/// False when its author has given its key to another one.
pub(in crate::storage) async fn insert_scheduled_message(
    conn: &mut Conn,
    message: &ScheduledMessage,
) -> Result<bool> {
    let inserted = diesel::insert_into(scheduled_messages::table)
        .values(ScheduledMessageRow::from(message))
        .on_conflict((scheduled_messages::author_id, scheduled_messages::client_id))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

pub(in crate::storage) async fn find_scheduled_message(
    conn: &mut Conn,
    id: ScheduledMessageId,
) -> Result<Option<ScheduledMessage>> {
    let row = scheduled_messages::table
        .find(id)
        .select(ScheduledMessageRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(ScheduledMessage::from))
}

pub(in crate::storage) async fn find_scheduled_by_key(
    conn: &mut Conn,
    author: UserId,
    client_id: &str,
) -> Result<Option<ScheduledMessage>> {
    let row = scheduled_messages::table
        .filter(scheduled_messages::author_id.eq(author))
        .filter(scheduled_messages::client_id.eq(client_id))
        .select(ScheduledMessageRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(ScheduledMessage::from))
}

/// What a person wants to be sent and is not, the next first.
pub(in crate::storage) async fn list_scheduled_messages(
    conn: &mut Conn,
    author: UserId,
) -> Result<Vec<ScheduledMessage>> {
    let rows: Vec<ScheduledMessageRow> = scheduled_messages::table
        .filter(scheduled_messages::author_id.eq(author))
        .filter(scheduled_messages::message_id.is_null())
        .order((scheduled_messages::send_at, scheduled_messages::id))
        .select(ScheduledMessageRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(ScheduledMessage::from).collect())
}

/// How much a person wants to be sent that is not.
pub(in crate::storage) async fn count_scheduled_messages(
    conn: &mut Conn,
    author: UserId,
) -> Result<i64> {
    Ok(scheduled_messages::table
        .filter(scheduled_messages::author_id.eq(author))
        .filter(scheduled_messages::message_id.is_null())
        .count()
        .get_result(conn)
        .await?)
}

/// What is to be sent by now, and was not taken up since `stale`.
pub(in crate::storage) async fn list_due_messages(
    conn: &mut Conn,
    now: Timestamp,
    stale: Timestamp,
    limit: i64,
) -> Result<Vec<ScheduledMessageId>> {
    let is_free = scheduled_messages::claimed_at.is_null();
    Ok(scheduled_messages::table
        .filter(scheduled_messages::message_id.is_null())
        .filter(scheduled_messages::failure.is_null())
        .filter(scheduled_messages::send_at.le(now))
        .filter(is_free.or(scheduled_messages::claimed_at.lt(stale)))
        .order(scheduled_messages::send_at)
        .limit(limit)
        .select(scheduled_messages::id)
        .load(conn)
        .await?)
}

/// Takes up what nobody else has taken up since `stale`.
pub(in crate::storage) async fn claim_messages(
    conn: &mut Conn,
    ids: Vec<ScheduledMessageId>,
    now: Timestamp,
    stale: Timestamp,
) -> Result<Vec<ScheduledMessage>> {
    let is_free = scheduled_messages::claimed_at.is_null();
    let rows: Vec<ScheduledMessageRow> = diesel::update(scheduled_messages::table)
        .filter(scheduled_messages::id.eq_any(ids))
        .filter(scheduled_messages::message_id.is_null())
        .filter(is_free.or(scheduled_messages::claimed_at.lt(stale)))
        .set(scheduled_messages::claimed_at.eq(now))
        .returning(ScheduledMessageRow::as_returning())
        .get_results(conn)
        .await?;
    Ok(rows.into_iter().map(ScheduledMessage::from).collect())
}

/// Notes that it was sent, as this message.
pub(in crate::storage) async fn settle_scheduled_message(
    conn: &mut Conn,
    id: ScheduledMessageId,
    message: MessageId,
) -> Result<()> {
    diesel::update(scheduled_messages::table.find(id))
        .set((
            scheduled_messages::body.eq(""),
            scheduled_messages::message_id.eq(message),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that it cannot be sent, and why.
pub(in crate::storage) async fn fail_scheduled_message(
    conn: &mut Conn,
    id: ScheduledMessageId,
    failure: &str,
) -> Result<()> {
    diesel::update(scheduled_messages::table.find(id))
        .set(scheduled_messages::failure.eq(failure))
        .execute(conn)
        .await?;
    Ok(())
}

/// False when it was taken up, and may be sent.
pub(in crate::storage) async fn delete_scheduled_message(
    conn: &mut Conn,
    id: ScheduledMessageId,
) -> Result<bool> {
    let is_free = scheduled_messages::claimed_at
        .is_null()
        .or(scheduled_messages::failure.is_not_null());
    let deleted = diesel::delete(scheduled_messages::table.find(id))
        .filter(is_free)
        .execute(conn)
        .await?;
    Ok(deleted == 1)
}
