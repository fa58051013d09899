//! Messages, and pages of them.

use crate::ids::time;
use crate::records::User;
use causerie_sdk::{ClientId, Cursor, MessageId, RoomId};
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
    /// Its place in the room: 1, 2, 3 … without a gap. Order by this, never by time.
    pub seq: u64,
    /// The author's own key, when the author's app gave one.
    pub client_id: Option<ClientId>,
    /// Markdown source.
    pub body: String,
    /// When the server took it.
    pub sent_at: SystemTime,
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
