//! One live subscription: where its payloads go, and how it falls behind.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::update::Reach;
use crate::model::{Clock, Position, Timestamp, UserId};

/// How many payloads wait for a subscriber that is about to be live.
const MOST_HELD: usize = 64;

/// A rendered event or signal.
#[derive(Clone, Debug)]
pub struct Payload {
    /// Grows with each payload for a subscriber: an event's place in the log, or a signal's number.
    pub position: Position,
    pub bytes: Bytes,
    pub reach: Reach,
}

/// The way to one client operation.
pub trait Outlet: Send + Sync + 'static {
    /// Sends all of these, or none when the client does not read fast enough. Never blocks.
    fn offer(&self, payloads: &[Payload]) -> bool;

    /// The subscriber has fallen behind, and whoever owns it should bring it up again.
    fn wake(&self);
}

pub(super) struct Subscriber {
    pub(super) user: UserId,
    /// Which writer serves it: always the same, or its payloads would change their order.
    pub(super) writer: usize,
    /// The people whose presence matters, when not all do.
    people: Option<HashSet<UserId>>,
    clock: Arc<dyn Clock>,
    outlet: Box<dyn Outlet>,
    state: Mutex<State>,
}

/// How far somebody got who cannot keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Everything up to here was sent.
    pub sent_to: Position,
    /// Since when nothing more is.
    pub since: Timestamp,
}

struct State {
    phase: Phase,
    /// Everything up to here was sent, or is not for the subscriber.
    delivered: Position,
}

enum Phase {
    /// Still reading the log; what happens meanwhile waits here.
    Held(Vec<Payload>),
    Live,
    /// Delivered to no more since then: it goes back to the log.
    Behind(Timestamp),
}

impl Subscriber {
    /// One that holds what it hears until [`Subscriber::release`].
    pub(super) fn new(
        user: UserId,
        people: Option<HashSet<UserId>>,
        writer: usize,
        clock: Arc<dyn Clock>,
        outlet: Box<dyn Outlet>,
    ) -> Self {
        let state = State {
            phase: Phase::Held(Vec::new()),
            delivered: Position::default(),
        };
        Self {
            user,
            writer,
            people,
            clock,
            outlet,
            state: Mutex::new(state),
        }
    }

    /// Sends on what is rendered, in log order, unless the subscriber is behind.
    pub(super) fn deliver(&self, payloads: &[Payload]) {
        let some;
        let payloads = if payloads.iter().all(|one| one.reach == Reach::Everyone) {
            payloads
        } else {
            some = self.pick(payloads);
            &some
        };
        let mut state = self.state();
        // What was on its way while the subscriber read the log was read there.
        let read = payloads.partition_point(|payload| payload.position <= state.delivered);
        let payloads = &payloads[read..];
        let fits = match &mut state.phase {
            _ if payloads.is_empty() => return,
            Phase::Behind(_) => return,
            Phase::Held(held) if held.len() + payloads.len() <= MOST_HELD => {
                held.extend_from_slice(payloads);
                return;
            }
            Phase::Held(_) => false,
            Phase::Live => self.outlet.offer(payloads),
        };
        match payloads.last() {
            Some(last) if fits => state.delivered = last.position,
            _ => self.put_behind(&mut state),
        }
    }

    fn pick(&self, payloads: &[Payload]) -> Vec<Payload> {
        let people = self.people.as_ref();
        let mut picked = payloads.to_vec();
        picked.retain(|payload| payload.reach.includes(self.user, people));
        picked
    }

    /// From now on the subscriber is told of nothing, and has to find out by itself.
    pub(super) fn fall_back(&self) {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Behind(_)) {
            self.put_behind(&mut state);
        }
    }

    /// From now on nothing is sent, and nobody waits to hear of that.
    pub(super) fn end(&self) {
        self.state().phase = Phase::Behind(self.clock.now());
    }

    /// Goes live after everything up to `read_to` was sent. False if too much happened since.
    pub(super) fn release(&self, read_to: Position) -> bool {
        let mut state = self.state();
        let Phase::Held(held) = &mut state.phase else {
            return false;
        };
        let mut held = std::mem::take(held);
        held.retain(|payload| payload.position > read_to);
        state.delivered = held.last().map_or(read_to, |payload| payload.position);
        state.phase = Phase::Live;
        if held.is_empty() || self.outlet.offer(&held) {
            return true;
        }
        state.phase = Phase::Behind(self.clock.now());
        false
    }

    pub(super) fn fallen_behind(&self) -> Option<Behind> {
        let state = self.state();
        match state.phase {
            Phase::Behind(since) => Some(Behind {
                sent_to: state.delivered,
                since,
            }),
            Phase::Held(_) | Phase::Live => None,
        }
    }

    fn put_behind(&self, state: &mut State) {
        state.phase = Phase::Behind(self.clock.now());
        self.outlet.wake();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
