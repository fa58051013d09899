//! A session store that can be looked into, and sessions made to look older than they are.

use causerie_sdk::{MemoryStore, Session, SessionStore, StoreError};
use serde_json::{Value, json};
use std::sync::Mutex;

/// Keeps the session, and every version of it that was ever saved.
#[derive(Default)]
pub struct Recorder {
    store: MemoryStore,
    saved: Mutex<Vec<Value>>,
}

impl Recorder {
    /// What was saved so far, first to last.
    pub fn saved(&self) -> Vec<Value> {
        self.saved.lock().expect("not poisoned").clone()
    }
}

impl SessionStore for Recorder {
    fn load(&self) -> Result<Option<Session>, StoreError> {
        self.store.load()
    }

    fn save(&self, session: &Session) -> Result<(), StoreError> {
        self.saved
            .lock()
            .expect("not poisoned")
            .push(serde_json::to_value(session)?);
        self.store.save(session)
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.store.clear()
    }
}

/// A store whose disk is full.
pub struct Full;

impl SessionStore for Full {
    fn load(&self) -> Result<Option<Session>, StoreError> {
        Ok(None)
    }

    fn save(&self, _: &Session) -> Result<(), StoreError> {
        Err("no space left".into())
    }

    fn clear(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The session with its access token at the end of its life.
pub fn expired(session: &Session) -> Session {
    with(session, "expires_at", json!("2020-01-01T00:00:00Z"))
}

/// The session with an access token that the server does not know.
pub fn with_unknown_token(session: &Session) -> Session {
    with(session, "access_token", json!("not.a.token"))
}

fn with(session: &Session, name: &str, value: Value) -> Session {
    let mut text = serde_json::to_value(session).expect("serializes");
    assert!(text.get(name).is_some(), "a session has {name}");
    text[name] = value;
    serde_json::from_value(text).expect("deserializes")
}
