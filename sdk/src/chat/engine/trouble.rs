//! What becomes of a chat whose store fails: it is opened again, and again if need be, and goes on from what is kept.

use super::{Engine, Order, Phase};
use crate::Error;
use crate::store::{self, Store};
use crate::sync::{Core, Input, Open, Pause, SyncState};
use std::time::Duration;
use tokio::sync::oneshot;

/// After the store failed (a full disk, most often), nothing is taken in for this long, and longer each time.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(300);

/// How often the store has failed in a row.
#[derive(Default)]
pub(super) struct Trouble {
    failures: u32,
    pause_until: Duration,
}

impl Trouble {
    /// Nothing is to be done for a while after one more failure. One that comes as long after a pause as a pause can be is the
    /// first in a row.
    fn pause(&mut self, now: Duration) {
        if now.saturating_sub(self.pause_until) > LONGEST {
            self.failures = 0;
        }
        let pause = FIRST.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        self.pause_until = now.saturating_add(pause.min(LONGEST));
    }
}

/// A chat without a store.
pub(super) struct Broken {
    open: Open,
    failure: store::Error,
    /// Held until there is another one: what the last one to close takes away, the next one may not be able to make.
    earlier: Option<Store>,
    pub(super) retry_at: Duration,
}

impl Engine {
    /// What the core holds may be ahead of what is kept, so it is made anew from that; what is on the screen stays.
    pub(super) fn recover(&mut self, core: Core, failure: store::Error) -> Phase {
        tracing::warn!(error = %failure, "the store failed");
        self.trouble.pause(self.begun.elapsed());
        self.leave_behind();
        let broken = self.broken(core, failure);
        self.open_again(broken)
    }

    /// Whatever comes of what the core asked for is not for the next one.
    fn leave_behind(&mut self) {
        self.disconnect();
        self.cores += 1;
        self.calls.clear();
    }

    fn broken(&self, core: Core, failure: store::Error) -> Broken {
        let (open, store) = core.into_what_is_open();
        Broken {
            open,
            // What is damaged is replaced, for which it must be closed.
            earlier: (!failure.is_damage()).then_some(store),
            failure,
            retry_at: self.trouble.pause_until,
        }
    }

    fn open_again(&mut self, broken: Broken) -> Phase {
        let opened = Store::open_again(&self.set_up.location, &broken.failure);
        let reason = broken.failure.to_string();
        let until = self.trouble.pause_until;
        match self.go_on_over(opened, broken.open, Some(Pause { until, reason })) {
            Phase::Broken(mut again) => {
                if !again.failure.is_damage() {
                    again.earlier = again.earlier.or(broken.earlier);
                }
                Phase::Broken(again)
            }
            working @ Phase::Working(_) => working,
        }
    }

    fn go_on_over(
        &mut self,
        opened: store::Result<Store>,
        open: Open,
        pause: Option<Pause>,
    ) -> Phase {
        let broken = match opened.and_then(|store| self.set_up.core_over(store)) {
            Ok(mut core) => {
                core.take_over(open, pause);
                // Whoever signed in or out meanwhile was not heard.
                match self.handle(&mut core, Order::Session) {
                    Ok(()) => return Phase::Working(Box::new(core)),
                    Err(failure) => self.broken(core, failure),
                }
            }
            Err(failure) => Broken {
                open,
                failure,
                earlier: None,
                retry_at: self.trouble.pause_until,
            },
        };
        tracing::error!(error = %broken.failure, "the store cannot be opened");
        self.report_trouble(&broken);
        Phase::Broken(Box::new(broken))
    }

    /// Begins from nothing. What is open stays, and becomes empty.
    pub(super) fn erase(
        &mut self,
        phase: Phase,
        done: oneshot::Sender<Result<(), Error>>,
    ) -> Phase {
        self.leave_behind();
        let mut open = match phase {
            Phase::Working(core) => core.into_what_is_open().0,
            Phase::Broken(broken) => broken.open,
        };
        open.wanted.change(&Input::Stop);
        open.views.watches.forget();
        self.state.send_replace(SyncState::Stopped);
        let erased = Store::erase(&self.set_up.location);
        let told = erased.as_ref().map(drop).map_err(Error::from);
        let phase = self.go_on_over(erased, open, None);
        let _ = done.send(told);
        phase
    }

    /// Does what can be done without a store, and tries to open it when it is time.
    pub(super) fn wait_out(&mut self, mut broken: Box<Broken>, order: Order) -> Phase {
        let now = self.begun.elapsed();
        match order {
            Order::Input(input) => {
                broken.open.wanted.change(&input);
                if matches!(input, Input::Hurry | Input::Start) {
                    broken.retry_at = now;
                }
            }
            Order::Sync(done) => {
                broken.open.wanted.change(&Input::BeginSync);
                self.syncing.push(done);
            }
            Order::Do(deed) => drop(deed(Err(Error::from(&broken.failure)))),
            Order::CloseTimeline(view) => broken.open.views.close(view),
            Order::StopWatching(id) => drop(broken.open.views.watches.close(id)),
            Order::Session
            | Order::Of(..)
            | Order::Answered(..)
            | Order::Erase(_)
            | Order::End(_) => {}
        }
        if broken.retry_at > now {
            self.report_trouble(&broken);
            return Phase::Broken(broken);
        }
        self.trouble.pause(now);
        self.open_again(*broken)
    }

    fn report_trouble(&self, broken: &Broken) {
        let state = if broken.open.wanted.is_any() {
            SyncState::Waiting {
                retry_in: broken.retry_at.saturating_sub(self.begun.elapsed()),
                reason: broken.failure.to_string(),
            }
        } else {
            SyncState::Stopped
        };
        let is_same_wait = |known: &SyncState| {
            matches!(
                (known, &state),
                (SyncState::Waiting { .. }, SyncState::Waiting { .. })
            )
        };
        self.state.send_if_modified(|known| {
            let is_news = *known != state && !is_same_wait(known);
            if is_news {
                *known = state.clone();
            }
            is_news
        });
    }
}
