//! Invites: codes that let people into rooms which they could not join otherwise.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::members::hold_as_keeper;
use crate::model::{AuditAction, AuditEntry, Invite, Room, RoomId, Timestamp};

const USES_MOST: i32 = 10_000;

/// How far an invite goes; not limited where nothing is said.
pub struct InviteDraft {
    pub room_id: RoomId,
    pub expires_at: Option<Timestamp>,
    pub max_uses: Option<i32>,
}

pub struct Invites(Arc<Core>);

impl Invites {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    pub async fn create(&self, viewer: Viewer, draft: InviteDraft) -> Result<Invite> {
        self.0.check_write(viewer)?;
        let now = self.0.now();
        if draft.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid("expiresAt", "This is in the past"));
        }
        if draft
            .max_uses
            .is_some_and(|uses| !(1..=USES_MOST).contains(&uses))
        {
            let message = format!("This must be between 1 and {USES_MOST}");
            return Err(Error::invalid("maxUses", message));
        }
        let mut transaction = self.0.begin().await?;
        hold_as_keeper(&mut transaction, viewer, draft.room_id).await?;
        let invite = Invite {
            code: self.0.ids.code(),
            room_id: draft.room_id,
            creator_id: viewer.user_id,
            created_at: now,
            expires_at: draft.expires_at,
            max_uses: draft.max_uses,
            uses: 0,
        };
        transaction.insert_invite(&invite).await?;
        transaction.commit().await?;
        Ok(invite)
    }

    /// Makes an invite worth nothing, for good. Who came in by it stays.
    pub async fn revoke(&self, viewer: Viewer, code: &str) -> Result<Room> {
        self.0.check_write(viewer)?;
        let absent = || Error::NotFound("Invite");
        let found = self.0.read().await?.find_invite(code).await?;
        let invite = found.ok_or_else(absent)?;
        let mut transaction = self.0.begin().await?;
        let held = hold_as_keeper(&mut transaction, viewer, invite.room_id).await;
        let (room, _) = held.map_err(|refusal| match refusal {
            Error::NotFound(_) => absent(),
            other => other,
        })?;
        if !transaction.delete_invite(code).await? {
            return Err(absent());
        }
        let (action, now) = (AuditAction::RevokeInvite, self.0.now());
        let entry = AuditEntry::new(room.id, viewer.user_id, action, now);
        let entry = entry.about(invite.creator_id);
        transaction.append_audit_entry(&entry).await?;
        transaction.commit().await?;
        Ok(room)
    }
}
