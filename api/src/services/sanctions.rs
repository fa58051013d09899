//! Keeping the peace in a room: bans and mutes.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::members::hold_as_keeper;
use super::notices;
use super::permissions::{can_mute_member, can_remove_member};
use super::rooms::dismiss;
use super::text;
use crate::model::{
    AuditAction, AuditEntry, EventKind, NewEvent, Notice, NoticeKind, Room, RoomId, Sanction,
    SanctionKind, Timestamp, UserId,
};

const REASON_MOST: usize = 250;

/// Who, where, and why.
pub struct SanctionDraft {
    pub room_id: RoomId,
    pub user_id: UserId,
    pub reason: Option<String>,
}

pub struct Sanctions(Arc<Core>);

impl Sanctions {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Puts somebody out of a room, if they are in it, and keeps them out; for good, when
    /// nothing else is said.
    pub async fn ban(
        &self,
        viewer: Viewer,
        draft: SanctionDraft,
        expires_at: Option<Timestamp>,
    ) -> Result<Room> {
        self.0.check_write(viewer)?;
        let ban = self.sanction(viewer, SanctionKind::Ban, draft, "expiresAt", expires_at)?;
        let mut transaction = self.0.begin().await?;
        let (mut room, actor) = hold_as_keeper(&mut transaction, viewer, ban.room_id).await?;
        let other = transaction.find_member(room.id, ban.user_id).await?;
        if let Some(other) = &other {
            if !can_remove_member(&actor, other) {
                return Err(Error::Forbidden("Only somebody above them can ban them"));
            }
            room = dismiss(&mut transaction, other, ban.created_at).await?;
            let removed = Notice {
                kind: NoticeKind::Removed,
                user: Some(ban.user_id),
            };
            notices::tell_of_member(&self.0, &mut transaction, &mut room, viewer, removed).await?;
        } else if transaction.find_users(vec![ban.user_id]).await?.is_empty() {
            return Err(Error::NotFound("User"));
        }
        transaction.put_sanction(&ban).await?;
        let entry = entry(AuditAction::Ban, &ban);
        transaction.append_audit_entry(&entry).await?;
        transaction.commit().await?;
        Ok(room)
    }

    /// Lets somebody come in again. Nothing happens when they are not banned.
    pub async fn unban(&self, viewer: Viewer, room: RoomId, user: UserId) -> Result<Room> {
        self.0.check_write(viewer)?;
        let mut transaction = self.0.begin().await?;
        let (room, _) = hold_as_keeper(&mut transaction, viewer, room).await?;
        let kind = SanctionKind::Ban;
        if transaction.lift_sanction(room.id, user, kind).await? {
            let (action, now) = (AuditAction::Unban, self.0.now());
            let entry = AuditEntry::new(room.id, viewer.user_id, action, now);
            transaction.append_audit_entry(&entry.about(user)).await?;
        }
        transaction.commit().await?;
        Ok(room)
    }

    /// Keeps somebody in a room from writing there until then; lets them, when nothing is said.
    pub async fn mute(
        &self,
        viewer: Viewer,
        draft: SanctionDraft,
        until: Option<Timestamp>,
    ) -> Result<Room> {
        self.0.check_write(viewer)?;
        let mute = self.sanction(viewer, SanctionKind::Mute, draft, "until", until)?;
        let mut transaction = self.0.begin().await?;
        let (room, actor) = hold_as_keeper(&mut transaction, viewer, mute.room_id).await?;
        let other = transaction.find_member(room.id, mute.user_id).await?;
        let other = other.ok_or(Error::NotFound("Member"))?;
        if !can_mute_member(&actor, &other) {
            return Err(Error::Forbidden("Only somebody above them can mute them"));
        }
        let (user, reason) = (
            mute.user_id,
            mute.reason.as_deref().filter(|_| until.is_some()),
        );
        let entry = if until.is_some() {
            transaction.put_sanction(&mute).await?;
            entry(AuditAction::Mute, &mute)
        } else {
            let kind = SanctionKind::Mute;
            transaction.lift_sanction(room.id, user, kind).await?;
            entry(AuditAction::Unmute, &mute)
        };
        transaction.append_audit_entry(&entry).await?;
        transaction.set_mute(room.id, user, until, reason).await?;
        transaction.record(NewEvent {
            at: mute.created_at,
            kind: EventKind::MemberChanged {
                room: room.id,
                user,
            },
        });
        transaction.commit().await?;
        Ok(room)
    }

    fn sanction(
        &self,
        viewer: Viewer,
        kind: SanctionKind,
        draft: SanctionDraft,
        end: &'static str,
        expires_at: Option<Timestamp>,
    ) -> Result<Sanction> {
        let now = self.0.now();
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid(end, "This is in the past"));
        }
        Ok(Sanction {
            room_id: draft.room_id,
            user_id: draft.user_id,
            kind,
            reason: text::optional_line("reason", draft.reason.as_deref(), REASON_MOST)?,
            creator_id: viewer.user_id,
            created_at: now,
            expires_at,
        })
    }
}

fn entry(action: AuditAction, sanction: &Sanction) -> AuditEntry {
    let (room, actor) = (sanction.room_id, sanction.creator_id);
    AuditEntry {
        reason: sanction.reason.clone(),
        until: sanction.expires_at,
        ..AuditEntry::new(room, actor, action, sanction.created_at).about(sanction.user_id)
    }
}
