//! How the app stands to the server, for an indicator.

use super::link::State;
use super::{Core, Effect, Moment};
use crate::Error;
use std::time::Duration;

/// How the app stands to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncState {
    /// Nobody asked for it.
    Stopped,
    /// Trying.
    Connecting,
    /// Hearing what happened meanwhile.
    CatchingUp,
    /// Hearing what happens as it happens.
    Live,
    /// No connection, or the store has failed; the next attempt is planned.
    Waiting {
        /// Until the next attempt.
        retry_in: Duration,
        /// For logs.
        reason: String,
    },
    /// The session has ended, or this version cannot speak with the server. What is kept stays readable, unless it is the
    /// chat itself that has ended.
    Ended(Error),
}

impl Core {
    pub(super) fn report_state(&mut self, at: Moment) {
        let state = match &self.link.state {
            State::Ended(error) => SyncState::Ended(error.clone()),
            _ if !self.link.is_wanted() => SyncState::Stopped,
            _ if self.pause.is_some() => self.paused(at),
            State::Open { live: true } => SyncState::Live,
            State::Open { live: false } => SyncState::CatchingUp,
            State::Waiting { until, reason, .. } => SyncState::Waiting {
                retry_in: until.saturating_sub(at.since_start),
                reason: reason.clone(),
            },
            State::Down { .. } | State::Opening { .. } => SyncState::Connecting,
        };
        let is_same_wait = matches!(
            (&self.state, &state),
            (SyncState::Waiting { .. }, SyncState::Waiting { .. })
        );
        if self.state != state && !is_same_wait {
            self.state = state.clone();
            self.effects.push(Effect::State(state));
        }
    }

    fn paused(&self, at: Moment) -> SyncState {
        let pause = self.pause.as_ref();
        let until = pause.map(|pause| pause.until).unwrap_or_default();
        SyncState::Waiting {
            retry_in: until.saturating_sub(at.since_start),
            reason: pause.map(|pause| pause.reason.clone()).unwrap_or_default(),
        }
    }
}
