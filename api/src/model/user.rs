//! People, as everyone sees them, and the account behind a person.

use super::clock::Timestamp;
use super::ids::UserId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// Lower case, unique.
    pub username: String,
    pub display_name: String,
    pub created_at: Timestamp,
    /// When they were connected last, as far as that is known.
    pub last_seen_at: Option<Timestamp>,
    /// What they tell of themselves, in several lines.
    pub bio: Option<String>,
    /// The newest one, also when it has expired.
    pub status: Option<Status>,
    /// They have deleted their account; nothing of them is left but what they said.
    pub is_deleted: bool,
}

/// What somebody says they are doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub text: String,
    pub emoji: Option<String>,
    /// Never when there is none.
    pub expires_at: Option<Timestamp>,
}

impl User {
    /// Somebody of whom no more is known.
    pub fn new(id: UserId, username: String, display_name: String, created_at: Timestamp) -> Self {
        Self {
            id,
            username,
            display_name,
            created_at,
            last_seen_at: None,
            bio: None,
            status: None,
            is_deleted: false,
        }
    }

    pub fn status_at(&self, now: Timestamp) -> Option<&Status> {
        let is_current = |status: &&Status| status.expires_at.is_none_or(|at| at > now);
        self.status.as_ref().filter(is_current)
    }
}

/// What is to be different of a person; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChanges {
    pub display_name: Option<String>,
    /// `Some(None)` takes it away; so with the status.
    pub bio: Option<Option<String>>,
    pub status: Option<Option<Status>>,
}

/// A person with the secret that proves who they are.
#[derive(Clone)]
pub struct Account {
    pub user: User,
    /// A PHC string.
    pub password_hash: String,
}
