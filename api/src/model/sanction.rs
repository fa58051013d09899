//! What keeps the peace in a room.

use super::clock::Timestamp;
use super::ids::{RoomId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SanctionKind {
    /// They may not come in.
    Ban,
    /// They may not write.
    Mute,
}

/// Somebody has at most one of a kind in a room, whether or not they are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sanction {
    pub room_id: RoomId,
    pub user_id: UserId,
    pub kind: SanctionKind,
    pub reason: Option<String>,
    pub creator_id: UserId,
    pub created_at: Timestamp,
    /// For good when there is none.
    pub expires_at: Option<Timestamp>,
}

impl Sanction {
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| at > now)
    }
}
