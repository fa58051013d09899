//! A login on one device.

use super::clock::Timestamp;
use super::ids::{SessionId, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    /// What the device calls itself, for its owner to recognise.
    pub device: String,
    /// How often the refresh token was rotated; only the token of this generation is current.
    pub generation: u32,
    pub rotated_at: Timestamp,
    /// The client's own mark on the request that made the current generation.
    pub attempt_id: Option<String>,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    /// The address that it was last used from.
    pub last_used_from: String,
    pub ended_at: Option<Timestamp>,
}
