//! The durable event log: what happened, and where in the order of things.

use super::clock::Timestamp;
use super::ids::{MessageId, RoomId, UserId};

/// A place in the log: 1, 2, 3 … in commit order; 0 is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub i64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    MessageSent(MessageId),
    MemberJoined(UserId),
    MemberLeft(UserId),
}

/// One committed change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub position: Position,
    pub at: Timestamp,
    pub room_id: RoomId,
    pub kind: EventKind,
}

/// A change about to be committed; the log allots its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub at: Timestamp,
    pub room_id: RoomId,
    pub kind: EventKind,
}

impl NewEvent {
    pub fn placed_at(self, position: Position) -> Event {
        Event {
            position,
            at: self.at,
            room_id: self.room_id,
            kind: self.kind,
        }
    }
}
