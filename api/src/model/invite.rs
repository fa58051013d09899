//! Invites: codes that let people into rooms.

use super::clock::Timestamp;
use super::ids::{RoomId, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Whoever knows it may join.
    pub code: String,
    pub room_id: RoomId,
    pub creator_id: UserId,
    pub created_at: Timestamp,
    /// From when on it is no good, if it ever is not.
    pub expires_at: Option<Timestamp>,
    /// How many people may join by it, if that is limited.
    pub max_uses: Option<i32>,
    /// How many people have.
    pub uses: i32,
}
