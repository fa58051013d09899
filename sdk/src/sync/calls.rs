//! Requests that are under way.

use super::link::is_old;
use super::pace::Pace;
use super::{Answer, Call, Core, Effect, Moment, WatchId};
use crate::store::{self, EntryId, Timeline};
use crate::{Error, RoomId};
use std::collections::HashMap;
use std::time::Duration;

/// Which request an answer belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CallId(u64);

/// What a request was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Overview,
    Standing,
    Page(Timeline),
    Entry(EntryId),
    Watch(WatchId),
}

struct Pending {
    purpose: Purpose,
    call: Call,
    since: Duration,
    /// What was told of later than this is newer than the answer may be.
    begun: u64,
}

#[derive(Default)]
pub(super) struct Calls {
    pending: HashMap<CallId, Pending>,
    next: u64,
    /// Of everything that is asked; what is said has a pace of its own in each room.
    pub(super) pace: Pace,
    /// Of asking for everything anew. It does not begin again.
    anew: Pace,
    /// The one that ended last had no answer.
    pub(super) is_unheard: bool,
}

impl Calls {
    pub(super) fn is_under_way(&self, purpose: &Purpose) -> bool {
        self.pending.values().any(|call| call.purpose == *purpose)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// What is under way is not asked for any more: its answer may be older than what is known by then.
    pub(super) fn forget_questions(&mut self) {
        self.pending
            .retain(|_, call| matches!(call.purpose, Purpose::Entry(_)));
    }

    /// Everything is to be asked for anew: soon at first, and not all the time.
    pub(super) fn begin_anew(&mut self, now: Duration, random: f64) {
        self.anew.failed(now, random, None);
        self.pace = self.anew;
    }

    /// A page of a room that is gone may come after the room has come back, and would leave a gap.
    pub(super) fn forget_pages(&mut self, room: &RoomId) {
        self.pending.retain(
            |_, call| !matches!(&call.purpose, Purpose::Page(timeline) if timeline.room() == room),
        );
    }
}

impl Core {
    pub(super) fn call(&mut self, purpose: Purpose, call: Call) {
        let id = CallId(self.calls.next);
        self.calls.next += 1;
        let pending = Pending {
            purpose,
            call: call.clone(),
            since: self.now,
            begun: self.told.now(),
        };
        self.calls.pending.insert(id, pending);
        self.effects.push(Effect::Call(id, call));
    }

    /// What was asked over a network that is gone may have no answer for long. To ask twice does no harm.
    pub(super) fn call_again(&mut self) {
        let pending = self.calls.pending.iter_mut();
        let mut old: Vec<_> = pending
            .filter(|(_, pending)| is_old(pending.since, self.now))
            .collect();
        old.sort_unstable_by_key(|(id, _)| **id);
        for (id, pending) in old {
            pending.since = self.now;
            if let Purpose::Entry(entry) = &pending.purpose {
                self.outbox.may_be_taken(*entry);
            }
            self.effects.push(Effect::Call(*id, pending.call.clone()));
        }
    }

    pub(super) fn answered(
        &mut self,
        id: CallId,
        answer: Result<Answer, Error>,
        at: Moment,
    ) -> store::Result<()> {
        let Some(Pending { purpose, begun, .. }) = self.calls.pending.remove(&id) else {
            return Ok(());
        };
        self.calls.is_unheard = matches!(answer, Err(Error::Network { .. }));
        if matches!(answer, Err(Error::SignedOut)) {
            self.signed_out();
            return Ok(());
        }
        match purpose {
            Purpose::Entry(entry) => self.entry_answered(entry, answer, begun, at)?,
            purpose => match answer {
                Ok(answer) => {
                    self.calls.pace.hurry();
                    self.question_answered(purpose, answer, begun)?;
                }
                Err(error) => self.question_failed(&purpose, &error, at),
            },
        }
        self.forget_what_was_told();
        Ok(())
    }

    fn question_answered(
        &mut self,
        purpose: Purpose,
        answer: Answer,
        begun: u64,
    ) -> store::Result<()> {
        match (purpose, answer) {
            (Purpose::Overview, Answer::Overview(overview)) => self.take_overview(*overview, begun),
            (Purpose::Standing, Answer::Standing(standing)) => self.take_standing(standing, begun),
            (Purpose::Page(timeline), Answer::Page(page)) => self.take_page(&timeline, page, begun),
            (Purpose::Watch(id), Answer::Readers(readers)) => {
                self.views.watches.take_readers(id, readers);
                Ok(())
            }
            (Purpose::Watch(id), Answer::Presences(presences)) => {
                self.views.watches.take_presences(id, presences);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn question_failed(&mut self, purpose: &Purpose, error: &Error, at: Moment) {
        tracing::debug!(?purpose, %error, "a question was not answered");

        match purpose {
            // What may not be read, or is not there, is not asked for again.
            Purpose::Page(timeline) if !error.is_passing() => {
                self.pages.give_up(timeline, Some(error.clone()));
            }
            Purpose::Watch(id) if !error.is_passing() => {
                self.views.watches.take_readers(*id, Vec::new());
                self.views.watches.take_presences(*id, Vec::new());
            }
            _ => self.slow_down(error, at),
        }
        match purpose {
            Purpose::Overview => self.standing.overview_failed(error.is_passing()),
            Purpose::Standing => self.standing.not_answered(),
            Purpose::Watch(id) if error.is_passing() => self.not_answered(*id),
            Purpose::Page(_) | Purpose::Entry(_) | Purpose::Watch(_) => {}
        }
    }

    fn slow_down(&mut self, error: &Error, at: Moment) {
        let random = rand::Rng::random(&mut self.random);
        self.calls
            .pace
            .failed(at.since_start, random, retry_after(error));
    }

    pub(super) fn forget_what_was_told(&mut self) {
        if self.calls.pending.is_empty() {
            self.told.forget();
        }
    }
}

/// Whether an answer says that nothing was done.
pub(super) fn is_not_done(error: &Error) -> bool {
    matches!(error, Error::RateLimited { .. } | Error::Blocked { .. })
}

pub(super) fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::RateLimited { retry_after, .. } => *retry_after,
        _ => None,
    }
}
