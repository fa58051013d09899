//! What a list view shows.

use crate::model::{Forwarded, Notice, Quote, ThreadSummary};
use crate::store::{EntryId, Target};
use crate::{ClientId, Error, MessageId, RoomId, RoomKind, Unread, User};
use jiff::Timestamp;
use jiff::civil::Date;

/// A line of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineItem {
    /// Stays the same for as long as the line means the same, also when a message that is being sent becomes one that
    /// was sent.
    pub key: String,
    /// What to show.
    pub content: TimelineContent,
}

/// What a line of a timeline shows.
#[derive(Clone, Debug, PartialEq)]
pub enum TimelineContent {
    /// Something that somebody said, or a notice.
    Message(Box<TimelineMessage>),
    /// What follows was said on this day, in the device's time zone.
    Day(Date),
    /// What follows is what the viewer had not read when they opened the timeline.
    ReadMarker,
    /// The beginning: nothing was said before.
    Start,
    /// Who is writing now, the viewer apart.
    Typing(Vec<User>),
}

/// A message as its reader sees it: what they did to it and the server does not know yet is done already.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineMessage {
    /// Give it to what changes messages.
    pub target: MessageTarget,
    /// Its place in the timeline; `None` as long as it is being sent.
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
    pub at: Timestamp,
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MessageTarget {
    /// One that the server has.
    Sent(MessageId),
    /// One that is being sent, by its key.
    Unsent(ClientId),
}

impl From<MessageTarget> for Target {
    fn from(target: MessageTarget) -> Self {
        match target {
            MessageTarget::Sent(id) => Self::Known(id),
            MessageTarget::Unsent(key) => Self::Unsent(key),
        }
    }
}

/// An emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendState {
    /// Kept on the device, and sent as soon as that can be. Deleting it takes it back, unless the server may have it
    /// already: then it is deleted there.
    Sending,
    /// The server has it.
    Sent,
    /// The server refused it.
    Failed {
        /// Give it to `retry` or `discard`.
        entry: EntryId,
        /// Why.
        error: Error,
    },
}

/// Something that the viewer did to a message and the server refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedChange {
    /// Give it to `retry` or `discard`.
    pub entry: EntryId,
    /// What they did.
    pub change: ChangeKind,
    /// Why it was refused.
    pub error: Error,
}

/// What can be done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Saying something else.
    Edit,
    /// Deleting it.
    Delete,
    /// Giving it an emoji, or taking one back.
    Reaction,
}

/// A message that the viewer wrote and the server has not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsentMessage {
    /// Give it to `retry` or `discard`.
    pub entry: EntryId,
    /// Where it was written, be it a room that the viewer is not in any more.
    pub room: RoomId,
    /// In whose thread; `None` on the room's main line.
    pub thread_root: Option<MessageId>,
    /// Markdown source.
    pub body: String,
    /// When it was written.
    pub at: Timestamp,
    /// Why the server refused it; `None` while it waits.
    pub error: Option<Error>,
}

/// A line of the list of rooms, which begins with the room where something was said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomListItem {
    /// Which room.
    pub id: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// What it is called.
    pub name: String,
    /// The other person of a direct room.
    pub other_user: Option<User>,
    /// The newest message on its main line, those that are being sent included. One that was refused is that as long as
    /// nobody says anything later.
    pub last_message: Option<RoomListMessage>,
    /// What the viewer has not read.
    pub unread: Unread,
    /// What they began to write there.
    pub draft: Option<String>,
}

/// What a list of rooms shows of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub at: Timestamp,
    /// Whether it is there.
    pub state: SendState,
}
