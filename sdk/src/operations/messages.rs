//! Sending, history and live messages.

use super::account::Position;
use super::message_fields::{MessageFields, SharedMessage};
use super::sync::HistoryPage;
use super::{UserError, outcome, schema};
use crate::model::{Message, MessagePage};
use crate::{Cursor, Error, MessageId, RoomId};

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct SendMessageInput {
    pub(crate) room_id: RoomId,
    pub(crate) body: String,
    pub(crate) client_id: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to_id: Option<MessageId>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) thread_root_id: Option<MessageId>,
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
pub(crate) struct MessageList {
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

impl From<MessageList> for HistoryPage {
    fn from(list: MessageList) -> Self {
        let info = list.page_info;
        Self {
            messages: list.nodes.into_iter().map(Into::into).collect(),
            older: info.start_cursor.filter(|_| info.has_previous_page),
            newer: info.end_cursor.filter(|_| info.has_next_page),
        }
    }
}

impl History {
    pub(crate) fn into_page(self) -> Result<MessagePage, Error> {
        let live_cursor = self.viewer.cursor.clone();
        let page = self.into_history()?;
        Ok(MessagePage {
            messages: page.messages,
            older: page.older,
            newer: page.newer,
            live_cursor,
        })
    }

    pub(crate) fn into_history(self) -> Result<HistoryPage, Error> {
        match self.room {
            Some(room) => Ok(room.messages.into()),
            None => Err(Error::NotFound {
                reason: "There is no such room.".to_owned(),
            }),
        }
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
    pub(crate) message: SharedMessage,
}
