//! What is done to messages, and what the viewer keeps for themselves in a room.

use super::fields::MembershipFields;
use super::messages::MessagePayload;
use super::sync::{FollowedThread, FollowedThreadFields};
use super::{UserError, outcome, schema};
use crate::model::Membership;
use crate::{Error, MessageId, RoomId};
use jiff::Timestamp;

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct EditMessageInput {
    pub(crate) message_id: MessageId,
    pub(crate) body: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) made_at: Option<Timestamp>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct DeleteMessageInput {
    pub(crate) message_id: MessageId,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct ReactInput {
    pub(crate) message_id: MessageId,
    pub(crate) emoji: String,
    pub(crate) remove: bool,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) made_at: Option<Timestamp>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct MarkReadInput {
    pub(crate) room_id: RoomId,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) thread_root_id: Option<MessageId>,
    pub(crate) seq: i32,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct SaveDraftInput {
    pub(crate) room_id: RoomId,
    pub(crate) body: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to_id: Option<MessageId>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) made_at: Option<Timestamp>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct SetTypingInput {
    pub(crate) room_id: RoomId,
    pub(crate) typing: bool,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct EditMessageVariables {
    pub(crate) input: EditMessageInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "EditMessageVariables")]
pub(crate) struct EditMessage {
    #[arguments(input: $input)]
    pub(crate) edit_message: MessagePayload,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct DeleteMessageVariables {
    pub(crate) input: DeleteMessageInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "DeleteMessageVariables")]
pub(crate) struct DeleteMessage {
    #[arguments(input: $input)]
    pub(crate) delete_message: MessagePayload,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct ReactVariables {
    pub(crate) input: ReactInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ReactVariables")]
pub(crate) struct React {
    #[arguments(input: $input)]
    pub(crate) react: MessagePayload,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct MarkReadVariables {
    pub(crate) input: MarkReadInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "MarkReadVariables")]
pub(crate) struct MarkRead {
    #[arguments(input: $input)]
    pub(crate) mark_read: MarkReadPayload,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct SaveDraftVariables {
    pub(crate) input: SaveDraftInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "SaveDraftVariables")]
pub(crate) struct SaveDraft {
    #[arguments(input: $input)]
    pub(crate) save_draft: SaveDraftPayload,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct SetTypingVariables {
    pub(crate) input: SetTypingInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "SetTypingVariables")]
pub(crate) struct SetTyping {
    #[arguments(input: $input)]
    pub(crate) set_typing: SignalPayload,
}

#[derive(cynic::QueryFragment)]
pub(crate) struct MarkReadPayload {
    membership: Option<MembershipFields>,
    thread: Option<FollowedThreadFields>,
    user_errors: Vec<UserError>,
}

/// How the viewer stands to a timeline after they have read on, or begun to write.
#[derive(Clone, Debug)]
pub(crate) enum Read {
    Room(Box<Membership>),
    Thread(FollowedThread),
}

impl MarkReadPayload {
    pub(crate) fn into_read(self) -> Result<Read, Error> {
        let thread = self.thread.map(|thread| Read::Thread(thread.into()));
        let room = || self.membership.map(|own| Read::Room(Box::new(own.into())));
        outcome(thread.or_else(room), self.user_errors)
    }
}

#[derive(cynic::QueryFragment)]
pub(crate) struct SaveDraftPayload {
    membership: Option<MembershipFields>,
    user_errors: Vec<UserError>,
}

impl SaveDraftPayload {
    pub(crate) fn into_own(self) -> Result<Read, Error> {
        let own = self.membership.map(|own| Read::Room(Box::new(own.into())));
        outcome(own, self.user_errors)
    }
}

#[derive(cynic::QueryFragment)]
pub(crate) struct SignalPayload {
    user_errors: Vec<UserError>,
}

impl SignalPayload {
    pub(crate) fn into_result(self) -> Result<(), Error> {
        outcome(Some(()), self.user_errors)
    }
}
