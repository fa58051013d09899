//! The connection: wanted or not, standing or not, and when to try again.

use super::Input;
use crate::Error;
use crate::live::{Failure, Machine, Step};
use std::time::Duration;

#[derive(Debug)]
pub(crate) enum State {
    /// Nobody wants it, or it is about to be opened.
    Down {
        renew: bool,
    },
    Opening {
        since: Duration,
        renew: bool,
    },
    /// It stands; `live` once the server has said everything that there was to say.
    Open {
        live: bool,
    },
    /// Broken; the next attempt is at `until`.
    Waiting {
        until: Duration,
        renew: bool,
        reason: String,
    },
    /// No attempt would be better.
    Ended(Error),
}

/// Who wants to be in step: the app, and those who want to be so once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    by_app: bool,
    syncs: u32,
}

impl Wanted {
    pub(crate) fn is_any(self) -> bool {
        self.by_app || self.syncs > 0
    }

    pub(crate) fn change(&mut self, input: &Input) {
        match input {
            Input::Start => self.by_app = true,
            Input::Stop => self.by_app = false,
            Input::BeginSync => self.syncs += 1,
            Input::EndSync => self.syncs = self.syncs.saturating_sub(1),
            _ => {}
        }
    }
}

pub(crate) struct Link {
    pub(crate) wanted: Wanted,
    pub(crate) state: State,
    /// It may be dead, and has not given the sign of life that it was asked for.
    pub(crate) is_doubted: bool,
    machine: Machine,
    /// How often it was tried since one stood last, or since there was reason to believe that it works.
    pub(crate) attempts: u32,
}

/// What takes no longer is not begun anew, however often somebody hurries.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether something that was begun then may have to be begun anew.
pub(super) fn is_old(since: Duration, now: Duration) -> bool {
    now.saturating_sub(since) >= PATIENCE
}

impl Link {
    pub(crate) fn new() -> Self {
        Self {
            wanted: Wanted::default(),
            state: State::Down { renew: false },
            is_doubted: false,
            machine: Machine::new(None),
            attempts: 0,
        }
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.is_any()
    }

    /// Whether to connect now, and if so, whether with another token.
    pub(crate) fn connect(&mut self, now: Duration) -> Option<bool> {
        let renew = match self.state {
            State::Down { renew } => renew,
            State::Waiting { until, renew, .. } if until <= now => renew,
            _ => return None,
        };
        self.is_wanted().then(|| {
            self.state = State::Opening { since: now, renew };
            self.attempts = self.attempts.saturating_add(1);
            renew
        })
    }

    pub(crate) fn opened(&mut self, now: Duration) {
        self.machine.opened(now);
        self.is_doubted = false;
        self.attempts = 0;
        self.state = State::Open { live: false };
    }

    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. })
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, State::Open { live: true })
    }

    pub(crate) fn received(&mut self, live: bool) {
        self.machine.worked();
        if self.is_open() {
            self.state = State::Open { live };
        }
    }

    pub(crate) fn failed(&mut self, failure: Failure, now: Duration, random: f64) {
        self.is_doubted = false;
        if !self.is_wanted() {
            self.state = State::Down { renew: false };
            return;
        }
        self.state = match self.machine.failed(failure, now, random) {
            Step::Connect { renew } => State::Down { renew },
            Step::Wait {
                delay,
                renew,
                reason,
            } => State::Waiting {
                until: now.saturating_add(delay),
                renew,
                reason,
            },
            Step::Finish(error) => State::Ended(error),
        };
    }

    /// There is reason to believe that it works now, and that what was begun before does not any more. Whether the
    /// connection that stands is to give a sign of life.
    pub(crate) fn hurry(&mut self, now: Duration) -> bool {
        self.attempts = 0;
        match self.state {
            State::Waiting { renew, .. } => self.state = State::Down { renew },
            State::Opening { since, renew } if is_old(since, now) => {
                self.state = State::Down { renew };
            }
            _ => {}
        }
        self.is_doubted |= self.is_open();
        self.is_doubted
    }

    /// It gave a sign of life.
    pub(crate) fn is_alive(&mut self) {
        self.is_doubted = false;
    }

    /// What ended for want of a session may be begun again.
    pub(crate) fn signed_in(&mut self) {
        if matches!(self.state, State::Ended(Error::SignedOut)) {
            self.state = State::Down { renew: false };
        }
    }

    pub(crate) fn wakes_at(&self) -> Option<Duration> {
        match self.state {
            State::Waiting { until, .. } if self.is_wanted() => Some(until),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
