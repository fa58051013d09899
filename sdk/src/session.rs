//! A signed-in session: what it is, where the app keeps it, and how it stays fresh.

mod keeper;
mod machine;

use crate::{SessionId, User, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Mutex;

pub(crate) use keeper::Keeper;

/// What the server hands out at sign-in and at each refresh.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) access_token: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) refresh_token: String,
}

/// A signed-in session, to be kept by the app between starts. Whoever has it *is* the person signed in, so it
/// belongs in the platform's key store. Serialize it as a whole; its inside may change between versions, and older
/// data stays readable.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    id: SessionId,
    user_id: UserId,
    username: String,
    #[serde(flatten)]
    grant: Grant,
    /// Set while a refresh is under way. Asking again under the same id gives the same answer, so an answer that was
    /// lost (the app was killed, the network went) costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending_attempt: Option<String>,
}

impl Session {
    pub(crate) fn new(id: SessionId, user: &User, grant: Grant) -> Self {
        Self {
            id,
            user_id: user.id.clone(),
            username: user.username.clone(),
            grant,
            pending_attempt: None,
        }
    }

    /// The session's own id, as listed among the person's sessions.
    #[must_use]
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Who is signed in.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// Who is signed in, as they type it.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .field("username", &self.username)
            .field("expires_at", &self.grant.expires_at)
            .finish_non_exhaustive()
    }
}

/// Why a store could not keep or give back the session.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Where the app keeps the session between starts. Called on threads that may block, one call at a time; each call should be
/// durable when it returns. Two clients that refresh the same session from two stores look like a thief to the server, which
/// then ends it. Clients of one store look into it before they refresh, so that those that do not refresh at the very same
/// moment get along; one client for a process is better.
pub trait SessionStore: Send + Sync + 'static {
    /// What was saved last, if anything.
    ///
    /// # Errors
    /// Whatever keeps the store from answering.
    fn load(&self) -> Result<Option<Session>, StoreError>;

    /// Replaces what was saved.
    ///
    /// # Errors
    /// Whatever keeps the store from keeping it.
    fn save(&self, session: &Session) -> Result<(), StoreError>;

    /// Removes what was saved; nothing saved is fine.
    ///
    /// # Errors
    /// Whatever keeps the store from forgetting it.
    fn clear(&self) -> Result<(), StoreError>;
}

/// Keeps the session as long as the process lives.
#[derive(Default)]
pub struct MemoryStore {
    session: Mutex<Option<Session>>,
}

impl MemoryStore {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Session>> {
        self.session
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl SessionStore for MemoryStore {
    fn load(&self) -> Result<Option<Session>, StoreError> {
        Ok(self.slot().clone())
    }

    fn save(&self, session: &Session) -> Result<(), StoreError> {
        *self.slot() = Some(session.clone());
        Ok(())
    }

    fn clear(&self) -> Result<(), StoreError> {
        *self.slot() = None;
        Ok(())
    }
}
