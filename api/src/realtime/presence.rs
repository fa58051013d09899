//! Who is connected, by their devices.
//!
//! A device holds a lease for as long as it has a socket, and for a while longer, so that a
//! reconnect is not noticed. What others see changes only when it is looked at, a few times a
//! second at most, however often people come and go in between.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::{Clock, Presence, PresenceState, SessionId, Timestamp, UserId};

/// How long a device without a socket still counts as connected.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Attendance(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    board: Mutex<Board>,
}

/// One socket of a device. Dropping it closes the socket.
pub struct Lease {
    attendance: Attendance,
    user: UserId,
    session: SessionId,
}

#[derive(Default)]
struct Board {
    people: HashMap<UserId, Person>,
    /// Whose state may have changed since others were told.
    unsettled: HashSet<UserId>,
}

#[derive(Default)]
struct Person {
    devices: HashMap<SessionId, Device>,
    /// What others were told; nothing stands for offline.
    shown: Option<PresenceState>,
}

struct Device {
    sockets: usize,
    away: bool,
    /// When its last socket closed.
    left_at: Timestamp,
}

impl Attendance {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            clock,
            board: Mutex::default(),
        }))
    }

    /// A device has one socket more.
    pub fn attend(&self, user: UserId, session: SessionId) -> Lease {
        self.board().attend(user, session, self.0.clock.now());
        Lease {
            attendance: self.clone(),
            user,
            session,
        }
    }

    /// What somebody is doing at a device that is connected.
    pub fn set_away(&self, user: UserId, session: SessionId, away: bool) {
        self.board().set_away(user, session, away);
    }

    /// What others see; nothing for those who are offline.
    pub fn shown(&self, user: UserId) -> Option<PresenceState> {
        self.board().people.get(&user)?.shown
    }

    /// What others see from now on of those for whom that has changed.
    pub fn settle(&self) -> Vec<(UserId, Presence)> {
        self.board().settle(self.0.clock.now())
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let now = self.attendance.0.clock.now();
        self.attendance.board().leave(self.user, self.session, now);
    }
}

impl Board {
    fn attend(&mut self, user: UserId, session: SessionId, now: Timestamp) {
        let devices = &mut self.people.entry(user).or_default().devices;
        let device = devices.entry(session).or_insert(Device {
            sockets: 0,
            away: false,
            left_at: now,
        });
        device.sockets += 1;
        self.unsettled.insert(user);
    }

    fn leave(&mut self, user: UserId, session: SessionId, now: Timestamp) {
        let person = self.people.get_mut(&user);
        if let Some(device) = person.and_then(|person| person.devices.get_mut(&session)) {
            device.sockets -= 1;
            device.left_at = now;
            self.unsettled.insert(user);
        }
    }

    fn set_away(&mut self, user: UserId, session: SessionId, away: bool) {
        let person = self.people.get_mut(&user);
        if let Some(device) = person.and_then(|person| person.devices.get_mut(&session)) {
            device.away = away;
            self.unsettled.insert(user);
        }
    }

    fn settle(&mut self, now: Timestamp) -> Vec<(UserId, Presence)> {
        let mut changes = Vec::new();
        let mut waiting = HashSet::new();
        for user in self.unsettled.drain() {
            let Some(person) = self.people.get_mut(&user) else {
                continue;
            };
            let seen = person.devices.values().map(|device| device.left_at).max();
            person.devices.retain(|_, device| device.counts(now));
            if person.devices.values().any(|device| device.sockets == 0) {
                waiting.insert(user);
            }
            let state = person.state();
            if state != person.shown {
                person.shown = state;
                changes.push((user, presence(state, seen)));
            }
            if state.is_none() {
                self.people.remove(&user);
            }
        }
        self.unsettled = waiting;
        changes
    }
}

impl Person {
    fn state(&self) -> Option<PresenceState> {
        if self.devices.is_empty() {
            return None;
        }
        let away = self.devices.values().all(|device| device.away);
        Some(if away {
            PresenceState::Away
        } else {
            PresenceState::Online
        })
    }
}

impl Device {
    fn counts(&self, now: Timestamp) -> bool {
        self.sockets > 0 || now.since(self.left_at) < GRACE
    }
}

fn presence(state: Option<PresenceState>, seen: Option<Timestamp>) -> Presence {
    match state {
        Some(state) => Presence {
            state,
            last_seen_at: None,
        },
        None => Presence {
            state: PresenceState::Offline,
            // To the second, so that many who leave at once are noted at once.
            last_seen_at: seen.map(|seen| Timestamp::from_millis(seen.as_seconds() * 1_000)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdGenerator;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    struct World {
        board: Board,
        user: UserId,
        phone: SessionId,
        laptop: SessionId,
    }

    fn world() -> World {
        let ids = IdGenerator::from_seed([1; 32]);
        World {
            board: Board::default(),
            user: ids.next(START),
            phone: ids.next(START),
            laptop: ids.next(START),
        }
    }

    impl World {
        fn settle(&mut self, seconds: u64) -> Vec<PresenceState> {
            let changes = self.board.settle(after(seconds));
            changes.into_iter().map(|(_, told)| told.state).collect()
        }
    }

    fn after(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn a_reconnect_is_not_noticed_and_leaving_is_after_a_while() {
        let mut world = world();
        let (user, phone) = (world.user, world.phone);
        world.board.attend(user, phone, START);
        assert_eq!(world.settle(0), [PresenceState::Online]);
        world.board.leave(user, phone, after(1));
        assert_eq!(world.settle(2), []);
        world.board.attend(user, phone, after(5));
        assert_eq!(world.settle(60), []);
        world.board.leave(user, phone, after(60));
        assert_eq!(world.settle(69), []);
        let changes = world.board.settle(after(70));
        assert_eq!(changes[0].1.last_seen_at, Some(after(60)));
        assert_eq!(changes[0].1.state, PresenceState::Offline);
        assert!(world.board.people.is_empty() && world.board.unsettled.is_empty());
    }

    #[test]
    fn one_device_in_use_is_enough_and_many_changes_are_one() {
        let mut world = world();
        let (user, phone, laptop) = (world.user, world.phone, world.laptop);
        world.board.attend(user, phone, START);
        world.board.attend(user, laptop, START);
        world.board.set_away(user, phone, true);
        assert_eq!(world.settle(0), [PresenceState::Online]);
        for _ in 0..100 {
            world.board.set_away(user, laptop, true);
            world.board.set_away(user, laptop, false);
        }
        world.board.set_away(user, laptop, true);
        assert_eq!(world.settle(1), [PresenceState::Away]);
        // A device comes back as it went.
        world.board.leave(user, laptop, after(1));
        world.board.attend(user, laptop, after(2));
        assert_eq!(world.settle(3), []);
    }
}
