//! Which sessions live and hold something open, so that ending one ends it at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::known_sessions::KnownSessions;
use crate::model::SessionId;

/// What this node knows of the sessions that live.
#[derive(Default)]
pub struct LiveSessions {
    /// Those that someone watches.
    watched: Mutex<HashMap<SessionId, watch::Sender<()>>>,
    /// Those that were found to live when someone asked.
    pub known: KnownSessions,
}

/// Resolves when its session is ended.
pub struct SessionWatch {
    sessions: Arc<LiveSessions>,
    id: SessionId,
    ended: watch::Receiver<()>,
}

impl LiveSessions {
    /// Starts watching. Whether the session has ended before is to be asked afterwards.
    pub fn watch(self: &Arc<Self>, id: SessionId) -> SessionWatch {
        let ended = self
            .lock()
            .entry(id)
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe();
        SessionWatch {
            sessions: Arc::clone(self),
            id,
            ended,
        }
    }

    /// The session has ended, and that is committed.
    pub fn end(&self, id: SessionId) {
        self.known.forget(id);
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, watch::Sender<()>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionWatch {
    pub async fn ended(&mut self) {
        // Nothing is ever sent: the sender goes when the session ends.
        while self.ended.changed().await.is_ok() {}
    }
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        let mut sessions = self.sessions.lock();
        if sessions
            .get(&self.id)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            sessions.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdGenerator;
    use crate::model::Timestamp;

    #[tokio::test]
    async fn ending_a_session_reaches_every_watch_and_leaves_nothing_behind() {
        let ids = IdGenerator::from_seed([1; 32]);
        let sessions = Arc::new(LiveSessions::default());
        let id = ids.next(Timestamp::from_millis(1));
        let mut first = sessions.watch(id);
        let mut second = sessions.watch(id);
        let other = sessions.watch(ids.next(Timestamp::from_millis(2)));
        sessions.end(id);
        first.ended().await;
        second.ended().await;
        drop((first, second, other));
        assert!(sessions.lock().is_empty());
    }
}
