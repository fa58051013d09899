//! Values, as they cross the boundary.

use crate::ids::time;
use crate::messages::LastMessage;
use causerie_sdk::{Cursor, RoomId, SessionId, UserId};
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
