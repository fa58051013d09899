//! What those did who keep a room.

use super::clock::Timestamp;
use super::ids::{MessageId, RoomId, UserId};
use super::room::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    Ban,
    Unban,
    Mute,
    Unmute,
    RemoveMember,
    SetRole,
    UpdateRoom,
    RevokeInvite,
    DeleteMessage,
}

/// One thing that somebody did. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub room_id: RoomId,
    pub actor_id: UserId,
    pub action: AuditAction,
    /// To whom.
    pub target_id: Option<UserId>,
    /// Which message it was.
    pub message_id: Option<MessageId>,
    pub reason: Option<String>,
    /// What they were made.
    pub role: Option<Role>,
    /// When it ends.
    pub until: Option<Timestamp>,
    pub at: Timestamp,
}

impl AuditEntry {
    /// One of which no more is to be said.
    pub fn new(room: RoomId, actor: UserId, action: AuditAction, at: Timestamp) -> Self {
        Self {
            room_id: room,
            actor_id: actor,
            action,
            target_id: None,
            message_id: None,
            reason: None,
            role: None,
            until: None,
            at,
        }
    }

    pub fn about(self, target: UserId) -> Self {
        Self {
            target_id: Some(target),
            ..self
        }
    }
}
