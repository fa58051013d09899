//! What subscriptions hear.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{
    Event, EventKind, Message, MessageId, Position, Presence, Receipt, RoomId, UserId,
};

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

/// Something of which only the newest word counts. It is not kept: who misses it is told anew how
/// things are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Who is typing in a room.
    Typing { room: RoomId, users: Vec<UserId> },
    /// How far somebody has read.
    Receipt { room: RoomId, receipt: Receipt },
    /// Whether somebody is there.
    Presence { user: UserId, presence: Presence },
}

/// Which of those who follow a signal hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Everyone,
    Except(Arc<[UserId]>),
    Only(UserId),
    /// Those who listen to this person, apart from these.
    About(UserId, Arc<[UserId]>),
    /// Those who have asked for this person by name, apart from these.
    AboutByName(UserId, Arc<[UserId]>),
    /// The one, if they listen to the other.
    AboutTo(UserId, UserId),
}

/// What one payload of a subscription is made of.
#[derive(Clone, Debug)]
pub enum Update {
    Entry(Arc<Entry>),
    Batch(Batch),
    Signal(Arc<Signal>),
}

/// Which events a subscription is about, and how it is told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interest {
    /// Everything that happens in rooms, in batches.
    Everything,
    /// What happens to messages on the main lines of rooms, one by one.
    Messages,
    /// The same in the thread that hangs on this message.
    Thread(MessageId),
    Typing,
    Receipts,
    /// How far the person has read, in whichever room.
    OwnReceipts,
    Presence,
}

impl Interest {
    pub(super) fn includes(self, entry: &Entry) -> bool {
        let in_thread = entry
            .message
            .as_ref()
            .and_then(|message| message.thread_root);
        self.may_include(&entry.event.kind)
            && match self {
                Self::Messages => in_thread.is_none(),
                Self::Thread(root) => in_thread == Some(root),
                Self::Everything
                | Self::Typing
                | Self::Receipts
                | Self::OwnReceipts
                | Self::Presence => true,
            }
    }

    /// Whether it includes events of this kind, as far as can be said without reading what they
    /// are about.
    pub(super) fn may_include(self, kind: &EventKind) -> bool {
        match kind {
            EventKind::MessageSent { .. }
            | EventKind::MessageEdited { .. }
            | EventKind::MessageDeleted { .. } => {
                matches!(self, Self::Everything | Self::Messages | Self::Thread(_))
            }
            EventKind::ReactionsChanged { .. }
            | EventKind::RoomChanged { .. }
            | EventKind::MemberJoined { .. }
            | EventKind::MemberChanged { .. }
            | EventKind::MemberLeft { .. }
            | EventKind::ThreadChanged { .. }
            | EventKind::DraftChanged { .. }
            | EventKind::ScheduledMessagesChanged { .. } => self == Self::Everything,
            EventKind::SessionEnded { .. } => false,
        }
    }

    /// Whether it is about signals of this kind.
    pub(super) fn notices(self, signal: &Signal) -> bool {
        match signal {
            Signal::Typing { .. } => self == Self::Typing,
            Signal::Receipt { .. } => matches!(self, Self::Receipts | Self::OwnReceipts),
            Signal::Presence { .. } => self == Self::Presence,
        }
    }

    /// What a live subscriber hears of an event.
    pub(super) fn update(self, entry: Arc<Entry>) -> Update {
        match self {
            Self::Messages
            | Self::Thread(_)
            | Self::Typing
            | Self::Receipts
            | Self::OwnReceipts
            | Self::Presence => Update::Entry(entry),
            Self::Everything => Update::Batch(Batch {
                cursor: entry.event.position,
                entries: vec![entry],
                live: true,
                reset: false,
            }),
        }
    }
}

impl Reach {
    /// Whether somebody hears of it who listens to these people, or to all around them.
    pub(super) fn includes(&self, user: UserId, people: Option<&HashSet<UserId>>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Except(others) => !others.contains(&user),
            Self::Only(only) => user == *only,
            Self::About(about, but) => {
                people.is_none_or(|people| people.contains(about)) && !but.contains(&user)
            }
            Self::AboutByName(about, but) => {
                people.is_some_and(|people| people.contains(about)) && !but.contains(&user)
            }
            Self::AboutTo(only, about) => {
                user == *only && people.is_none_or(|people| people.contains(about))
            }
        }
    }
}

impl Update {
    /// The events of the log that it tells of.
    pub(super) fn entries(&self) -> &[Arc<Entry>] {
        match self {
            Self::Entry(entry) => std::slice::from_ref(entry),
            Self::Batch(batch) => &batch.entries,
            Self::Signal(_) => &[],
        }
    }

    /// Once it is sent, everything up to here was. Nothing for a signal.
    pub(super) fn position(&self) -> Option<Position> {
        match self {
            Self::Entry(entry) => Some(entry.event.position),
            Self::Batch(batch) => Some(batch.cursor),
            Self::Signal(_) => None,
        }
    }
}
