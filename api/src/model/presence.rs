//! Whether people are there.

use super::clock::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceState {
    /// At one of their devices.
    Online,
    /// Connected, but not looking.
    Away,
    Offline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    pub state: PresenceState,
    /// When they were connected last; `None` while they are, or if that is not known.
    pub last_seen_at: Option<Timestamp>,
}

impl Presence {
    pub const UNKNOWN: Self = Self {
        state: PresenceState::Offline,
        last_seen_at: None,
    };
}
