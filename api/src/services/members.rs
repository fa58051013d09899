//! Who is in a room, and as what: for those to say who keep it.

use std::sync::Arc;

use super::blocks::check_reach;
use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::notices;
use super::permissions::{can_keep_members, can_remove_member, can_set_role, is_muted};
use super::rooms::{admit, dismiss, hold_room};
use super::transaction::Transaction;
use crate::model::{
    AuditAction, AuditEntry, EventKind, Member, NewEvent, Notice, NoticeKind, Role, Room, RoomId,
    Timestamp, UserId,
};

pub struct Members(Arc<Core>);

impl Members {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Lets somebody into a room. Nothing happens when they are in it already.
    pub async fn add(&self, viewer: Viewer, room: RoomId, user: UserId) -> Result<Room> {
        self.0.check_write(viewer)?;
        let mut transaction = self.0.begin().await?;
        let (room, _) = hold_as_keeper(&mut transaction, viewer, room).await?;
        if transaction.find_users(vec![user]).await?.is_empty() {
            return Err(Error::NotFound("User"));
        }
        if transaction.find_member(room.id, user).await?.is_some() {
            return Ok(room);
        }
        check_reach(&mut transaction, viewer.user_id, &[user]).await?;
        let people = [(user, Role::Member)];
        let mut room = admit(&mut transaction, room, &people, self.0.now()).await?;
        let added = Notice {
            kind: NoticeKind::Added,
            user: Some(user),
        };
        notices::tell_of_member(&self.0, &mut transaction, &mut room, viewer, added).await?;
        transaction.commit().await?;
        Ok(room)
    }

    /// Puts somebody out of a room. Nothing happens when they are not in it.
    pub async fn remove(&self, viewer: Viewer, room: RoomId, user: UserId) -> Result<Room> {
        self.0.check_write(viewer)?;
        let mut transaction = self.0.begin().await?;
        let (room, actor) = hold_as_keeper(&mut transaction, viewer, room).await?;
        let Some(other) = transaction.find_member(room.id, user).await? else {
            return Ok(room);
        };
        if !can_remove_member(&actor, &other) {
            return Err(Error::Forbidden("Only somebody above them can remove them"));
        }
        let now = self.0.now();
        let entry = AuditEntry::new(room.id, viewer.user_id, AuditAction::RemoveMember, now);
        transaction.append_audit_entry(&entry.about(user)).await?;
        let mut room = dismiss(&mut transaction, &other, now).await?;
        let removed = Notice {
            kind: NoticeKind::Removed,
            user: Some(user),
        };
        notices::tell_of_member(&self.0, &mut transaction, &mut room, viewer, removed).await?;
        transaction.commit().await?;
        Ok(room)
    }

    /// Gives somebody another role. Whoever makes somebody else the owner is an admin afterwards.
    pub async fn set_role(
        &self,
        viewer: Viewer,
        room: RoomId,
        user: UserId,
        role: Role,
    ) -> Result<Room> {
        self.0.check_write(viewer)?;
        let mut transaction = self.0.begin().await?;
        let (room, actor) = hold_as_keeper(&mut transaction, viewer, room).await?;
        let other = transaction.find_member(room.id, user).await?;
        let other = other.ok_or(Error::NotFound("Member"))?;
        if !can_set_role(&actor, &other, role) {
            return Err(Error::Forbidden(
                "Only somebody above them can give them this role",
            ));
        }
        if other.role == role {
            return Ok(room);
        }
        let action = AuditAction::SetRole;
        let entry = AuditEntry::new(room.id, viewer.user_id, action, self.0.now());
        let entry = AuditEntry {
            role: Some(role),
            ..entry.about(user)
        };
        transaction.append_audit_entry(&entry).await?;
        self.change_role(&mut transaction, &other, role).await?;
        if role == Role::Owner {
            self.change_role(&mut transaction, &actor, Role::Admin)
                .await?;
        }
        transaction.commit().await?;
        Ok(room)
    }

    async fn change_role(
        &self,
        transaction: &mut Transaction,
        member: &Member,
        role: Role,
    ) -> Result<()> {
        let (room, user) = (member.room_id, member.user_id);
        transaction.set_role(room, user, role).await?;
        transaction.record(NewEvent {
            at: self.0.now(),
            kind: EventKind::MemberChanged { room, user },
        });
        Ok(())
    }
}

/// Tells all the rooms of a person that they show themselves differently.
pub(super) async fn tell_rooms_of(
    transaction: &mut Transaction,
    user: UserId,
    at: Timestamp,
) -> Result<()> {
    for room in transaction.hold_memberships(user).await? {
        let kind = EventKind::MemberChanged { room, user };
        transaction.record(NewEvent { at, kind });
    }
    Ok(())
}

/// # Errors
/// `Muted` when they may not write for the time being.
pub(super) fn check_not_muted(membership: Option<&Member>, now: Timestamp) -> Result<()> {
    match membership {
        Some(member) if is_muted(member, now) => Err(Error::Muted(member.mute_reason.clone())),
        _ => Ok(()),
    }
}

/// The room, which nobody else changes until the transaction ends, and the viewer in it.
pub(super) async fn hold_as_keeper(
    transaction: &mut Transaction,
    viewer: Viewer,
    room: RoomId,
) -> Result<(Room, Member)> {
    let (room, membership) = hold_room(transaction, viewer, room).await?;
    let may = can_keep_members(&room, membership.as_ref());
    match membership.filter(|_| may) {
        Some(member) => Ok((room, member)),
        None => Err(Error::Forbidden(
            "Only its owner and admins say who is in a room",
        )),
    }
}
