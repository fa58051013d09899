//! Sending, history and live messages.

use super::account::Position;
use super::fields::MessageFields;
use super::{UserError, outcome, schema};
use crate::model::{Message, MessagePage};
use crate::{Cursor, Error, MessageId, RoomId};

#[derive(cynic::InputObject, Clone)]
pub(crate) struct SendMessageInput {
    pub(crate) room_id: RoomId,
    pub(crate) body: String,
    pub(crate) client_id: Option<String>,
}

#[derive(cynic::QueryVariables, Clone)]
pub(crate) struct SendMessageVariables {
    pub(crate) input: SendMessageInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "SendMessageVariables")]
pub(crate) struct SendMessage {
    #[arguments(input: $input)]
    pub(crate) send_message: MessagePayload,
}

#[derive(cynic::QueryFragment)]
pub(crate) struct MessagePayload {
    message: Option<MessageFields>,
    user_errors: Vec<UserError>,
}

impl MessagePayload {
    pub(crate) fn into_message(self) -> Result<Message, Error> {
        outcome(self.message, self.user_errors).map(Into::into)
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct HistoryVariables {
    pub(crate) room_id: RoomId,
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
    pub(crate) around: Option<MessageId>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "HistoryVariables")]
pub(crate) struct History {
    viewer: Position,
    #[arguments(id: $room_id)]
    room: Option<HistoryOfRoom>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room", variables = "HistoryVariables")]
struct HistoryOfRoom {
    #[arguments(first: $first, after: $after, last: $last, before: $before, around: $around)]
    messages: MessageList,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MessageConnection")]
struct MessageList {
    nodes: Vec<MessageFields>,
    page_info: PageInfo,
}

#[derive(cynic::QueryFragment)]
struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

impl History {
    pub(crate) fn into_page(self) -> Result<MessagePage, Error> {
        let list = match self.room {
            Some(room) => room.messages,
            None => {
                return Err(Error::NotFound {
                    reason: "There is no such room.".to_owned(),
                });
            }
        };
        let info = list.page_info;
        Ok(MessagePage {
            messages: list.nodes.into_iter().map(Into::into).collect(),
            older: info.start_cursor.filter(|_| info.has_previous_page),
            newer: info.end_cursor.filter(|_| info.has_next_page),
            live_cursor: self.viewer.cursor,
        })
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct FollowVariables {
    pub(crate) room_id: Option<RoomId>,
    pub(crate) after: Option<Cursor>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "FollowVariables")]
pub(crate) struct Follow {
    #[arguments(roomId: $room_id, after: $after)]
    pub(crate) messages: Event,
}

/// The interface's own fields carry the position, so an event of an unknown kind still moves the cursor on.
#[derive(cynic::QueryFragment)]
pub(crate) struct Event {
    pub(crate) cursor: Cursor,
    #[cynic(spread)]
    pub(crate) kind: EventKind,
}

#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "Event")]
pub(crate) enum EventKind {
    MessageSent(Box<MessageSent>),
    #[cynic(fallback)]
    Unknown,
}

#[derive(cynic::QueryFragment)]
pub(crate) struct MessageSent {
    pub(crate) message: MessageFields,
}
