//! Values, as they cross the boundary.

use crate::ids::time;
use causerie_sdk::{ClientId, Cursor, MessageId, RoomId, SessionId, UserId};
use std::time::SystemTime;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct User {
    /// Stable; names may change, this does not.
    pub id: UserId,
    /// Unique, lower case; what people type to find each other.
    pub username: String,
    /// What to show; not unique.
    pub display_name: String,
    /// When the account was made.
    pub created_at: SystemTime,
}

impl From<causerie_sdk::User> for User {
    fn from(user: causerie_sdk::User) -> Self {
        Self {
            id: user.id,
            username: user.username,
            display_name: user.display_name,
            created_at: time(user.created_at),
        }
    }
}

/// The person signed in, and the log position that this answer is at least as new as.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Viewer {
    /// Who is signed in.
    pub user: User,
    /// Follow from here, and nothing after this answer is missed.
    pub cursor: Cursor,
}

impl From<causerie_sdk::Viewer> for Viewer {
    fn from(viewer: causerie_sdk::Viewer) -> Self {
        Self {
            user: viewer.user.into(),
            cursor: viewer.cursor,
        }
    }
}

/// Who is signed in here, without asking the server.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SessionInfo {
    /// The session's own id.
    pub id: SessionId,
    /// Who is signed in.
    pub user_id: UserId,
    /// Who is signed in, as they type it.
    pub username: String,
}

impl From<causerie_sdk::Session> for SessionInfo {
    fn from(session: causerie_sdk::Session) -> Self {
        Self {
            id: session.id().clone(),
            user_id: session.user_id().clone(),
            username: session.username().to_owned(),
        }
    }
}

/// What kind of room it is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RoomKind {
    /// Anyone signed in may find and join it.
    Channel,
    /// By invitation.
    Group,
    /// Two people.
    Direct,
    /// A kind that this version does not know.
    Unknown { name: String },
}

impl From<causerie_sdk::RoomKind> for RoomKind {
    fn from(kind: causerie_sdk::RoomKind) -> Self {
        use causerie_sdk::RoomKind as Sdk;
        match kind {
            Sdk::Channel => Self::Channel,
            Sdk::Group => Self::Group,
            Sdk::Direct => Self::Direct,
            Sdk::Unknown(name) => Self::Unknown { name },
        }
    }
}

impl From<RoomKind> for causerie_sdk::RoomKind {
    fn from(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Channel => Self::Channel,
            RoomKind::Group => Self::Group,
            RoomKind::Direct => Self::Direct,
            RoomKind::Unknown { name } => Self::Unknown(name),
        }
    }
}

/// What a member may do.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Role {
    /// Made the room, or was given it.
    Owner,
    /// May moderate.
    Admin,
    /// May read and write.
    Member,
    /// A role that this version does not know.
    Unknown { name: String },
}

impl From<causerie_sdk::Role> for Role {
    fn from(role: causerie_sdk::Role) -> Self {
        use causerie_sdk::Role as Sdk;
        match role {
            Sdk::Owner => Self::Owner,
            Sdk::Admin => Self::Admin,
            Sdk::Member => Self::Member,
            Sdk::Unknown(name) => Self::Unknown { name },
        }
    }
}

/// The viewer's place in a room.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Membership {
    /// What the viewer may do there.
    pub role: Role,
    /// Since when.
    pub joined_at: SystemTime,
}

/// A room, as the person signed in sees it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Room {
    /// Stable.
    pub id: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// A direct room is named after the other person.
    pub name: String,
    /// What it is about, in a line.
    pub topic: Option<String>,
    /// When it was made.
    pub created_at: SystemTime,
    /// How many people are in it.
    pub member_count: u32,
    /// The newest message; filled in the list of the viewer's rooms only.
    pub last_message: Option<LastMessage>,
    /// The viewer's own; absent when not a member.
    pub membership: Option<Membership>,
}

impl From<causerie_sdk::Room> for Room {
    fn from(room: causerie_sdk::Room) -> Self {
        Self {
            id: room.id,
            kind: room.kind.into(),
            name: room.name,
            topic: room.topic,
            created_at: time(room.created_at),
            member_count: room.member_count,
            last_message: room.last_message.map(Into::into),
            membership: room.membership.map(|own| Membership {
                role: own.role.into(),
                joined_at: time(own.joined_at),
            }),
        }
    }
}

/// One page of rooms.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RoomPage {
    /// In the list's order.
    pub items: Vec<Room>,
    /// Pass it as `after` for the next page; absent when this is the last.
    pub next: Option<String>,
}

impl From<causerie_sdk::Page<causerie_sdk::Room>> for RoomPage {
    fn from(page: causerie_sdk::Page<causerie_sdk::Room>) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next: page.next,
        }
    }
}

/// One person in a room.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Member {
    /// Who.
    pub user: User,
    /// What they may do there.
    pub role: Role,
    /// Since when.
    pub joined_at: SystemTime,
}

impl From<causerie_sdk::Member> for Member {
    fn from(member: causerie_sdk::Member) -> Self {
        Self {
            user: member.user.into(),
            role: member.role.into(),
            joined_at: time(member.joined_at),
        }
    }
}

/// One page of people.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MemberPage {
    /// In the list's order.
    pub items: Vec<Member>,
    /// Pass it as `after` for the next page; absent when this is the last.
    pub next: Option<String>,
}

impl From<causerie_sdk::Page<causerie_sdk::Member>> for MemberPage {
    fn from(page: causerie_sdk::Page<causerie_sdk::Member>) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next: page.next,
        }
    }
}

/// A room to make.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewRoom {
    /// A channel or a group.
    pub kind: RoomKind,
    /// 1–80 characters; a channel's name is unique, ignoring case.
    pub name: String,
    /// What it is about.
    #[uniffi(default = None)]
    pub topic: Option<String>,
    /// Who is in it from the beginning, besides the maker.
    #[uniffi(default = [])]
    pub members: Vec<UserId>,
}

impl From<NewRoom> for causerie_sdk::NewRoom {
    fn from(room: NewRoom) -> Self {
        Self {
            kind: room.kind.into(),
            name: room.name,
            topic: room.topic,
            members: room.members,
        }
    }
}

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
