//! What becomes of a chat whose store fails: it is opened again, and again if need be, and goes on from what is kept.

use super::{Engine, Order, Phase};
use crate::Error;
use crate::store::{self, Store};
use crate::sync::{Core, Input, Open, SyncState};
use std::time::Duration;

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
    /// Until when to do nothing after one more failure. One that comes as long after a pause as a pause can be is the
    /// first in a row.
    fn pause(&mut self, now: Duration) -> Duration {
        if now.saturating_sub(self.pause_until) > LONGEST {
            self.failures = 0;
        }
        let pause = FIRST.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        self.pause_until = now.saturating_add(pause.min(LONGEST));
        self.pause_until
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
        self.disconnect();
        self.cores += 1;
        self.calls.clear();
        let (open, earlier) = core.into_what_is_open();
        let broken = Broken {
            open,
            // What is damaged is replaced, for which it must be closed.
            earlier: (!failure.is_damage()).then_some(earlier),
            failure,
            retry_at: self.trouble.pause(self.begun.elapsed()),
        };
        self.open_again(Box::new(broken))
    }

    fn open_again(&mut self, mut broken: Box<Broken>) -> Phase {
        let opened = Store::open_again(&self.set_up.location, &broken.failure);
        match opened.and_then(|store| self.set_up.core_over(store)) {
            Ok(mut core) => {
                let pause = self.trouble.pause_until;
                core.take_over(broken.open, pause, broken.failure.to_string());
                // Whoever signed in or out meanwhile was not heard.
                let session = Order::Input(self.session());
                match self.handle(&mut core, session) {
                    Ok(()) => return Phase::Working(Box::new(core)),
                    Err(failure) => {
                        let (open, earlier) = core.into_what_is_open();
                        let earlier = (!failure.is_damage()).then_some(earlier);
                        (broken.open, broken.earlier, broken.failure) = (open, earlier, failure);
                    }
                }
            }
            Err(failure) => broken.failure = failure,
        }
        tracing::error!(error = %broken.failure, "the store cannot be opened again");
        self.report_trouble(&broken);
        Phase::Broken(broken)
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
            Order::Session | Order::Of(..) | Order::Answered(..) | Order::End(_) => {}
        }
        if broken.retry_at > now {
            self.report_trouble(&broken);
            return Phase::Broken(broken);
        }
        broken.retry_at = self.trouble.pause(now);
        self.open_again(broken)
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
