//! What subscriptions hear.

use std::sync::Arc;

use crate::model::{Event, EventKind, Message, Position};

/// A committed event with the row that it is about, which is read once for everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub event: Event,
    /// The message of an event about one.
    pub message: Option<Message>,
}

/// A run of the log, as far as it concerns one person.
#[derive(Clone, Debug)]
pub struct Batch {
    pub entries: Vec<Arc<Entry>>,
    /// Everything up to here has been considered.
    pub cursor: Position,
    /// Whether that was all there is.
    pub live: bool,
    /// Whether the log no longer reaches back to where the run should have begun.
    pub reset: bool,
}

/// What one payload of a subscription is made of.
#[derive(Clone, Debug)]
pub enum Update {
    Entry(Arc<Entry>),
    Batch(Batch),
}

/// Which events a subscription is about, and how it is told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interest {
    /// Everything that happens in rooms, in batches.
    Everything,
    /// What happens to messages, one by one.
    Messages,
}

impl Interest {
    pub(super) fn includes(self, kind: &EventKind) -> bool {
        match kind {
            EventKind::MessageSent { .. }
            | EventKind::MessageEdited { .. }
            | EventKind::MessageDeleted { .. } => true,
            EventKind::MemberJoined { .. } | EventKind::MemberLeft { .. } => {
                self == Self::Everything
            }
            EventKind::SessionEnded { .. } => false,
        }
    }

    /// What a live subscriber hears of an event.
    pub(super) fn update(self, entry: Arc<Entry>) -> Update {
        match self {
            Self::Messages => Update::Entry(entry),
            Self::Everything => Update::Batch(Batch {
                cursor: entry.event.position,
                entries: vec![entry],
                live: true,
                reset: false,
            }),
        }
    }
}

impl Update {
    /// Once it is sent, everything up to here was.
    pub(super) fn position(&self) -> Position {
        match self {
            Self::Entry(entry) => entry.event.position,
            Self::Batch(batch) => batch.cursor,
        }
    }
}
