//! Keeping people out or quiet, and what was done in a room.

use super::fields::{ForwardPageInfo, RoleValue, UserFields};
use super::rooms::RoomDone;
use super::schema;
use crate::model::{AuditAction, AuditEntry, Ban, Page};
use crate::{MessageId, RoomId, UserId};
use jiff::Timestamp;

#[derive(cynic::InputObject)]
pub(crate) struct BanMemberInput {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Timestamp>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

#[derive(cynic::InputObject)]
pub(crate) struct UnbanMemberInput {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
}

#[derive(cynic::InputObject)]
pub(crate) struct MuteMemberInput {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
    /// Null lets them write at once.
    pub(crate) until: Option<Timestamp>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

mutation!(BanMember, BanMemberVariables: ban_member(BanMemberInput) -> RoomDone);
mutation!(UnbanMember, UnbanMemberVariables: unban_member(UnbanMemberInput) -> RoomDone);
mutation!(MuteMember, MuteMemberVariables: mute_member(MuteMemberInput) -> RoomDone);

#[derive(cynic::QueryVariables)]
pub(crate) struct KeepersVariables {
    pub(crate) room_id: RoomId,
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "KeepersVariables")]
pub(crate) struct Bans {
    #[arguments(id: $room_id)]
    pub(crate) room: Option<BansOfRoom>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room", variables = "KeepersVariables")]
pub(crate) struct BansOfRoom {
    #[arguments(first: $first, after: $after)]
    bans: BanList,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "BanConnection")]
struct BanList {
    nodes: Vec<BanFields>,
    page_info: ForwardPageInfo,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Ban")]
struct BanFields {
    user: UserFields,
    by: UserFields,
    reason: Option<String>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl From<BanFields> for Ban {
    fn from(ban: BanFields) -> Self {
        Self {
            user: ban.user.into(),
            by: ban.by.into(),
            reason: ban.reason,
            created_at: ban.created_at,
            expires_at: ban.expires_at,
        }
    }
}

impl From<BansOfRoom> for Page<Ban> {
    fn from(room: BansOfRoom) -> Self {
        room.bans.page_info.page(room.bans.nodes)
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "KeepersVariables")]
pub(crate) struct AuditLog {
    #[arguments(id: $room_id)]
    pub(crate) room: Option<AuditLogOfRoom>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room", variables = "KeepersVariables")]
pub(crate) struct AuditLogOfRoom {
    #[arguments(first: $first, after: $after)]
    audit_log: AuditEntryList,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "AuditEntryConnection")]
struct AuditEntryList {
    nodes: Vec<AuditEntryFields>,
    page_info: ForwardPageInfo,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Message")]
struct MessageReference {
    id: MessageId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "AuditEntry")]
struct AuditEntryFields {
    action: AuditActionValue,
    actor: UserFields,
    target: Option<UserFields>,
    message: Option<MessageReference>,
    reason: Option<String>,
    role: Option<RoleValue>,
    until: Option<Timestamp>,
    at: Timestamp,
}

impl From<AuditEntryFields> for AuditEntry {
    fn from(entry: AuditEntryFields) -> Self {
        Self {
            action: entry.action.into(),
            actor: entry.actor.into(),
            target: entry.target.map(Into::into),
            message_id: entry.message.map(|message| message.id),
            reason: entry.reason,
            role: entry.role.map(Into::into),
            until: entry.until,
            at: entry.at,
        }
    }
}

impl From<AuditLogOfRoom> for Page<AuditEntry> {
    fn from(room: AuditLogOfRoom) -> Self {
        room.audit_log.page_info.page(room.audit_log.nodes)
    }
}

#[derive(cynic::Enum, Debug)]
#[cynic(graphql_type = "AuditAction")]
enum AuditActionValue {
    Ban,
    Unban,
    Mute,
    Unmute,
    RemoveMember,
    SetRole,
    UpdateRoom,
    RevokeInvite,
    DeleteMessage,
    #[cynic(fallback)]
    Unknown(String),
}

impl From<AuditActionValue> for AuditAction {
    fn from(action: AuditActionValue) -> Self {
        match action {
            AuditActionValue::Ban => Self::Ban,
            AuditActionValue::Unban => Self::Unban,
            AuditActionValue::Mute => Self::Mute,
            AuditActionValue::Unmute => Self::Unmute,
            AuditActionValue::RemoveMember => Self::RemoveMember,
            AuditActionValue::SetRole => Self::SetRole,
            AuditActionValue::UpdateRoom => Self::UpdateRoom,
            AuditActionValue::RevokeInvite => Self::RevokeInvite,
            AuditActionValue::DeleteMessage => Self::DeleteMessage,
            AuditActionValue::Unknown(name) => Self::Unknown(name),
        }
    }
}
