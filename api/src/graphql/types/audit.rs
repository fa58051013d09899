//! What those see who keep a room.

use async_graphql::{Context, Description, Enum, Object, Result};

use super::member::Role;
use super::message::Message;
use super::user::User;
use crate::graphql::at_hand::AtHand;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::pagination::foreign_cursor;
use crate::graphql::scalars::DateTime;
use crate::model::{self, After, Timestamp, UserId};
use crate::services;

/// What somebody did who keeps a room.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::AuditAction")]
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
}

/// One thing that was done in a room. It is never changed.
#[derive(Description)]
pub struct AuditEntry(pub model::AuditEntry);

/// Somebody who may not come in.
#[derive(Description)]
pub struct Ban(pub model::Sanction);

#[Object(use_type_description)]
impl AuditEntry {
    /// What was done.
    async fn action(&self) -> AuditAction {
        self.0.action.into()
    }

    /// Who did it.
    async fn actor(&self, ctx: &Context<'_>) -> Result<User> {
        user(ctx, self.0.actor_id).await
    }

    /// To whom; of an invite or a message, who had made or written it. Null when it was done to nobody.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.0.target_id {
            Some(target) => user(ctx, target).await.map(Some),
            None => Ok(None),
        }
    }

    /// Of `DELETE_MESSAGE`, the message, of which nothing but its place is left.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        let Some(id) = self.0.message_id else {
            return Ok(None);
        };
        let found = ctx.loaders().find_message(id).await;
        Ok(found.map_err(fault)?.map(Message))
    }

    /// Why, if a reason was given.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Of `SET_ROLE`, the new role.
    async fn role(&self) -> Option<Role> {
        self.0.role.map(Into::into)
    }

    /// Of `BAN` and `MUTE`, when it ends; null when it does not.
    async fn until(&self) -> Option<DateTime> {
        self.0.until.map(DateTime)
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }
}

#[Object(use_type_description)]
impl Ban {
    /// Who it is.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        user(ctx, self.0.user_id).await
    }

    /// Who banned them.
    async fn by(&self, ctx: &Context<'_>) -> Result<User> {
        user(ctx, self.0.creator_id).await
    }

    /// Why, if a reason was given.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When they were banned.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it ends; null when it does not.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }
}

async fn user(ctx: &Context<'_>, id: UserId) -> Result<User> {
    ctx.loaders().user(id).await.map(User).map_err(fault)
}

/// The place of a ban or an invite in its list: microseconds since the Unix epoch, and whom or
/// which code it is about.
pub type RecordKey = (i64, String);

pub fn ban_key(ban: &model::Sanction) -> RecordKey {
    (ban.created_at.as_micros(), ban.user_id.to_string())
}

pub fn invite_key(invite: &model::Invite) -> RecordKey {
    (invite.created_at.as_micros(), invite.code.clone())
}

pub fn ban_page(page: After<RecordKey>) -> services::Result<After<(Timestamp, UserId)>> {
    invite_page(page)?.try_map(|(at, id)| match id.parse() {
        Ok(id) => Ok((at, id)),
        Err(_) => Err(foreign_cursor("after")),
    })
}

pub fn invite_page(page: After<RecordKey>) -> services::Result<After<(Timestamp, String)>> {
    page.try_map(
        |(micros, code)| match Timestamp::from_untrusted_micros(micros) {
            Some(at) if !code.contains('\0') => Ok((at, code)),
            _ => Err(foreign_cursor("after")),
        },
    )
}

impl AtHand for Ban {}
impl AtHand for AuditEntry {}
