//! Values, as they cross the boundary.

use crate::ids::time;
use crate::messages::{LastMessage, Unread};
use causerie_sdk::{Cursor, RoomId, SessionId, UserId};
use std::time::SystemTime;

/// A page of a longer list, in the list's order.
macro_rules! page {
    ($(#[$doc:meta])* $page:ident of $item:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
        pub struct $page {
            /// In the list's order.
            pub items: Vec<$item>,
            /// Pass it as `after` for the next page; absent when this is the last.
            pub next: Option<String>,
        }

        impl From<causerie_sdk::Page<causerie_sdk::$item>> for $page {
            fn from(page: causerie_sdk::Page<causerie_sdk::$item>) -> Self {
                Self {
                    items: page.items.into_iter().map(Into::into).collect(),
                    next: page.next,
                }
            }
        }
    };
}

pub(crate) use page;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
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
    pub created_at: SystemTime,
}

impl From<causerie_sdk::User> for User {
    fn from(user: causerie_sdk::User) -> Self {
        Self {
            id: user.id,
            username: user.username,
            display_name: user.display_name,
            is_deleted: user.is_deleted,
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

impl From<Role> for causerie_sdk::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Admin => Self::Admin,
            Role::Member => Self::Member,
            Role::Unknown { name } => Self::Unknown(name),
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
    /// The `seq` of the newest message that they have read.
    pub last_read_seq: u64,
    /// What they have not read.
    pub unread: Unread,
    /// Until when they may not write; in the past when they may.
    pub muted_until: Option<SystemTime>,
}

impl From<causerie_sdk::Membership> for Membership {
    fn from(own: causerie_sdk::Membership) -> Self {
        Self {
            role: own.role.into(),
            joined_at: time(own.joined_at),
            last_read_seq: own.last_read_seq,
            unread: own.unread.into(),
            muted_until: own.muted_until.map(time),
        }
    }
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
    /// The other person of a direct room.
    pub other_user: Option<User>,
    /// How long a member waits between two messages, in seconds; 0 is not at all.
    pub slow_mode_seconds: u32,
    /// Whether only its owner and admins write on its main line.
    pub announcement_only: bool,
    /// Whether notices say who came and who went.
    pub announces_members: bool,
    /// Since when it is put away: it can be read, and nothing more is said in it.
    pub archived_at: Option<SystemTime>,
    /// When it was made.
    pub created_at: SystemTime,
    /// When something was last said on its main line, or it was made. Notices do not count.
    pub last_active_at: SystemTime,
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
            other_user: room.other_user.map(Into::into),
            slow_mode_seconds: room.slow_mode_seconds,
            announcement_only: room.announcement_only,
            announces_members: room.announces_members,
            archived_at: room.archived_at.map(time),
            created_at: time(room.created_at),
            last_active_at: time(room.last_active_at),
            member_count: room.member_count,
            last_message: room.last_message.map(Into::into),
            membership: room.membership.map(Into::into),
        }
    }
}

page! {
    /// One page of rooms.
    RoomPage of Room
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

page! {
    /// One page of those who are in a room.
    MemberPage of Member
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
