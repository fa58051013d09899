//! One's own account.

use super::ids::SessionId;
use jiff::Timestamp;

/// A sign-in on one device, in the list of the person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSession {
    /// Which one: [`Client::revoke_session`](crate::Client::revoke_session) takes it.
    pub id: SessionId,
    /// What the device called itself when it signed in.
    pub device: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it last renewed its tokens.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// What becomes of what somebody said who deletes their account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountMessages {
    /// It stays, as that of a deleted user.
    Keep,
    /// It is deleted message by message, which may take a while.
    Delete,
}
