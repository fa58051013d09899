//! What a list view shows, as it crosses the boundary.

use crate::errors::CauserieError;
use crate::ids::time;
use crate::messages::{Forwarded, Notice, Quote, ThreadSummary, Unread};
use crate::records::{RoomKind, User};
use causerie_sdk::{ClientId, EntryId, MessageId, RoomId};
use std::time::SystemTime;

/// A line of a timeline.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct TimelineItem {
    /// Stays the same for as long as the line means the same, also when a message that is being sent becomes one that
    /// was sent.
    pub key: String,
    /// What to show.
    pub content: TimelineContent,
}

/// What a line of a timeline shows.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is written out field by field, and most lines are messages"
)]
pub enum TimelineContent {
    /// Something that somebody said, or a notice.
    Message { message: TimelineMessage },
    /// What follows was said on this day, in the device's time zone.
    DayDivider { day: Day },
    /// What follows is what the viewer had not read when they opened the timeline.
    ReadMarker,
    /// The beginning: nothing was said before.
    Start,
    /// Who is writing now, the viewer apart.
    Typing { users: Vec<User> },
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Day {
    /// Such as 2026.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A message as its reader sees it: what they did to it and the server does not know yet is done already.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct TimelineMessage {
    /// Give it to what changes messages.
    pub target: MessageTarget,
    /// Its place in the timeline; absent as long as it is being sent.
    pub seq: Option<u64>,
    /// Who wrote it.
    pub author: User,
    /// Whether that is the viewer.
    pub is_own: bool,
    /// Whether it goes on from the line before: the same author, within five minutes, on the same day.
    pub continues: bool,
    /// Markdown source. Empty once deleted.
    pub body: String,
    /// When the server took it; when it was written, as long as it is being sent.
    pub at: SystemTime,
    /// Whether its author changed what it says.
    pub is_edited: bool,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// Whether it is pinned to the room.
    pub is_pinned: bool,
    /// What it answers.
    pub reply_to: Option<Quote>,
    /// The thread that hangs on it.
    pub thread: Option<ThreadSummary>,
    /// Whether it mentions the viewer, or everyone.
    pub mentions_viewer: bool,
    /// Whose words these are.
    pub forwarded_from: Option<Forwarded>,
    /// What the server tells by it.
    pub notice: Option<Notice>,
    /// What it was given, in the order of the first ones.
    pub reactions: Vec<TimelineReaction>,
    /// Whether it is there.
    pub state: SendState,
    /// What the viewer did to it and the server refused.
    pub refused: Vec<RefusedChange>,
}

/// A message, which may be one that is being sent.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum MessageTarget {
    /// One that the server has.
    Sent { id: MessageId },
    /// One that is being sent, by its key.
    Unsent { key: ClientId },
}

/// An emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TimelineReaction {
    /// As Unicode recommends to write it.
    pub emoji: String,
    /// How many gave it.
    pub count: u64,
    /// Some of them, as far as their names are known.
    pub users: Vec<User>,
    /// Whether the viewer is one of them.
    pub is_own: bool,
}

/// Whether a message is there.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SendState {
    /// Kept on the device, and sent as soon as that can be.
    Sending,
    /// The server has it.
    Sent,
    /// The server refused it.
    Failed {
        entry: EntryId,
        error: CauserieError,
    },
}

/// Something that the viewer did to a message and the server refused.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RefusedChange {
    /// Give it to `retry` or `discard`.
    pub entry: EntryId,
    /// What they did.
    pub change: ChangeKind,
    /// Why it was refused.
    pub error: CauserieError,
}

/// What can be done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ChangeKind {
    /// Saying something else.
    Edit,
    /// Deleting it.
    Delete,
    /// Giving it an emoji, or taking one back.
    Reaction,
}

/// A message that the viewer wrote and the server has not taken.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UnsentMessage {
    /// Give it to `retry` or `discard`.
    pub entry: EntryId,
    /// Where it was written, be it a room that the viewer is not in any more.
    pub room: RoomId,
    /// In whose thread; absent on the room's main line.
    pub thread_root: Option<MessageId>,
    /// Markdown source.
    pub body: String,
    /// When it was written.
    pub at: SystemTime,
    /// Why the server refused it; absent while it waits.
    pub error: Option<CauserieError>,
}

/// A line of the list of rooms, which begins with the room where something was said last.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RoomListItem {
    /// Which room.
    pub id: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// What it is called.
    pub name: String,
    /// The other person of a direct room.
    pub other_user: Option<User>,
    /// The newest message on its main line, those that are being sent included.
    pub last_message: Option<RoomListMessage>,
    /// What the viewer has not read.
    pub unread: Unread,
    /// What they began to write there.
    pub draft: Option<String>,
}

/// What a list of rooms shows of a message.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RoomListMessage {
    /// Who wrote it.
    pub author: User,
    /// Markdown source. Empty once deleted.
    pub body: String,
    /// What the server tells by it.
    pub notice: Option<Notice>,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// When it was written.
    pub at: SystemTime,
    /// Whether it is there.
    pub state: SendState,
}

impl From<causerie_sdk::TimelineItem> for TimelineItem {
    fn from(item: causerie_sdk::TimelineItem) -> Self {
        Self {
            key: item.key,
            content: item.content.into(),
        }
    }
}

impl From<causerie_sdk::TimelineContent> for TimelineContent {
    fn from(content: causerie_sdk::TimelineContent) -> Self {
        use causerie_sdk::TimelineContent as Sdk;
        match content {
            Sdk::Message(message) => Self::Message {
                message: (*message).into(),
            },
            Sdk::Day(date) => Self::DayDivider {
                day: Day {
                    year: i32::from(date.year()),
                    month: date.month().unsigned_abs(),
                    day: date.day().unsigned_abs(),
                },
            },
            Sdk::ReadMarker => Self::ReadMarker,
            Sdk::Start => Self::Start,
            Sdk::Typing(users) => Self::Typing {
                users: users.into_iter().map(Into::into).collect(),
            },
        }
    }
}

impl From<causerie_sdk::TimelineMessage> for TimelineMessage {
    fn from(message: causerie_sdk::TimelineMessage) -> Self {
        Self {
            target: message.target.into(),
            seq: message.seq,
            author: message.author.into(),
            is_own: message.is_own,
            continues: message.continues,
            body: message.body,
            at: time(message.at),
            is_edited: message.is_edited,
            is_deleted: message.is_deleted,
            is_pinned: message.is_pinned,
            reply_to: message.reply_to.map(Into::into),
            thread: message.thread.map(Into::into),
            mentions_viewer: message.mentions_viewer,
            forwarded_from: message.forwarded_from.map(Into::into),
            notice: message.notice.map(Into::into),
            reactions: message.reactions.into_iter().map(Into::into).collect(),
            state: message.state.into(),
            refused: message.refused.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<causerie_sdk::MessageTarget> for MessageTarget {
    fn from(target: causerie_sdk::MessageTarget) -> Self {
        match target {
            causerie_sdk::MessageTarget::Sent(id) => Self::Sent { id },
            causerie_sdk::MessageTarget::Unsent(key) => Self::Unsent { key },
        }
    }
}

impl From<MessageTarget> for causerie_sdk::MessageTarget {
    fn from(target: MessageTarget) -> Self {
        match target {
            MessageTarget::Sent { id } => Self::Sent(id),
            MessageTarget::Unsent { key } => Self::Unsent(key),
        }
    }
}

impl From<causerie_sdk::TimelineReaction> for TimelineReaction {
    fn from(reaction: causerie_sdk::TimelineReaction) -> Self {
        Self {
            emoji: reaction.emoji,
            count: reaction.count,
            users: reaction.users.into_iter().map(Into::into).collect(),
            is_own: reaction.is_own,
        }
    }
}

impl From<causerie_sdk::SendState> for SendState {
    fn from(state: causerie_sdk::SendState) -> Self {
        use causerie_sdk::SendState as Sdk;
        match state {
            Sdk::Sending => Self::Sending,
            Sdk::Sent => Self::Sent,
            Sdk::Failed { entry, error } => Self::Failed {
                entry,
                error: error.into(),
            },
        }
    }
}

impl From<causerie_sdk::RefusedChange> for RefusedChange {
    fn from(refused: causerie_sdk::RefusedChange) -> Self {
        use causerie_sdk::ChangeKind as Sdk;
        Self {
            entry: refused.entry,
            change: match refused.change {
                Sdk::Edit => ChangeKind::Edit,
                Sdk::Delete => ChangeKind::Delete,
                Sdk::Reaction => ChangeKind::Reaction,
            },
            error: refused.error.into(),
        }
    }
}

impl From<causerie_sdk::RoomListItem> for RoomListItem {
    fn from(item: causerie_sdk::RoomListItem) -> Self {
        Self {
            id: item.id,
            kind: item.kind.into(),
            name: item.name,
            other_user: item.other_user.map(Into::into),
            last_message: item.last_message.map(Into::into),
            unread: item.unread.into(),
            draft: item.draft,
        }
    }
}

impl From<causerie_sdk::RoomListMessage> for RoomListMessage {
    fn from(message: causerie_sdk::RoomListMessage) -> Self {
        Self {
            author: message.author.into(),
            body: message.body,
            notice: message.notice.map(Into::into),
            is_deleted: message.is_deleted,
            at: time(message.at),
            state: message.state.into(),
        }
    }
}

impl From<causerie_sdk::UnsentMessage> for UnsentMessage {
    fn from(message: causerie_sdk::UnsentMessage) -> Self {
        Self {
            entry: message.entry,
            room: message.room,
            thread_root: message.thread_root,
            body: message.body,
            at: time(message.at),
            error: message.error.map(Into::into),
        }
    }
}
