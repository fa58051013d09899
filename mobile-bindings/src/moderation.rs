//! Keeping people out or quiet, and what was done in a room.

use crate::client::CauserieClient;
use crate::errors::CauserieError;
use crate::ids::{time, timestamp};
use crate::records::{Role, User, page};
use crate::runtime::run;
use causerie_sdk::{MessageId, RoomId, UserId};
use std::time::SystemTime;

#[uniffi::export]
impl CauserieClient {
    /// Puts somebody out of a channel or a group and keeps them out, until a time or for good. They are told the reason
    /// (at most 250 characters) when they try to come in.
    #[uniffi::method(default(until = None, reason = None))]
    pub async fn ban_member(
        &self,
        room_id: RoomId,
        user_id: UserId,
        until: Option<SystemTime>,
        reason: Option<String>,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        let until = until.map(timestamp).transpose()?;
        run(async move {
            let reason = reason.as_deref();
            sdk.ban_member(&room_id, &user_id, until, reason).await
        })
        .await
    }

    /// Ends a ban; that there is none is fine. They are not in the room by that.
    pub async fn unban_member(
        &self,
        room_id: RoomId,
        user_id: UserId,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.unban_member(&room_id, &user_id).await }).await
    }

    /// Who may not come in, those who were banned last first. For owners and admins.
    #[uniffi::method(default(limit = 50, after = None))]
    pub async fn bans(
        &self,
        room_id: RoomId,
        limit: u32,
        after: Option<String>,
    ) -> Result<BanPage, CauserieError> {
        let sdk = self.sdk.clone();
        let page = run(async move { sdk.bans(&room_id, limit, after.as_deref()).await });
        Ok(page.await?.into())
    }

    /// Keeps a member from writing until a time, also when they leave and come back. They are told the reason (at most
    /// 250 characters) when they try.
    #[uniffi::method(default(reason = None))]
    pub async fn mute_member(
        &self,
        room_id: RoomId,
        user_id: UserId,
        until: SystemTime,
        reason: Option<String>,
    ) -> Result<(), CauserieError> {
        let (sdk, until) = (self.sdk.clone(), timestamp(until)?);
        run(async move {
            let reason = reason.as_deref();
            sdk.mute_member(&room_id, &user_id, until, reason).await
        })
        .await
    }

    /// Lets a member write again; that they may already is fine.
    pub async fn unmute_member(
        &self,
        room_id: RoomId,
        user_id: UserId,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.unmute_member(&room_id, &user_id).await }).await
    }

    /// What the owner and admins of a room did, the newest first. For them only.
    #[uniffi::method(default(limit = 50, after = None))]
    pub async fn audit_log(
        &self,
        room_id: RoomId,
        limit: u32,
        after: Option<String>,
    ) -> Result<AuditEntryPage, CauserieError> {
        let sdk = self.sdk.clone();
        let page = run(async move { sdk.audit_log(&room_id, limit, after.as_deref()).await });
        Ok(page.await?.into())
    }
}

page! {
    /// One page of those who may not come in.
    BanPage of Ban
}

page! {
    /// One page of what was done.
    AuditEntryPage of AuditEntry
}

/// Somebody who may not come into a room.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Ban {
    /// Who.
    pub user: User,
    /// Who banned them.
    pub by: User,
    /// Why, if a reason was given.
    pub reason: Option<String>,
    /// When they were banned.
    pub created_at: SystemTime,
    /// When it ends; absent when it does not.
    pub expires_at: Option<SystemTime>,
}

impl From<causerie_sdk::Ban> for Ban {
    fn from(ban: causerie_sdk::Ban) -> Self {
        Self {
            user: ban.user.into(),
            by: ban.by.into(),
            reason: ban.reason,
            created_at: time(ban.created_at),
            expires_at: ban.expires_at.map(time),
        }
    }
}

/// One thing that was done in a room. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct AuditEntry {
    /// What was done.
    pub action: AuditAction,
    /// Who did it.
    pub actor: User,
    /// To whom; of an invite or a message, who had made or written it.
    pub target: Option<User>,
    /// Of `DeleteMessage`, the message, of which nothing but its place is left.
    pub message_id: Option<MessageId>,
    /// Why, if a reason was given.
    pub reason: Option<String>,
    /// Of `SetRole`, the new role.
    pub role: Option<Role>,
    /// Of a ban or a mute, when it ends; absent when it does not.
    pub until: Option<SystemTime>,
    /// When.
    pub at: SystemTime,
}

impl From<causerie_sdk::AuditEntry> for AuditEntry {
    fn from(entry: causerie_sdk::AuditEntry) -> Self {
        Self {
            action: entry.action.into(),
            actor: entry.actor.into(),
            target: entry.target.map(Into::into),
            message_id: entry.message_id,
            reason: entry.reason,
            role: entry.role.map(Into::into),
            until: entry.until.map(time),
            at: time(entry.at),
        }
    }
}

/// What somebody did who keeps a room.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum AuditAction {
    /// Put somebody out and keeps them out.
    Ban,
    /// Lets somebody come in again.
    Unban,
    /// Keeps somebody from writing.
    Mute,
    /// Lets somebody write again.
    Unmute,
    /// Put somebody out.
    RemoveMember,
    /// Gave somebody another role.
    SetRole,
    /// Changed what the room is called or is about.
    UpdateRoom,
    /// Made an invite worth nothing.
    RevokeInvite,
    /// Deleted what somebody else had said.
    DeleteMessage,
    /// What this version does not know.
    Unknown { name: String },
}

impl From<causerie_sdk::AuditAction> for AuditAction {
    fn from(action: causerie_sdk::AuditAction) -> Self {
        use causerie_sdk::AuditAction as Sdk;
        match action {
            Sdk::Ban => Self::Ban,
            Sdk::Unban => Self::Unban,
            Sdk::Mute => Self::Mute,
            Sdk::Unmute => Self::Unmute,
            Sdk::RemoveMember => Self::RemoveMember,
            Sdk::SetRole => Self::SetRole,
            Sdk::UpdateRoom => Self::UpdateRoom,
            Sdk::RevokeInvite => Self::RevokeInvite,
            Sdk::DeleteMessage => Self::DeleteMessage,
            Sdk::Unknown(name) => Self::Unknown { name },
        }
    }
}
