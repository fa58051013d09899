//! Which sessions live, so that not every request has to ask the database.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::model::{SessionId, Timestamp, UserId};

/// How many sessions are remembered: more than ask within [`TRUSTED`] on one node.
const SESSIONS_MOST: usize = 20_000;

/// How long what was found is believed. The log tells of an end within a second; this is for when
/// nobody follows the log.
const TRUSTED: Duration = Duration::from_mins(1);

/// The sessions that this node found to live a short while ago.
pub struct KnownSessions {
    living: Cache<SessionId, Known>,
    /// How many sessions were heard to end.
    ends: Mutex<u64>,
}

#[derive(Clone, Copy)]
struct Known {
    user: UserId,
    found_at: Timestamp,
}

/// Which ends had been heard of before a session was looked up.
pub struct BeforeLookup(u64);

impl Default for KnownSessions {
    fn default() -> Self {
        Self {
            living: Cache::new(SESSIONS_MOST),
            ends: Mutex::default(),
        }
    }
}

impl KnownSessions {
    /// Whose session this is, if it is known to live.
    pub fn find(&self, id: SessionId, now: Timestamp) -> Option<UserId> {
        let known = self.living.get(&id)?;
        (now.since(known.found_at) < TRUSTED).then_some(known.user)
    }

    /// To be called before a session is looked up that is to be remembered.
    pub fn before_lookup(&self) -> BeforeLookup {
        BeforeLookup(*self.ends())
    }

    /// Remembers a session that was found to live; unless one was heard to end since `before`,
    /// for it may have been this one.
    pub fn remember(&self, before: &BeforeLookup, id: SessionId, user: UserId, now: Timestamp) {
        let ends = self.ends();
        if *ends == before.0 {
            let found_at = now;
            self.living.insert(id, Known { user, found_at });
        }
    }

    /// The session has ended.
    pub fn forget(&self, id: SessionId) {
        let mut ends = self.ends();
        *ends += 1;
        self.living.remove(&id);
    }

    /// Held while the living change, so that none is added after its end was heard.
    fn ends(&self) -> MutexGuard<'_, u64> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdGenerator;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn ids() -> (UserId, SessionId, SessionId) {
        let ids = IdGenerator::from_seed([1; 32]);
        (ids.next(NOW), ids.next(NOW), ids.next(NOW))
    }

    #[test]
    fn a_session_is_known_until_it_ends() {
        let (user, session, other) = ids();
        let known = KnownSessions::default();
        for id in [session, other] {
            known.remember(&known.before_lookup(), id, user, NOW);
        }
        known.forget(session);
        assert_eq!(known.find(session, NOW), None);
        assert_eq!(known.find(other, NOW), Some(user));
    }

    #[test]
    fn an_end_during_the_lookup_is_not_overlooked() {
        let (user, session, other) = ids();
        let known = KnownSessions::default();
        let before = known.before_lookup();
        known.forget(session);
        known.remember(&before, session, user, NOW);
        assert_eq!(known.find(session, NOW), None);

        known.remember(&known.before_lookup(), other, user, NOW);
        assert_eq!(known.find(other, NOW), Some(user));
    }

    #[test]
    fn what_was_found_is_not_believed_for_ever() {
        let (user, session, _) = ids();
        let known = KnownSessions::default();
        known.remember(&known.before_lookup(), session, user, NOW);
        let later = |millis: i64| Timestamp::from_millis(1_000_000 + millis);
        assert_eq!(known.find(session, later(59_999)), Some(user));
        assert_eq!(known.find(session, later(60_000)), None);
    }
}
