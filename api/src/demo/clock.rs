//! A clock that the demo moves, so that a community has weeks behind it within a minute.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::model::{Clock, Timestamp};

/// Goes on by a step whenever somebody looks, but not beyond the end of the time that is played.
pub struct DemoClock(Mutex<Hand>);

struct Hand {
    at: Timestamp,
    step: Duration,
    end: Timestamp,
}

impl DemoClock {
    pub fn new(at: Timestamp) -> Self {
        let (step, end) = (Duration::ZERO, at);
        Self(Mutex::new(Hand { at, step, end }))
    }

    /// So many looks take it from one time to the other.
    pub fn play(&self, from: Timestamp, to: Timestamp, looks: usize) {
        let looks = u64::try_from(looks.max(1)).unwrap_or(u64::MAX);
        let millis = u64::try_from(to.since(from).as_millis()).unwrap_or(0);
        *self.hand() = Hand {
            at: from,
            step: Duration::from_millis(millis / looks),
            end: to,
        };
    }

    fn hand(&self) -> std::sync::MutexGuard<'_, Hand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let mut hand = self.hand();
        let now = hand.at.min(hand.end);
        hand.at = now + hand.step;
        now
    }
}
