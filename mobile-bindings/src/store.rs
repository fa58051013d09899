//! Where the app keeps the session: text to the app, a session to the SDK.

use crate::errors::CallbackError;
use causerie_sdk::{Session, StoreError};
use std::sync::Arc;

/// Where the app keeps the signed-in session between starts: the platform's key store. The text is opaque, and whoever
/// has it is the person signed in. Called on threads that may block, one call at a time; durable on return.
#[uniffi::export(foreign)]
pub trait SessionStore: Send + Sync {
    /// What was saved last, if anything.
    fn load(&self) -> Result<Option<String>, CallbackError>;
    /// Replaces what was saved.
    fn save(&self, session: String) -> Result<(), CallbackError>;
    /// Removes what was saved; nothing saved is fine.
    fn clear(&self) -> Result<(), CallbackError>;
}

pub(crate) struct AppStore(pub(crate) Arc<dyn SessionStore>);

impl causerie_sdk::SessionStore for AppStore {
    fn load(&self) -> Result<Option<Session>, StoreError> {
        Ok(self
            .0
            .load()?
            .map(|text| serde_json::from_str(&text))
            .transpose()?)
    }

    fn save(&self, session: &Session) -> Result<(), StoreError> {
        Ok(self.0.save(serde_json::to_string(session)?)?)
    }

    fn clear(&self) -> Result<(), StoreError> {
        Ok(self.0.clear()?)
    }
}
