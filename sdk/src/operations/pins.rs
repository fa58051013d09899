//! What is pinned in a room, what is said again elsewhere, and what messages said before.

use super::message_fields::MessageFields;
use super::messages::MessagePayload;
use super::schema;
use crate::model::{Message, MessageVersion};
use crate::{MessageId, RoomId};
use jiff::Timestamp;

#[derive(cynic::InputObject)]
pub(crate) struct PinMessageInput {
    pub(crate) message_id: MessageId,
    pub(crate) pinned: bool,
}

#[derive(cynic::InputObject, Clone)]
pub(crate) struct ForwardMessageInput {
    pub(crate) message_id: MessageId,
    pub(crate) room_id: RoomId,
    pub(crate) client_id: Option<String>,
}

mutation!(PinMessage, PinMessageVariables: pin_message(PinMessageInput) -> MessagePayload);
mutation!(ForwardMessage, ForwardMessageVariables: forward_message(ForwardMessageInput) -> MessagePayload);

#[derive(cynic::QueryVariables)]
pub(crate) struct PinnedMessagesVariables {
    pub(crate) room_id: RoomId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "PinnedMessagesVariables")]
pub(crate) struct PinnedMessages {
    #[arguments(id: $room_id)]
    pub(crate) room: Option<PinsOfRoom>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room")]
pub(crate) struct PinsOfRoom {
    pinned_messages: Vec<MessageFields>,
}

impl From<PinsOfRoom> for Vec<Message> {
    fn from(room: PinsOfRoom) -> Self {
        room.pinned_messages.into_iter().map(Into::into).collect()
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct VersionsVariables {
    pub(crate) id: MessageId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "VersionsVariables")]
pub(crate) struct Versions {
    #[arguments(id: $id)]
    node: Option<EditedNode>,
}

#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum EditedNode {
    Message(VersionsOfMessage),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Message")]
struct VersionsOfMessage {
    versions: Vec<VersionFields>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MessageVersion")]
struct VersionFields {
    body: String,
    written_at: Timestamp,
}

impl Versions {
    pub(crate) fn into_versions(self) -> Option<Vec<MessageVersion>> {
        let Some(EditedNode::Message(message)) = self.node else {
            return None;
        };
        let version = |version: VersionFields| MessageVersion {
            body: version.body,
            written_at: version.written_at,
        };
        Some(message.versions.into_iter().map(version).collect())
    }
}
