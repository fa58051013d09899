//! What to do when a live connection ends: state and input in, the next step out. No clock, no socket, no randomness.

use super::backoff;
use crate::transport::socket::Ended;
use crate::{Cursor, Error};
use std::time::Duration;

/// A connection that stood this long was a good one: the next failure is the first in a row again.
const STABLE: Duration = Duration::from_secs(10);

/// Close codes of graphql-transport-ws that no retry can mend: they say that the client itself is at fault.
const FAULTS: [u16; 5] = [4400, 4401, 4406, 4409, 4429];
const FORBIDDEN: u16 = 4403;

pub(crate) struct Machine {
    cursor: Option<Cursor>,
    failures: u32,
    opened_at: Option<Duration>,
    /// A new token has been asked for since the server last took one.
    renewed: bool,
}

/// Why following came to an end.
#[derive(Debug)]
pub(crate) enum Failure {
    Connection(Ended),
    /// The server took the connection but treats the operation as nobody's.
    TokenRejected,
    /// The server ended the subscription properly. It may be over (a room that one has left): asking again tells.
    Completed,
    /// A request failed: the refresh, the first position, or the subscription itself.
    Failed(Error),
    /// An event that cannot be read, and would be no better the next time.
    Unreadable {
        reason: String,
    },
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// `renew`: the token last used is no longer good.
    Connect {
        renew: bool,
    },
    Wait {
        delay: Duration,
        renew: bool,
        reason: String,
    },
    Finish(Error),
}

impl Machine {
    pub(crate) fn new(after: Option<Cursor>) -> Self {
        Self {
            cursor: after,
            failures: 0,
            opened_at: None,
            renewed: false,
        }
    }

    /// Where to resume.
    pub(crate) fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// The position to begin from has been learnt.
    pub(crate) fn positioned(&mut self, cursor: Cursor) {
        self.cursor = Some(cursor);
    }

    /// The server took the token and the subscription. `now` is any clock that only goes forward.
    pub(crate) fn opened(&mut self, now: Duration) {
        self.opened_at = Some(now);
        self.renewed = false;
    }

    /// An event came; everything up to it is delivered.
    pub(crate) fn received(&mut self, cursor: Cursor) {
        self.cursor = Some(cursor);
        self.worked();
    }

    /// Something came: the next failure is the first in a row again.
    pub(crate) fn worked(&mut self) {
        self.failures = 0;
    }

    pub(crate) fn failed(&mut self, failure: Failure, now: Duration, random: f64) -> Step {
        if self
            .opened_at
            .take()
            .is_some_and(|opened| now.saturating_sub(opened) >= STABLE)
        {
            self.failures = 0;
        }
        match failure {
            Failure::Connection(Ended::Closed {
                code: FORBIDDEN,
                reason,
            }) => self.renew(&reason, random),
            Failure::TokenRejected => self.renew("the access token was not taken", random),
            Failure::Connection(Ended::Closed { code, reason }) if FAULTS.contains(&code) => {
                Step::Finish(Error::Protocol {
                    reason: format!("the server closed with {code}: {reason}"),
                })
            }
            Failure::Connection(Ended::Closed { code, reason }) => self.wait(
                format!("the server closed with {code}: {reason}"),
                false,
                random,
            ),
            Failure::Connection(Ended::Lost { reason }) => self.wait(reason, false, random),
            Failure::Completed => self.wait(
                "the server ended the subscription".to_owned(),
                false,
                random,
            ),
            Failure::Failed(Error::RateLimited {
                reason,
                retry_after,
            }) => {
                let step = self.wait(reason, false, random);
                at_least(step, retry_after.unwrap_or_default())
            }
            Failure::Failed(error) if error.is_passing() => {
                self.wait(error.to_string(), false, random)
            }
            Failure::Failed(error) => Step::Finish(error),
            Failure::Unreadable { reason } => Step::Finish(Error::Protocol { reason }),
        }
    }

    /// The first refusal of a token is mended at once; when the new one is refused as well, haste does not help.
    fn renew(&mut self, reason: &str, random: f64) -> Step {
        if self.renewed {
            return self.wait(reason.to_owned(), true, random);
        }
        self.renewed = true;
        Step::Connect { renew: true }
    }

    fn wait(&mut self, reason: String, renew: bool, random: f64) -> Step {
        let delay = backoff::delay(self.failures, random);
        self.failures = self.failures.saturating_add(1);
        Step::Wait {
            delay,
            renew,
            reason,
        }
    }
}

fn at_least(step: Step, least: Duration) -> Step {
    match step {
        Step::Wait {
            delay,
            renew,
            reason,
        } => Step::Wait {
            delay: delay.max(least),
            renew,
            reason,
        },
        step => step,
    }
}

#[cfg(test)]
mod tests;
