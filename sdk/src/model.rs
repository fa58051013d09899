//! What the client hands out: plain values, without GraphQL.

mod account;
pub(crate) mod ids;
mod keeping;
mod message;
mod people;
mod scheduled;

use ids::{Cursor, MessageId, RoomId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use account::{AccountMessages, DeviceSession};
pub use keeping::{AuditAction, AuditEntry, Ban, Invite, RoomUpdate};
pub use message::{
    Forwarded, LastMessage, Message, MessageVersion, Notice, NoticeKind, Quote, Reaction,
    ThreadSummary, ViewerThread,
};
pub use people::{
    Patch, Presence, PresenceState, Profile, ProfileUpdate, Receipt, UserPresence, UserStatus,
};
pub use scheduled::{NewScheduledMessage, ScheduledMessage};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Stable; names may change, this does not.
    pub id: UserId,
    /// Unique, lower case; what people type to find each other.
    pub username: String,
    /// What to show; not unique.
    pub display_name: String,
    /// Whether they have deleted their account; what they said may be there still.
    pub is_deleted: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// The person signed in, and the log position that this answer is at least as new as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Who is signed in.
    pub user: User,
    /// Pass it to [`Client::messages`](crate::Client::messages), and nothing after this answer is missed.
    pub cursor: Cursor,
}

/// What kind of room it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoomKind {
    /// Anyone signed in may find and join it.
    Channel,
    /// By invitation.
    Group,
    /// Two people.
    Direct,
    /// A kind that a newer server knows and this version does not.
    Unknown(String),
}

/// What a member may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Made the room, or was given it.
    Owner,
    /// May moderate.
    Admin,
    /// May read and write.
    Member,
    /// A role that a newer server knows and this version does not.
    Unknown(String),
}

/// A room, as the person signed in sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Stable.
    pub id: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// A direct room is named after the other person.
    pub name: String,
    /// What it is about, in a line.
    pub topic: Option<String>,
    /// The other person of a direct room.
    pub other_user: Option<User>,
    /// How long a member waits between two messages, in seconds; 0 is not at all.
    pub slow_mode_seconds: u32,
    /// Whether only its owner and admins write on its main line.
    pub announcement_only: bool,
    /// Whether notices say who came and who went.
    pub announces_members: bool,
    /// Since when it is put away: it can be read, and nothing more is said in it.
    pub archived_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something was last said on its main line, or it was made. Notices do not count.
    pub last_active_at: Timestamp,
    /// How many people are in it.
    pub member_count: u32,
    /// The newest message on its main line. Filled by [`Client::rooms`](crate::Client::rooms) only.
    pub last_message: Option<LastMessage>,
    /// The viewer's own; `None` when not a member.
    pub membership: Option<Membership>,
}

/// The viewer's place in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// What the viewer may do there.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
    /// The `seq` of the newest message that they have read.
    pub last_read_seq: u64,
    /// What they have not read.
    pub unread: Unread,
    /// Until when they may not write; in the past when they may.
    pub muted_until: Option<Timestamp>,
    /// What they began to write there, on whichever device.
    pub draft: Option<Draft>,
}

/// What somebody has not read. It is the server's to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Messages that others wrote and did not delete.
    pub messages: u64,
    /// Those of them that mention the person, or everyone.
    pub mentions: u64,
}

/// What somebody began to write in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The text.
    pub body: String,
    /// The message to which it is to reply.
    pub reply_to: Option<MessageId>,
}

/// One person in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: User,
    /// What they may do there.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// One page of a longer list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Pass it as `after` for the next page; `None` when this is the last.
    pub next: Option<String>,
}

/// One page of a room's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePage {
    /// Ascending by `seq`.
    pub messages: Vec<Message>,
    /// Pass it to [`History::Before`](crate::History::Before) for the page before; `None` at the room's beginning.
    pub older: Option<String>,
    /// Pass it to [`History::After`](crate::History::After) for the page after; `None` at the newest message.
    pub newer: Option<String>,
    /// The log position that this page is at least as new as: follow the room from here, and nothing is missed. A
    /// message that is already in the page may come again; tell by its id.
    pub live_cursor: Cursor,
}

/// A room to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRoom {
    /// [`RoomKind::Channel`] or [`RoomKind::Group`].
    pub kind: RoomKind,
    /// 1–80 characters; a channel's name is unique, ignoring case.
    pub name: String,
    /// What it is about.
    pub topic: Option<String>,
    /// Who is in it from the beginning, besides the maker.
    pub members: Vec<UserId>,
}

impl NewRoom {
    /// A channel of this name, with nobody in it but its maker.
    #[must_use]
    pub fn channel(name: impl Into<String>) -> Self {
        Self {
            kind: RoomKind::Channel,
            name: name.into(),
            topic: None,
            members: Vec::new(),
        }
    }

    /// A group of this name, with these people.
    #[must_use]
    pub fn group(name: impl Into<String>, members: Vec<UserId>) -> Self {
        Self {
            kind: RoomKind::Group,
            name: name.into(),
            topic: None,
            members,
        }
    }
}
