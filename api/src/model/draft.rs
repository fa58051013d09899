//! What is not said yet: drafts, and messages that are to be sent later.

use super::clock::Timestamp;
use super::ids::{MessageId, RoomId, ScheduledMessageId, UserId};

/// What somebody began to write in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub room_id: RoomId,
    pub body: String,
    pub reply_to: Option<MessageId>,
    pub updated_at: Timestamp,
}

/// A message that is to be sent later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledMessage {
    pub id: ScheduledMessageId,
    pub author_id: UserId,
    pub client_id: Option<String>,
    /// What a retry with the same `client_id` must match.
    pub fingerprint: Vec<u8>,
    pub room_id: RoomId,
    pub thread_root: Option<MessageId>,
    pub reply_to: Option<MessageId>,
    /// Empty once it is sent.
    pub body: String,
    pub send_at: Timestamp,
    /// When a server took it up.
    pub claimed_at: Option<Timestamp>,
    /// What came of it: the message, or why there is none.
    pub message: Option<MessageId>,
    pub failure: Option<String>,
}
