//! Messages that are to be sent later.

use super::message_fields::RoomReference;
use super::{UserError, outcome, schema};
use crate::model::{NewScheduledMessage, ScheduledMessage};
use crate::{ClientId, Error, MessageId, RoomId, ScheduledMessageId};
use jiff::Timestamp;

#[derive(cynic::InputObject)]
pub(crate) struct ScheduleMessageInput {
    room_id: RoomId,
    body: String,
    send_at: Timestamp,
    client_id: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    reply_to_id: Option<MessageId>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    thread_root_id: Option<MessageId>,
}

impl From<NewScheduledMessage> for ScheduleMessageInput {
    fn from(message: NewScheduledMessage) -> Self {
        Self {
            room_id: message.room_id,
            body: message.body,
            send_at: message.send_at,
            client_id: Some(message.key.into()),
            reply_to_id: message.reply_to,
            thread_root_id: message.thread_root,
        }
    }
}

#[derive(cynic::InputObject)]
pub(crate) struct CancelScheduledMessageInput {
    pub(crate) scheduled_message_id: ScheduledMessageId,
}

mutation!(ScheduleMessage, ScheduleMessageVariables: schedule_message(ScheduleMessageInput) -> ScheduledMessagePayload);
mutation!(CancelScheduledMessage, CancelScheduledMessageVariables: cancel_scheduled_message(CancelScheduledMessageInput) -> CancelPayload);

#[derive(cynic::QueryFragment)]
pub(crate) struct ScheduledMessagePayload {
    scheduled_message: Option<ScheduledMessageFields>,
    user_errors: Vec<UserError>,
}

impl ScheduledMessagePayload {
    pub(crate) fn into_scheduled(self) -> Result<ScheduledMessage, Error> {
        outcome(self.scheduled_message, self.user_errors).map(Into::into)
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ScheduledMessagePayload")]
pub(crate) struct CancelPayload {
    user_errors: Vec<UserError>,
}

impl CancelPayload {
    pub(crate) fn into_result(self) -> Result<(), Error> {
        outcome(Some(()), self.user_errors)
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(crate) struct ScheduledMessages {
    viewer: ScheduledByViewer,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer")]
struct ScheduledByViewer {
    scheduled_messages: Vec<ScheduledMessageFields>,
}

impl ScheduledMessages {
    pub(crate) fn into_scheduled(self) -> Vec<ScheduledMessage> {
        let messages = self.viewer.scheduled_messages.into_iter();
        messages.map(Into::into).collect()
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Message")]
struct MessageReference {
    id: MessageId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ScheduledMessage")]
struct ScheduledMessageFields {
    id: ScheduledMessageId,
    room: Option<RoomReference>,
    client_id: Option<String>,
    body: String,
    reply_to: Option<MessageReference>,
    thread_root: Option<MessageReference>,
    send_at: Timestamp,
    message: Option<MessageReference>,
    failure: Option<String>,
}

impl From<ScheduledMessageFields> for ScheduledMessage {
    fn from(message: ScheduledMessageFields) -> Self {
        let id = |message: MessageReference| message.id;
        Self {
            id: message.id,
            room_id: message.room.map(|room| room.id),
            client_id: message.client_id.map(ClientId::from),
            body: message.body,
            reply_to: message.reply_to.map(id),
            thread_root: message.thread_root.map(id),
            send_at: message.send_at,
            message_id: message.message.map(id),
            failure: message.failure,
        }
    }
}
