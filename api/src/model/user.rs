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
}

/// A person with the secret that proves who they are.
#[derive(Clone)]
pub struct Account {
    pub user: User,
    /// A PHC string.
    pub password_hash: String,
}
