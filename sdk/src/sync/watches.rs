//! What somebody looks at: a room as it is kept, and what nobody keeps, which is how far people have read in a room, and who is
//! there. The connection carries what changes of that, and after each new one a question tells how it is. Without a network,
//! what was heard last stands.

use super::calls::{Calls, Purpose};
use super::{Call, Core, Effect, Moment};
use crate::model::{Receipt, Room, UserPresence};
use crate::{RoomId, User, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::sync::watch;

/// As many readers as the server tells of.
const READERS: usize = 100;

/// Tells apart what is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WatchId(pub(crate) u64);

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Readers(RoomId),
    Presences(Vec<UserId>),
}

/// What the connection carries of it.
#[derive(Clone, Debug)]
pub(crate) enum Sight {
    Reader(Receipt),
    Presence(UserPresence),
}

/// What is shown: nothing as long as nothing is known.
pub(crate) type Shown<T> = watch::Receiver<Option<T>>;
type Showing<T> = watch::Sender<Option<T>>;

#[derive(Default)]
pub(crate) struct Watches {
    readers: BTreeMap<WatchId, Watch<RoomId, Receipt>>,
    presences: BTreeMap<WatchId, Watch<Vec<UserId>, UserPresence>>,
    /// Nothing of those that the viewer is not in.
    rooms: BTreeMap<WatchId, (RoomId, Showing<Option<Room>>)>,
    next: u64,
}

struct Watch<S, T> {
    of: S,
    shown: Showing<Vec<T>>,
    /// It is to be asked how it is.
    is_stale: bool,
    /// What was heard while that is asked, which is newer than the answer may be.
    heard: Vec<T>,
}

/// Something about a person, of whom there is one in a list.
trait Told: Clone + PartialEq {
    /// Puts it in its place, unless something as new is there.
    fn put(self, list: &mut Vec<Self>);
}

impl Told for Receipt {
    fn put(self, list: &mut Vec<Self>) {
        let known = list.iter().position(|other| other.user.id == self.user.id);
        if let Some(place) = known {
            if list[place].last_read_seq >= self.last_read_seq {
                return;
            }
            list.remove(place);
        }
        let place = list.partition_point(|other| other.read_at > self.read_at);
        list.insert(place, self);
        list.truncate(READERS);
    }
}

impl Told for UserPresence {
    fn put(self, list: &mut Vec<Self>) {
        match list.iter_mut().find(|other| other.user_id == self.user_id) {
            Some(known) => *known = self,
            None => list.push(self),
        }
    }
}

impl<S, T: Told> Watch<S, T> {
    fn of(of: S) -> Self {
        Self {
            of,
            shown: watch::Sender::new(None),
            is_stale: true,
            heard: Vec::new(),
        }
    }

    fn set_stale(&mut self, is_stale: bool) {
        self.is_stale = is_stale;
        self.heard.clear();
    }

    fn hear(&mut self, sight: T) {
        sight.clone().put(&mut self.heard);
        self.change(|list| sight.put(list));
    }

    fn answered(&mut self, mut list: Vec<T>) {
        self.heard.drain(..).for_each(|sight| sight.put(&mut list));
        self.show(list);
    }

    fn change(&self, change: impl FnOnce(&mut Vec<T>)) {
        let known = self.shown.borrow().clone();
        if let Some(mut list) = known {
            change(&mut list);
            self.show(list);
        }
    }

    fn show(&self, list: Vec<T>) {
        self.shown.send_if_modified(|shown| {
            let is_news = shown.as_ref() != Some(&list);
            *shown = Some(list);
            is_news
        });
    }
}

impl Watches {
    fn next_id(&mut self) -> WatchId {
        self.next += 1;
        WatchId(self.next)
    }

    /// It is not looked at any more. What it was, if it was looked at.
    pub(crate) fn close(&mut self, id: WatchId) -> Option<Subject> {
        self.rooms.remove(&id);
        let readers = self
            .readers
            .remove(&id)
            .map(|watch| Subject::Readers(watch.of));
        readers.or_else(|| {
            self.presences
                .remove(&id)
                .map(|watch| Subject::Presences(watch.of))
        })
    }

    pub(super) fn subjects(&self) -> Vec<(WatchId, Subject)> {
        let readers = self.readers.iter();
        let readers = readers.map(|(id, watch)| (*id, Subject::Readers(watch.of.clone())));
        let presences = self.presences.iter();
        let presences = presences.map(|(id, watch)| (*id, Subject::Presences(watch.of.clone())));
        readers.chain(presences).collect()
    }

    fn subjects_in(&self, rooms: &BTreeSet<RoomId>) -> Vec<(WatchId, Subject)> {
        let mut subjects = self.subjects();
        subjects.retain(
            |(_, subject)| matches!(subject, Subject::Readers(room) if rooms.contains(room)),
        );
        subjects
    }

    /// Everything may be otherwise by now.
    pub(super) fn are_stale(&mut self) {
        let ids: Vec<WatchId> = self.subjects().into_iter().map(|(id, _)| id).collect();
        ids.into_iter().for_each(|id| self.set_stale(id, true));
    }

    fn set_stale(&mut self, id: WatchId, is_stale: bool) {
        if let Some(watch) = self.readers.get_mut(&id) {
            watch.set_stale(is_stale);
        } else if let Some(watch) = self.presences.get_mut(&id) {
            watch.set_stale(is_stale);
        }
    }

    pub(super) fn hear(&mut self, id: WatchId, sight: Sight) {
        match sight {
            Sight::Reader(receipt) => {
                if let Some(watch) = self.readers.get_mut(&id) {
                    watch.hear(receipt);
                }
            }
            Sight::Presence(presence) => {
                if let Some(watch) = self.presences.get_mut(&id) {
                    watch.hear(presence);
                }
            }
        }
    }

    pub(super) fn take_readers(&mut self, id: WatchId, readers: Vec<Receipt>) {
        if let Some(watch) = self.readers.get_mut(&id) {
            watch.answered(readers);
        }
    }

    pub(super) fn take_presences(&mut self, id: WatchId, presences: Vec<UserPresence>) {
        if let Some(watch) = self.presences.get_mut(&id) {
            watch.answered(presences);
        }
    }

    /// Whoever is not in a room any more is none of its readers.
    pub(super) fn is_gone(&self, room: &RoomId, user: &UserId) {
        self.change_readers(room, |list| list.retain(|receipt| receipt.user.id != *user));
    }

    pub(super) fn is_called(&self, room: &RoomId, user: &User) {
        self.change_readers(room, |list| {
            let receipts = list.iter_mut();
            let theirs = receipts.filter(|receipt| receipt.user.id == user.id);
            theirs.for_each(|receipt| receipt.user.clone_from(user));
        });
    }

    /// The viewer is not in the room any more, and not told who reads there.
    pub(super) fn has_left(&self, room: &RoomId) {
        self.change_readers(room, Vec::clear);
    }

    /// Nothing is known any more.
    pub(crate) fn forget(&self) {
        self.readers
            .values()
            .for_each(|watch| watch.change(Vec::clear));
        self.presences
            .values()
            .for_each(|watch| watch.change(Vec::clear));
    }

    pub(super) fn refresh_rooms(&self, rooms: &HashMap<RoomId, Room>) {
        for (room, shown) in self.rooms.values() {
            let now = rooms.get(room);
            shown.send_if_modified(|shown| {
                let is_news = shown.as_ref().is_none_or(|shown| shown.as_ref() != now);
                if is_news {
                    *shown = Some(now.cloned());
                }
                is_news
            });
        }
    }

    fn change_readers(&self, room: &RoomId, change: impl Fn(&mut Vec<Receipt>)) {
        let of_room = self.readers.values().filter(|watch| watch.of == *room);
        of_room.for_each(|watch| watch.change(&change));
    }

    pub(super) fn wakes_at(&self, calls: &Calls) -> Option<Duration> {
        let mut stale = self.stale().into_iter();
        let waits = stale.any(|(id, _)| !calls.is_under_way(&Purpose::Watch(id)));
        waits.then(|| calls.pace.next())
    }

    fn stale(&self) -> Vec<(WatchId, Call)> {
        let readers = self.readers.iter().filter(|(_, watch)| watch.is_stale);
        let readers = readers.map(|(id, watch)| (*id, Call::Readers(watch.of.clone())));
        let presences = self.presences.iter().filter(|(_, watch)| watch.is_stale);
        let presences = presences.map(|(id, watch)| (*id, Call::Presences(watch.of.clone())));
        readers.chain(presences).collect()
    }
}

impl Core {
    /// How far people have read in a room, the latest readers first.
    pub(crate) fn watch_readers(&mut self, room: RoomId) -> (WatchId, Shown<Vec<Receipt>>) {
        let (id, watch) = (self.views.watches.next_id(), Watch::of(room.clone()));
        let shown = watch.shown.subscribe();
        self.views.watches.readers.insert(id, watch);
        self.watch(vec![(id, Subject::Readers(room))]);
        (id, shown)
    }

    /// Whether people are there.
    pub(crate) fn watch_presences(
        &mut self,
        users: Vec<UserId>,
    ) -> (WatchId, Shown<Vec<UserPresence>>) {
        let (id, watch) = (self.views.watches.next_id(), Watch::of(users.clone()));
        let shown = watch.shown.subscribe();
        self.views.watches.presences.insert(id, watch);
        self.watch(vec![(id, Subject::Presences(users))]);
        (id, shown)
    }

    /// A room as it is kept; nothing as long as the viewer is not in it.
    pub(crate) fn watch_room(&mut self, room: RoomId) -> (WatchId, Shown<Option<Room>>) {
        let id = self.views.watches.next_id();
        let sender = watch::Sender::new(Some(self.rooms.get(&room).cloned()));
        let shown = sender.subscribe();
        self.views.watches.rooms.insert(id, (room, sender));
        (id, shown)
    }

    pub(crate) fn stop_watching(&mut self, id: WatchId) {
        let subject = self.views.watches.close(id);
        if let Some(subject) = subject.filter(|_| self.link.is_open()) {
            self.effects.push(Effect::Unwatch(id, subject));
        }
    }

    /// Has the connection carry what changes; what comes with the next one has to wait for that.
    pub(super) fn watch(&mut self, subjects: Vec<(WatchId, Subject)>) {
        if self.link.is_open() {
            let watched = subjects.into_iter();
            self.effects
                .extend(watched.map(|(id, subject)| Effect::Watch(id, subject)));
        }
    }

    /// Whoever left a room is told no more of it.
    pub(super) fn watch_again_in(&mut self, rooms: &BTreeSet<RoomId>) {
        for (id, subject) in self.views.watches.subjects_in(rooms) {
            self.effects.push(Effect::Unwatch(id, subject.clone()));
            self.watch(vec![(id, subject)]);
            self.not_answered(id);
        }
    }

    /// It is asked again.
    pub(super) fn not_answered(&mut self, id: WatchId) {
        self.views.watches.set_stale(id, true);
    }

    /// Not before the connection carries what changes after the answer.
    pub(super) fn ask_for_what_is_watched(&mut self, at: Moment) {
        if !self.link.is_open() || self.calls.pace.next() > at.since_start {
            return;
        }
        for (id, call) in self.views.watches.stale() {
            if !self.calls.is_under_way(&Purpose::Watch(id)) {
                self.views.watches.set_stale(id, false);
                self.call(Purpose::Watch(id), call);
            }
        }
    }
}
