//! The selections that several operations share.

use super::schema;
use crate::model::{Draft, Member, Membership, Page, Role, Room, RoomKind, Unread, User};
use crate::{MessageId, RoomId, UserId};
use jiff::Timestamp;

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "User")]
pub(crate) struct UserFields {
    id: UserId,
    username: String,
    display_name: String,
    is_deleted: bool,
    created_at: Timestamp,
}

impl From<UserFields> for User {
    fn from(user: UserFields) -> Self {
        Self {
            id: user.id,
            username: user.username,
            display_name: user.display_name,
            is_deleted: user.is_deleted,
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

impl From<Role> for RoleValue {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Admin => Self::Admin,
            Role::Member => Self::Member,
            Role::Unknown(name) => Self::Unknown(name),
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
#[cynic(graphql_type = "Unread")]
pub(crate) struct UnreadFields {
    messages: i32,
    mentions: i32,
}

impl From<UnreadFields> for Unread {
    fn from(unread: UnreadFields) -> Self {
        Self {
            messages: count(unread.messages),
            mentions: count(unread.mentions),
        }
    }
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Message")]
struct MessageReference {
    id: MessageId,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Draft")]
pub(crate) struct DraftFields {
    body: String,
    reply_to: Option<MessageReference>,
}

impl From<DraftFields> for Draft {
    fn from(draft: DraftFields) -> Self {
        Self {
            body: draft.body,
            reply_to: draft.reply_to.map(|message| message.id),
        }
    }
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Membership")]
pub(crate) struct MembershipFields {
    role: RoleValue,
    joined_at: Timestamp,
    last_read_seq: i32,
    unread: UnreadFields,
    muted_until: Option<Timestamp>,
    draft: Option<DraftFields>,
}

impl From<MembershipFields> for Membership {
    fn from(own: MembershipFields) -> Self {
        Self {
            role: own.role.into(),
            joined_at: own.joined_at,
            last_read_seq: count(own.last_read_seq),
            unread: own.unread.into(),
            muted_until: own.muted_until,
            draft: own.draft.map(Into::into),
        }
    }
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Room")]
pub(crate) struct RoomFields {
    id: RoomId,
    kind: RoomKindValue,
    name: String,
    other_user: Option<UserFields>,
    topic: Option<String>,
    slow_mode_seconds: i32,
    announcement_only: bool,
    announces_members: bool,
    archived_at: Option<Timestamp>,
    created_at: Timestamp,
    last_active_at: Timestamp,
    member_count: i32,
    membership: Option<MembershipFields>,
}

impl From<RoomFields> for Room {
    fn from(room: RoomFields) -> Self {
        Self {
            id: room.id,
            kind: room.kind.into(),
            name: room.name,
            other_user: room.other_user.map(Into::into),
            topic: room.topic,
            slow_mode_seconds: u32::try_from(room.slow_mode_seconds).unwrap_or_default(),
            announcement_only: room.announcement_only,
            announces_members: room.announces_members,
            archived_at: room.archived_at,
            created_at: room.created_at,
            last_active_at: room.last_active_at,
            member_count: u32::try_from(room.member_count).unwrap_or_default(),
            last_message: None,
            membership: room.membership.map(Into::into),
        }
    }
}

/// GraphQL's integers are signed; what is counted is not.
pub(crate) fn count(number: i32) -> u64 {
    u64::try_from(number).unwrap_or_default()
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
