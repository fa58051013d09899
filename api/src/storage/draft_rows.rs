//! Drafts and scheduled messages as diesel reads and writes them.

use diesel::prelude::*;

use super::schema::{drafts, scheduled_messages};
use crate::model::{
    Draft, MessageId, RoomId, ScheduledMessage, ScheduledMessageId, Timestamp, UserId,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = drafts)]
pub(super) struct DraftRow {
    room_id: RoomId,
    body: String,
    reply_to_id: Option<MessageId>,
    updated_at: Timestamp,
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        Self {
            room_id: row.room_id,
            body: row.body,
            reply_to: row.reply_to_id,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scheduled_messages, treat_none_as_default_value = false)]
pub(super) struct ScheduledMessageRow {
    id: ScheduledMessageId,
    author_id: UserId,
    client_id: Option<String>,
    fingerprint: Vec<u8>,
    room_id: RoomId,
    thread_root_id: Option<MessageId>,
    reply_to_id: Option<MessageId>,
    body: String,
    send_at: Timestamp,
    claimed_at: Option<Timestamp>,
    message_id: Option<MessageId>,
    failure: Option<String>,
}

impl From<ScheduledMessageRow> for ScheduledMessage {
    fn from(row: ScheduledMessageRow) -> Self {
        Self {
            id: row.id,
            author_id: row.author_id,
            client_id: row.client_id,
            fingerprint: row.fingerprint,
            room_id: row.room_id,
            thread_root: row.thread_root_id,
            reply_to: row.reply_to_id,
            body: row.body,
            send_at: row.send_at,
            claimed_at: row.claimed_at,
            message: row.message_id,
            failure: row.failure,
        }
    }
}

impl From<&ScheduledMessage> for ScheduledMessageRow {
    fn from(message: &ScheduledMessage) -> Self {
        let message = message.clone();
        Self {
            id: message.id,
            author_id: message.author_id,
            client_id: message.client_id,
            fingerprint: message.fingerprint,
            room_id: message.room_id,
            thread_root_id: message.thread_root,
            reply_to_id: message.reply_to,
            body: message.body,
            send_at: message.send_at,
            claimed_at: message.claimed_at,
            message_id: message.message,
            failure: message.failure,
        }
    }
}
