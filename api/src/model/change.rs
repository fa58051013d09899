//! In which order a session made its changes.

use uuid::Uuid;

use super::ids::{MessageId, RoomId};

/// What a session changed: a message, or what its person began to write in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectId(Uuid);

impl SubjectId {
    pub fn as_uuid(&self) -> &Uuid {
        &self.0
    }
}

impl From<Uuid> for SubjectId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl From<MessageId> for SubjectId {
    fn from(message: MessageId) -> Self {
        Self(*message.as_uuid())
    }
}

impl From<RoomId> for SubjectId {
    fn from(room: RoomId) -> Self {
        Self(*room.as_uuid())
    }
}
