//! Messages that are to be sent later.

use super::ids::{ClientId, MessageId, RoomId, ScheduledMessageId};
use jiff::Timestamp;

/// A message to send later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScheduledMessage {
    /// Where to.
    pub room_id: RoomId,
    /// Markdown source, up to 16 KiB.
    pub body: String,
    /// When: within a year.
    pub send_at: Timestamp,
    /// Scheduling again under the same key gives the first one back. The message will have it, too.
    pub key: ClientId,
    /// An earlier message of the same room, to which this one replies.
    pub reply_to: Option<MessageId>,
    /// A message on the room's main line, in whose thread this one is said.
    pub thread_root: Option<MessageId>,
}

impl NewScheduledMessage {
    /// A message on a room's main line, under a key that no other message has.
    #[must_use]
    pub fn new(room: &RoomId, body: impl Into<String>, send_at: Timestamp) -> Self {
        Self {
            room_id: room.clone(),
            body: body.into(),
            send_at,
            key: ClientId::random(),
            reply_to: None,
            thread_root: None,
        }
    }
}

/// A message that is to be sent later, or was. Only its author sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledMessage {
    /// Stable.
    pub id: ScheduledMessageId,
    /// Where to; `None` when the viewer cannot see that room any more.
    pub room_id: Option<RoomId>,
    /// The key that it was scheduled with.
    pub client_id: Option<ClientId>,
    /// Markdown source. Empty once it is sent.
    pub body: String,
    /// The message to which it is to reply.
    pub reply_to: Option<MessageId>,
    /// The message in whose thread it is to be said.
    pub thread_root: Option<MessageId>,
    /// When it is to be sent.
    pub send_at: Timestamp,
    /// The message, once it is sent.
    pub message_id: Option<MessageId>,
    /// Why it was not sent when its time came, for people; `None` when nothing stood against it.
    pub failure: Option<String>,
}
