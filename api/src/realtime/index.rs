//! Who is live, by what they follow.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::audience::Audience;
use super::roster::Roster;
use super::subscriber::Subscriber;
use super::update::{Entry, Interest, Reach, Signal};
use crate::model::{Position, RoomId, UserId};

#[derive(Default)]
pub(super) struct Index {
    last_id: u64,
    by_user: HashMap<UserId, HashMap<u64, Seat>>,
    by_room: Rooms,
    departures: HashMap<UserId, Vec<Arc<AtomicBool>>>,
    writers: usize,
}

type Rooms = HashMap<RoomId, Vec<(Arc<Audience>, Roster)>>;

/// A subscriber's place in the index.
struct Seat {
    subscriber: Arc<Subscriber>,
    audience: Arc<Audience>,
    /// The one room to follow, or all that the person is in.
    scope: Option<RoomId>,
    rooms: HashSet<RoomId>,
}

impl Index {
    pub(super) fn new(writers: usize) -> Self {
        Self {
            writers,
            ..Self::default()
        }
    }

    /// Takes a seat, without a room yet.
    pub(super) fn add(
        &mut self,
        subscriber: Arc<Subscriber>,
        audience: Arc<Audience>,
        scope: Option<RoomId>,
    ) -> u64 {
        self.last_id += 1;
        let seats = self.by_user.entry(subscriber.user).or_default();
        let seat = Seat {
            subscriber,
            audience,
            scope,
            rooms: HashSet::new(),
        };
        seats.insert(self.last_id, seat);
        self.last_id
    }

    pub(super) fn remove(&mut self, user: UserId, id: u64) {
        let Some(seats) = self.by_user.get_mut(&user) else {
            return;
        };
        let seat = seats.remove(&id);
        if seats.is_empty() {
            self.by_user.remove(&user);
        }
        if let Some(seat) = seat {
            for room in &seat.rooms {
                leave(&mut self.by_room, &seat, *room);
            }
        }
    }

    /// Adds a room to what a seat follows, if it is within its scope.
    pub(super) fn follow(&mut self, user: UserId, id: u64, room: RoomId) {
        let seat = self.by_user.get_mut(&user).and_then(|all| all.get_mut(&id));
        if let Some(seat) = seat {
            enter(&mut self.by_room, seat, room, self.writers);
        }
    }

    /// A person is in a room from now on.
    pub(super) fn join(&mut self, user: UserId, room: RoomId) {
        for (_, seat) in self.by_user.get_mut(&user).into_iter().flatten() {
            let is_new = enter(&mut self.by_room, seat, room, self.writers);
            // They may have read there before it was heard that they joined.
            if is_new && seat.audience.interest == Interest::OwnReceipts {
                seat.subscriber.fall_back();
            }
        }
    }

    /// A person is no longer in a room. What is on its way to them may be of that room, so they
    /// read the log anew.
    pub(super) fn depart(&mut self, user: UserId, room: RoomId) {
        for seen in self.departures.get(&user).into_iter().flatten() {
            seen.store(true, Ordering::Release);
        }
        for seat in self.by_user.get_mut(&user).into_iter().flatten() {
            if seat.1.rooms.remove(&room) {
                leave(&mut self.by_room, seat.1, room);
                // Presence is of people, not of rooms.
                if seat.1.audience.interest != Interest::Presence {
                    seat.1.subscriber.fall_back();
                }
            }
        }
    }

    /// Something happened in a room that only this person hears of. It is not for an audience: they
    /// read it in the log.
    pub(super) fn recall(&self, user: UserId, room: RoomId) {
        for seat in self.by_user.get(&user).into_iter().flatten() {
            if seat.1.audience.interest == Interest::Everything && seat.1.rooms.contains(&room) {
                seat.1.subscriber.fall_back();
            }
        }
    }

    /// Passes a signal on to those who are interested in the room; how far somebody has read to
    /// their own devices, too.
    pub(super) fn signal(
        &self,
        room: RoomId,
        number: Position,
        signal: &Arc<Signal>,
        reach: &Reach,
    ) {
        for (audience, roster) in self.by_room.get(&room).into_iter().flatten() {
            audience.notice(number, signal, reach, roster);
        }
        if let Signal::Receipt { receipt, .. } = &**signal {
            self.signal_own(receipt.user_id, room, number, signal);
        }
    }

    fn signal_own(&self, user: UserId, room: RoomId, number: Position, signal: &Arc<Signal>) {
        for (_, seat) in self.by_user.get(&user).into_iter().flatten() {
            if seat.audience.interest == Interest::OwnReceipts && seat.rooms.contains(&room) {
                let mut alone = Roster::new(self.writers);
                alone.add(&seat.subscriber);
                let everyone = Reach::Everyone;
                seat.audience.notice(number, signal, &everyone, &alone);
            }
        }
    }

    /// A flag that is set whenever the person leaves a room, until it is dropped with
    /// [`Index::forget_departures`].
    pub(super) fn departures(&mut self, user: UserId) -> Arc<AtomicBool> {
        let seen = Arc::new(AtomicBool::new(false));
        let all = self.departures.entry(user).or_default();
        all.push(Arc::clone(&seen));
        seen
    }

    pub(super) fn forget_departures(&mut self, user: UserId, seen: &Arc<AtomicBool>) {
        if let Some(all) = self.departures.get_mut(&user) {
            all.retain(|one| !Arc::ptr_eq(one, seen));
            if all.is_empty() {
                self.departures.remove(&user);
            }
        }
    }

    /// Hands an event to everyone who follows the room.
    pub(super) fn announce(&self, room: RoomId, entry: &Arc<Entry>) {
        for (audience, roster) in self.by_room.get(&room).into_iter().flatten() {
            audience.hear(entry, roster);
        }
    }
}

/// False when the room is out of scope, or was followed before.
fn enter(rooms: &mut Rooms, seat: &mut Seat, room: RoomId, writers: usize) -> bool {
    if seat.scope.is_some_and(|scope| scope != room) || !seat.rooms.insert(room) {
        return false;
    }
    // Those are found by their person: a room need not know of all who are in it.
    if seat.audience.interest == Interest::OwnReceipts {
        return true;
    }
    let audiences = rooms.entry(room).or_default();
    let same = |(audience, _): &&mut (Arc<Audience>, Roster)| Arc::ptr_eq(audience, &seat.audience);
    match audiences.iter_mut().find(same) {
        Some((_, roster)) => roster.add(&seat.subscriber),
        None => {
            let mut roster = Roster::new(writers);
            roster.add(&seat.subscriber);
            audiences.push((Arc::clone(&seat.audience), roster));
        }
    }
    true
}

fn leave(rooms: &mut Rooms, seat: &Seat, room: RoomId) {
    let Some(audiences) = rooms.get_mut(&room) else {
        return;
    };
    for (audience, roster) in audiences.iter_mut() {
        if Arc::ptr_eq(audience, &seat.audience) {
            roster.remove(&seat.subscriber);
        }
    }
    audiences.retain(|(_, roster)| !roster.is_empty());
    if audiences.is_empty() {
        rooms.remove(&room);
    }
}
