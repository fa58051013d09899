//! Messages, and pages of them.

use crate::ids::time;
use crate::records::User;
use causerie_sdk::{ClientId, Cursor, MessageId, RoomId, UserId};
use std::time::SystemTime;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Message {
    /// Stable.
    pub id: MessageId,
    /// Where it was written.
    pub room_id: RoomId,
    /// Who wrote it.
    pub author: User,
    /// Its place in its timeline (the room's main line, or its thread): 1, 2, 3 … without a gap. Order by this, never by
    /// time.
    pub seq: u64,
    /// The author's own key, when the author's app gave one.
    pub client_id: Option<ClientId>,
    /// Markdown source. Empty once deleted.
    pub body: String,
    /// When the server took it.
    pub sent_at: SystemTime,
    /// When its author last changed what it says.
    pub edited_at: Option<SystemTime>,
    /// When it was deleted.
    pub deleted_at: Option<SystemTime>,
    /// Since when it is pinned to the room.
    pub pinned_at: Option<SystemTime>,
    /// The earlier message that it answers.
    pub reply_to: Option<Quote>,
    /// The message in whose thread it was said; absent on the room's main line.
    pub thread_root: Option<MessageId>,
    /// The thread that hangs on it.
    pub thread: Option<ThreadSummary>,
    /// Whom it mentions.
    pub mentions: Vec<User>,
    /// Whether it mentions everyone in the room.
    pub mentions_room: bool,
    /// Whose words these are; absent when they are its author's own.
    pub forwarded_from: Option<Forwarded>,
    /// What the server tells by it; absent for what somebody wrote.
    pub notice: Option<Notice>,
    /// What it was given, in the order of the first ones.
    pub reactions: Vec<Reaction>,
}

impl From<causerie_sdk::Message> for Message {
    fn from(message: causerie_sdk::Message) -> Self {
        Self {
            id: message.id,
            room_id: message.room_id,
            author: message.author.into(),
            seq: message.seq,
            client_id: message.client_id,
            body: message.body,
            sent_at: time(message.sent_at),
            edited_at: message.edited_at.map(time),
            deleted_at: message.deleted_at.map(time),
            pinned_at: message.pinned_at.map(time),
            reply_to: message.reply_to.map(Into::into),
            thread_root: message.thread_root,
            thread: message.thread.map(Into::into),
            mentions: message.mentions.into_iter().map(Into::into).collect(),
            mentions_room: message.mentions_room,
            forwarded_from: message.forwarded_from.map(Into::into),
            notice: message.notice.map(Into::into),
            reactions: message.reactions.into_iter().map(Into::into).collect(),
        }
    }
}

/// An emoji that a message was given, by one or more.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Reaction {
    /// As Unicode recommends to write it.
    pub emoji: String,
    /// How many gave it.
    pub count: u64,
    /// Some of them, the first ones.
    pub users: Vec<UserId>,
    /// Whether the viewer is one of them.
    pub is_own: bool,
}

impl From<causerie_sdk::Reaction> for Reaction {
    fn from(reaction: causerie_sdk::Reaction) -> Self {
        Self {
            emoji: reaction.emoji,
            count: reaction.count,
            users: reaction.users,
            is_own: reaction.is_own,
        }
    }
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Quote {
    /// Which one.
    pub id: MessageId,
    /// Who wrote it.
    pub author: User,
    /// What it says. Empty once deleted.
    pub body: String,
    /// Whether it is gone.
    pub is_deleted: bool,
}

impl From<causerie_sdk::Quote> for Quote {
    fn from(quote: causerie_sdk::Quote) -> Self {
        Self {
            id: quote.id,
            author: quote.author.into(),
            body: quote.body,
            is_deleted: quote.is_deleted,
        }
    }
}

/// What a message tells of the thread that hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ThreadSummary {
    /// How many replies there are, without those that were deleted.
    pub reply_count: u64,
    /// When the newest one was sent.
    pub last_reply_at: Option<SystemTime>,
}

impl From<causerie_sdk::ThreadSummary> for ThreadSummary {
    fn from(thread: causerie_sdk::ThreadSummary) -> Self {
        Self {
            reply_count: thread.reply_count,
            last_reply_at: thread.last_reply_at.map(time),
        }
    }
}

/// Whose words were forwarded.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Forwarded {
    /// Who said it first.
    pub author: User,
    /// When they did.
    pub sent_at: SystemTime,
}

impl From<causerie_sdk::Forwarded> for Forwarded {
    fn from(from: causerie_sdk::Forwarded) -> Self {
        Self {
            author: from.author.into(),
            sent_at: time(from.sent_at),
        }
    }
}

/// What the server tells by a message: show it in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// What its author did.
    pub kind: NoticeKind,
    /// To whom, where there is somebody.
    pub user: Option<User>,
}

impl From<causerie_sdk::Notice> for Notice {
    fn from(notice: causerie_sdk::Notice) -> Self {
        Self {
            kind: notice.kind.into(),
            user: notice.user.map(Into::into),
        }
    }
}

/// What the author of a notice did.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NoticeKind {
    /// Came into the room.
    Joined,
    /// Went out of it.
    Left,
    /// Brought somebody in.
    Added,
    /// Put somebody out.
    Removed,
    /// Gave the room another name.
    Renamed,
    /// Gave the room another topic.
    TopicChanged,
    /// Pinned the message that the notice answers.
    Pinned,
    /// What this version does not know: show the message's body.
    Unknown { name: String },
}

impl From<causerie_sdk::NoticeKind> for NoticeKind {
    fn from(kind: causerie_sdk::NoticeKind) -> Self {
        use causerie_sdk::NoticeKind as Sdk;
        match kind {
            Sdk::Joined => Self::Joined,
            Sdk::Left => Self::Left,
            Sdk::Added => Self::Added,
            Sdk::Removed => Self::Removed,
            Sdk::Renamed => Self::Renamed,
            Sdk::TopicChanged => Self::TopicChanged,
            Sdk::Pinned => Self::Pinned,
            Sdk::Unknown(name) => Self::Unknown { name },
        }
    }
}

/// What somebody has not read. It is the server's to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Unread {
    /// Messages that others wrote and did not delete.
    pub messages: u64,
    /// Those of them that mention the person, or everyone.
    pub mentions: u64,
}

impl From<causerie_sdk::Unread> for Unread {
    fn from(unread: causerie_sdk::Unread) -> Self {
        Self {
            messages: unread.messages,
            mentions: unread.mentions,
        }
    }
}

/// What a list of rooms shows of a message.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LastMessage {
    /// Stable.
    pub id: MessageId,
    /// Its place in the room.
    pub seq: u64,
    /// Who wrote it.
    pub author: User,
    /// Markdown source. Empty once deleted.
    pub body: String,
    /// What the server tells by it.
    pub notice: Option<Notice>,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// When the server took it.
    pub sent_at: SystemTime,
}

impl From<causerie_sdk::LastMessage> for LastMessage {
    fn from(message: causerie_sdk::LastMessage) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            author: message.author.into(),
            body: message.body,
            notice: message.notice.map(Into::into),
            is_deleted: message.is_deleted,
            sent_at: time(message.sent_at),
        }
    }
}

/// Which page of a room's history.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum History {
    /// The newest messages.
    Newest,
    /// From the room's first message on.
    Oldest,
    /// Those before a page's `older`.
    Before { cursor: String },
    /// Those after a page's `newer`.
    After { cursor: String },
    /// Those around a message, it included.
    Around { message: MessageId },
}

impl From<History> for causerie_sdk::History {
    fn from(page: History) -> Self {
        match page {
            History::Newest => Self::Newest,
            History::Oldest => Self::Oldest,
            History::Before { cursor } => Self::Before(cursor),
            History::After { cursor } => Self::After(cursor),
            History::Around { message } => Self::Around(message),
        }
    }
}

/// One page of a room's history.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MessagePage {
    /// Ascending by `seq`.
    pub messages: Vec<Message>,
    /// For the page before; absent at the room's beginning.
    pub older: Option<String>,
    /// For the page after; absent at the newest message.
    pub newer: Option<String>,
    /// Follow the room from here, and nothing is missed. A message that is already in the page may come again; tell by
    /// its id.
    pub live_cursor: Cursor,
}

impl From<causerie_sdk::MessagePage> for MessagePage {
    fn from(page: causerie_sdk::MessagePage) -> Self {
        Self {
            messages: page.messages.into_iter().map(Into::into).collect(),
            older: page.older,
            newer: page.newer,
            live_cursor: page.live_cursor,
        }
    }
}
