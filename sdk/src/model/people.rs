//! What people show of themselves, and whether they are there.

use super::User;
use super::ids::UserId;
use jiff::Timestamp;

/// What becomes of a value that can be taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// This takes its place.
    Set(T),
}

/// A person, with what they tell of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub user: User,
    /// What they tell of themselves, in one or more lines.
    pub bio: Option<String>,
    /// What they say they are doing.
    pub status: Option<UserStatus>,
    /// Whether they are there.
    pub presence: Presence,
}

/// What somebody says they are doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserStatus {
    /// One line, 1–100 characters.
    pub text: String,
    /// An emoji that goes with it.
    pub emoji: Option<String>,
    /// When it will be gone; `None` when it stays.
    pub expires_at: Option<Timestamp>,
}

/// What the viewer changes of themselves. By default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileUpdate {
    /// 1–64 characters; `None` leaves it as it is.
    pub display_name: Option<String>,
    /// At most 500 characters, in several lines if one likes.
    pub bio: Patch<String>,
    /// In place of the one before.
    pub status: Patch<UserStatus>,
}

/// Whether somebody is there, and since when not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Whether they are there. Those with whom the viewer shares no room always seem offline.
    pub state: PresenceState,
    /// When they were connected last; `None` while they are, and when that is not known.
    pub last_seen_at: Option<Timestamp>,
}

/// Whether somebody is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresenceState {
    /// At one of their devices.
    Online,
    /// Connected, but not looking.
    Away,
    /// Not connected.
    Offline,
    /// A state that a newer server knows and this version does not.
    Unknown(String),
}

/// Whether a certain person is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPresence {
    /// Who.
    pub user_id: UserId,
    /// Whether they are there.
    pub presence: Presence,
}

/// How far somebody has read in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Who.
    pub user: User,
    /// The `seq` of the newest message that they have read.
    pub last_read_seq: u64,
    /// When they said so.
    pub read_at: Timestamp,
}
