//! Threads: what is said about one message, beside the room's main line.

use uuid::Uuid;

use super::clock::Timestamp;
use super::ids::{MessageId, RoomId};

/// A run of messages that are numbered together: a room's main line, or a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimelineId(Uuid);

impl TimelineId {
    pub fn of(room: RoomId, thread_root: Option<MessageId>) -> Self {
        match thread_root {
            Some(root) => Self(*root.as_uuid()),
            None => Self(*room.as_uuid()),
        }
    }

    /// The message on whose thread it is; `None` on the main line of the room.
    pub fn thread_root(self, room: RoomId) -> Option<MessageId> {
        (self.0 != *room.as_uuid()).then(|| self.0.into())
    }

    pub fn as_uuid(&self) -> &Uuid {
        &self.0
    }
}

impl From<Uuid> for TimelineId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// The message that it hangs on.
    pub root: MessageId,
    pub room_id: RoomId,
    /// Those that are not deleted.
    pub reply_count: i64,
    /// The `seq` of the newest reply.
    pub last_seq: i64,
    pub last_reply_at: Timestamp,
}

/// What a member of the room has to do with a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadMember {
    pub root: MessageId,
    pub following: bool,
    /// The `seq` of the newest reply that they have read.
    pub last_read_seq: i64,
}
