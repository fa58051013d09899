//! The selections that several operations share.

use super::schema;
use crate::model::{Member, Membership, Message, Page, Role, Room, RoomKind, User};
use crate::{ClientId, MessageId, RoomId, UserId};
use jiff::Timestamp;

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "User")]
pub(crate) struct UserFields {
    id: UserId,
    username: String,
    display_name: String,
    created_at: Timestamp,
}

impl From<UserFields> for User {
    fn from(user: UserFields) -> Self {
        Self {
            id: user.id,
            username: user.username,
            display_name: user.display_name,
            created_at: user.created_at,
        }
    }
}

#[derive(cynic::Enum, Debug)]
#[cynic(graphql_type = "Role")]
pub(crate) enum RoleValue {
    Owner,
    Admin,
    Member,
    #[cynic(fallback)]
    Unknown(String),
}

impl From<RoleValue> for Role {
    fn from(role: RoleValue) -> Self {
        match role {
            RoleValue::Owner => Self::Owner,
            RoleValue::Admin => Self::Admin,
            RoleValue::Member => Self::Member,
            RoleValue::Unknown(name) => Self::Unknown(name),
        }
    }
}

#[derive(cynic::Enum, Debug)]
#[cynic(graphql_type = "RoomKind")]
pub(crate) enum RoomKindValue {
    Channel,
    Group,
    Direct,
    #[cynic(fallback)]
    Unknown(String),
}

impl From<RoomKindValue> for RoomKind {
    fn from(kind: RoomKindValue) -> Self {
        match kind {
            RoomKindValue::Channel => Self::Channel,
            RoomKindValue::Group => Self::Group,
            RoomKindValue::Direct => Self::Direct,
            RoomKindValue::Unknown(name) => Self::Unknown(name),
        }
    }
}

impl From<RoomKind> for RoomKindValue {
    fn from(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Channel => Self::Channel,
            RoomKind::Group => Self::Group,
            RoomKind::Direct => Self::Direct,
            RoomKind::Unknown(name) => Self::Unknown(name),
        }
    }
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Membership")]
pub(crate) struct MembershipFields {
    role: RoleValue,
    joined_at: Timestamp,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Room")]
pub(crate) struct RoomFields {
    id: RoomId,
    kind: RoomKindValue,
    name: String,
    topic: Option<String>,
    created_at: Timestamp,
    member_count: i32,
    membership: Option<MembershipFields>,
}

impl From<RoomFields> for Room {
    fn from(room: RoomFields) -> Self {
        Self {
            id: room.id,
            kind: room.kind.into(),
            name: room.name,
            topic: room.topic,
            created_at: room.created_at,
            member_count: u32::try_from(room.member_count).unwrap_or_default(),
            last_message: None,
            membership: room.membership.map(|own| Membership {
                role: own.role.into(),
                joined_at: own.joined_at,
            }),
        }
    }
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Room")]
struct RoomReference {
    id: RoomId,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Message")]
pub(crate) struct MessageFields {
    id: MessageId,
    room: RoomReference,
    author: UserFields,
    seq: i32,
    client_id: Option<String>,
    body: String,
    sent_at: Timestamp,
}

impl From<MessageFields> for Message {
    fn from(message: MessageFields) -> Self {
        Self {
            id: message.id,
            room_id: message.room.id,
            author: message.author.into(),
            seq: u64::try_from(message.seq).unwrap_or_default(),
            client_id: message.client_id.map(ClientId::from),
            body: message.body,
            sent_at: message.sent_at,
        }
    }
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Member")]
pub(crate) struct MemberFields {
    user: UserFields,
    role: RoleValue,
    joined_at: Timestamp,
}

impl From<MemberFields> for Member {
    fn from(member: MemberFields) -> Self {
        Self {
            user: member.user.into(),
            role: member.role.into(),
            joined_at: member.joined_at,
        }
    }
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "PageInfo")]
pub(crate) struct ForwardPageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl ForwardPageInfo {
    pub(crate) fn page<T, F>(self, nodes: Vec<F>) -> Page<T>
    where
        T: From<F>,
    {
        Page {
            items: nodes.into_iter().map(T::from).collect(),
            next: self.end_cursor.filter(|_| self.has_next_page),
        }
    }
}
