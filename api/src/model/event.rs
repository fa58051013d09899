//! The durable event log: what happened, and where in the order of things.

use super::clock::Timestamp;
use super::ids::{MessageId, RoomId, SessionId, UserId};

/// A place in the log: 1, 2, 3 … in commit order; 0 is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub i64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    MessageSent {
        room: RoomId,
        message: MessageId,
    },
    MessageEdited {
        room: RoomId,
        message: MessageId,
    },
    MessageDeleted {
        room: RoomId,
        message: MessageId,
    },
    ReactionsChanged {
        room: RoomId,
        message: MessageId,
    },
    RoomChanged {
        room: RoomId,
    },
    MemberJoined {
        room: RoomId,
        user: UserId,
    },
    MemberChanged {
        room: RoomId,
        user: UserId,
    },
    MemberLeft {
        room: RoomId,
        user: UserId,
    },
    /// What somebody has to do with a thread; for them only.
    ThreadChanged {
        room: RoomId,
        user: UserId,
        root: MessageId,
    },
    /// What somebody began to write in a room; for them only.
    DraftChanged {
        room: RoomId,
        user: UserId,
    },
    /// What somebody is going to send to a room later; for them only.
    ScheduledMessagesChanged {
        room: RoomId,
        user: UserId,
    },
    SessionEnded {
        session: SessionId,
    },
}

/// One committed change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub position: Position,
    pub at: Timestamp,
    pub kind: EventKind,
}

/// A change about to be committed; the log allots its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub at: Timestamp,
    pub kind: EventKind,
}

impl EventKind {
    /// Where it happened; `None` for what does not happen in a room.
    pub fn room(&self) -> Option<RoomId> {
        match *self {
            Self::MessageSent { room, .. }
            | Self::MessageEdited { room, .. }
            | Self::MessageDeleted { room, .. }
            | Self::ReactionsChanged { room, .. }
            | Self::RoomChanged { room }
            | Self::MemberJoined { room, .. }
            | Self::MemberChanged { room, .. }
            | Self::MemberLeft { room, .. }
            | Self::ThreadChanged { room, .. }
            | Self::DraftChanged { room, .. }
            | Self::ScheduledMessagesChanged { room, .. } => Some(room),
            Self::SessionEnded { .. } => None,
        }
    }

    /// Which message it happened to; `None` for what does not happen to a message.
    pub fn message(&self) -> Option<MessageId> {
        match *self {
            Self::MessageSent { message, .. }
            | Self::MessageEdited { message, .. }
            | Self::MessageDeleted { message, .. }
            | Self::ReactionsChanged { message, .. } => Some(message),
            Self::RoomChanged { .. }
            | Self::MemberJoined { .. }
            | Self::MemberChanged { .. }
            | Self::MemberLeft { .. }
            | Self::ThreadChanged { .. }
            | Self::DraftChanged { .. }
            | Self::ScheduledMessagesChanged { .. }
            | Self::SessionEnded { .. } => None,
        }
    }

    /// The one person whose devices hear of it; `None` for what everyone in the room does.
    pub fn private_to(&self) -> Option<UserId> {
        match *self {
            Self::ThreadChanged { user, .. }
            | Self::DraftChanged { user, .. }
            | Self::ScheduledMessagesChanged { user, .. } => Some(user),
            Self::MessageSent { .. }
            | Self::MessageEdited { .. }
            | Self::MessageDeleted { .. }
            | Self::ReactionsChanged { .. }
            | Self::RoomChanged { .. }
            | Self::MemberJoined { .. }
            | Self::MemberChanged { .. }
            | Self::MemberLeft { .. }
            | Self::SessionEnded { .. } => None,
        }
    }
}

impl NewEvent {
    pub fn placed_at(self, position: Position) -> Event {
        Event {
            position,
            at: self.at,
            kind: self.kind,
        }
    }
}
