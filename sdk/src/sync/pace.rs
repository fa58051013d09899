//! When something that failed may be tried again.

use crate::live::delay;
use std::time::Duration;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    failures: u32,
    not_before: Duration,
}

impl Pace {
    /// When the next attempt may be made, on the clock that only goes forward.
    pub(crate) fn next(&self) -> Duration {
        self.not_before
    }

    /// Waits double with each failure in a row; `least` is what the server asks for.
    pub(crate) fn failed(&mut self, now: Duration, random: f64, least: Option<Duration>) {
        let wait = delay(self.failures, random).max(least.unwrap_or_default());
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.saturating_add(wait);
    }

    /// There is reason to believe that it works now.
    pub(crate) fn hurry(&mut self) {
        *self = Self::default();
    }
}
