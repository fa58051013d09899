//! How rooms and threads stand, which no event tells: what is unread, how far the viewer has read, what a direct room is
//! called. Asked for all when a connection is begun, and then for what something happened in.

use super::calls::{Calls, Purpose};
use super::{Call, Core, Moment};
use crate::model::Room;
use crate::operations::standing::{Pins, Standing as Answered};
use crate::operations::sync::Overview;
use crate::store::{self, Rows};
use crate::{MessageId, RoomId};
use std::collections::BTreeSet;
use std::time::Duration;

/// Of how many it is asked at once: as many as the server answers for.
const AT_ONCE: usize = 100;

/// Of how many rooms it is asked at once what is pinned there, up to fifty messages in each.
const PINS_AT_ONCE: usize = 20;

/// However much happens, it is asked once in this time.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Standing {
    /// An overview of all rooms is to be asked for, from the beginning.
    pub(super) is_due: bool,
    /// The next page of the one that was begun.
    next: Option<String>,
    /// The page that is under way, unless it is the first.
    page: Option<String>,
    /// Which rooms its pages have told of.
    seen: BTreeSet<RoomId>,
    stale: Stale,
    asked: Stale,
    not_before: Duration,
}

/// What may stand otherwise than is known.
#[derive(Default)]
struct Stale {
    rooms: BTreeSet<RoomId>,
    roots: BTreeSet<MessageId>,
    pins_of: BTreeSet<RoomId>,
}

impl Standing {
    pub(super) fn new(stale_threads: Vec<MessageId>, stale_pins: Vec<RoomId>) -> Self {
        let mut standing = Self::default();
        standing.stale.roots.extend(stale_threads);
        standing.stale.pins_of.extend(stale_pins);
        standing
    }

    /// The caller sees to it that the device keeps this.
    pub(super) fn pins_are_stale(&mut self, room: &RoomId) {
        self.stale.pins_of.insert(room.clone());
    }

    pub(super) fn room_is_stale(&mut self, room: &RoomId) {
        self.stale.rooms.insert(room.clone());
    }

    pub(super) fn thread_is_stale(&mut self, root: &MessageId) {
        self.stale.roots.insert(root.clone());
    }

    pub(super) fn is_settled(&self) -> bool {
        !self.is_due && self.next.is_none() && self.stale.is_empty()
    }

    pub(super) fn is_thread_stale(&self, root: &MessageId) -> bool {
        self.stale.roots.contains(root)
    }

    /// Goes on where it was, unless another attempt would be no better.
    pub(super) fn overview_failed(&mut self, is_passing: bool) {
        self.next = self.page.take().filter(|_| is_passing);
        self.is_due |= self.next.is_none();
    }

    pub(super) fn not_answered(&mut self) {
        let Stale {
            rooms,
            roots,
            pins_of,
        } = std::mem::take(&mut self.asked);
        self.stale.rooms.extend(rooms);
        self.stale.roots.extend(roots);
        self.stale.pins_of.extend(pins_of);
    }

    /// Everything is asked for anew.
    pub(super) fn start_over(&mut self) {
        *self = Self {
            is_due: true,
            ..Self::default()
        };
    }

    pub(super) fn wakes_at(&self, is_live: bool, calls: &Calls) -> Option<Duration> {
        let overview = self.wants_overview(calls).then(|| calls.pace.next());
        let stale =
            (is_live && self.wants_stale(calls)).then(|| self.not_before.max(calls.pace.next()));
        overview.into_iter().chain(stale).min()
    }

    fn wants_overview(&self, calls: &Calls) -> bool {
        (self.is_due || self.next.is_some()) && !calls.is_under_way(&Purpose::Overview)
    }

    fn wants_stale(&self, calls: &Calls) -> bool {
        !self.stale.is_empty() && !calls.is_under_way(&Purpose::Standing)
    }
}

impl Stale {
    fn is_empty(&self) -> bool {
        self.rooms.is_empty() && self.roots.is_empty() && self.pins_of.is_empty()
    }

    /// At most as many as can be asked for at once.
    fn take_some(&mut self) -> Self {
        let rooms: BTreeSet<_> = self.rooms.iter().take(AT_ONCE).cloned().collect();
        let left = AT_ONCE - rooms.len();
        let roots: BTreeSet<_> = self.roots.iter().take(left).cloned().collect();
        self.rooms.retain(|room| !rooms.contains(room));
        self.roots.retain(|root| !roots.contains(root));
        let pins_of: BTreeSet<_> = self.pins_of.iter().take(PINS_AT_ONCE).cloned().collect();
        self.pins_of.retain(|room| !pins_of.contains(room));
        Self {
            rooms,
            roots,
            pins_of,
        }
    }
}

impl Core {
    pub(super) fn ask_how_rooms_stand(&mut self, at: Moment) {
        let now = at.since_start;
        if self.calls.pace.next() > now {
            return;
        }
        if self.standing.wants_overview(&self.calls) {
            let next = self.standing.next.take();
            let after = next.filter(|_| !self.standing.is_due);
            if std::mem::take(&mut self.standing.is_due) {
                self.standing.seen.clear();
            }
            self.standing.page.clone_from(&after);
            self.call(Purpose::Overview, Call::Overview { after });
        }
        let is_ready = self.link.is_live() && self.standing.not_before <= now;
        if is_ready && self.standing.wants_stale(&self.calls) {
            self.standing.not_before = now + INTERVAL;
            self.standing.asked = self.standing.stale.take_some();
            let call = Call::Standing {
                rooms: self.standing.asked.rooms.iter().cloned().collect(),
                roots: self.standing.asked.roots.iter().cloned().collect(),
                pins_of: self.standing.asked.pins_of.iter().cloned().collect(),
            };
            self.call(Purpose::Standing, call);
        }
    }

    pub(super) fn take_overview(&mut self, overview: Overview, begun: u64) -> store::Result<()> {
        self.standing.next = overview.next;
        let first_cursor = self.cursor.is_none().then_some(overview.cursor);
        let told = overview.rooms.iter().map(|room| room.id.clone());
        self.standing.seen.extend(told);
        if self.standing.next.is_none() {
            self.ask_for_those_not_seen();
        }
        let rooms = self.not_older(overview.rooms, begun);
        self.store.write(|rows| {
            rows.put_user(&overview.user)?;
            put_people(rows, &rooms)?;
            rooms.iter().try_for_each(|room| rows.put_room(room))?;
            self.told
                .people(begun)
                .try_for_each(|user| rows.put_user(user))?;
            first_cursor
                .iter()
                .try_for_each(|cursor| rows.set_cursor(cursor))
        })?;
        self.cursor = self.cursor.take().or(first_cursor);
        self.know(rooms);
        Ok(())
    }

    /// A room where something was said between two pages is on neither.
    fn ask_for_those_not_seen(&mut self) {
        let seen = std::mem::take(&mut self.standing.seen);
        let not_seen = self.rooms.keys().filter(|room| !seen.contains(*room));
        not_seen.for_each(|room| self.standing.room_is_stale(room));
    }

    pub(super) fn take_standing(&mut self, answer: Answered, begun: u64) -> store::Result<()> {
        let asked = std::mem::take(&mut self.standing.asked);
        let mut in_them = answer.rooms;
        in_them.retain(|room| room.membership.is_some());
        let there: BTreeSet<RoomId> = in_them.iter().map(|room| room.id.clone()).collect();
        let mut threads = answer.threads;
        threads.retain(|(room, thread)| self.is_newest_word_of_thread(room, &thread.root, begun));
        let in_them = self.not_older(in_them, begun);
        let mut gone: Vec<RoomId> = asked.rooms.into_iter().collect();
        gone.retain(|room| !there.contains(room));
        gone.retain(|room| self.is_newest_word(room, begun));
        let told: BTreeSet<RoomId> = answer.pins.iter().map(|(room, _)| room.clone()).collect();
        let untold = asked
            .pins_of
            .into_iter()
            .filter(|room| !told.contains(room));
        let mut pins = answer.pins;
        pins.extend(untold.map(|room| (room, Vec::new())));
        let pins = self.newest_pins(pins, begun);
        self.store.write(|rows| {
            put_people(rows, &in_them)?;
            in_them.iter().try_for_each(|room| rows.put_room(room))?;
            pins.iter()
                .try_for_each(|(room, pins)| rows.set_pins(room, pins))?;
            gone.iter().try_for_each(|room| rows.remove_room(room))?;
            self.told
                .people(begun)
                .try_for_each(|user| rows.put_user(user))?;
            threads.iter().try_for_each(|(room, thread)| {
                let is_stale = self.standing.is_thread_stale(&thread.root);
                rows.put_thread(room, thread, is_stale)
            })
        })?;
        gone.iter().for_each(|room| self.forget_room(room));
        pins.iter()
            .for_each(|(room, _)| self.views.room_changed(room));
        threads
            .iter()
            .for_each(|(_, thread)| self.told.hear_thread(&thread.root));
        self.know(in_them);
        Ok(())
    }

    /// What something else was heard of meanwhile is asked for again: which of the two is newer is not known.
    pub(super) fn is_newest_word(&mut self, room: &RoomId, begun: u64) -> bool {
        let is_newer = self.told.is_room_newer(room, begun);
        if is_newer {
            self.standing.room_is_stale(room);
        }
        !is_newer
    }

    pub(super) fn is_newest_word_of_thread(
        &mut self,
        room: &RoomId,
        root: &MessageId,
        begun: u64,
    ) -> bool {
        let is_newer =
            self.told.is_thread_newer(root, begun) || self.told.is_room_newer(room, begun);
        if is_newer {
            self.standing.thread_is_stale(root);
        }
        !is_newer
    }

    /// What is pinned where nothing was heard of it meanwhile; the other rooms are asked about again.
    fn newest_pins(&mut self, mut pins: Vec<Pins>, begun: u64) -> Vec<Pins> {
        pins.retain(|(room, _)| {
            let is_newer = self.told.are_pins_newer(room, begun);
            if is_newer {
                self.standing.pins_are_stale(room);
            }
            !is_newer
        });
        pins
    }

    fn not_older(&mut self, mut rooms: Vec<Room>, begun: u64) -> Vec<Room> {
        rooms.retain(|room| self.is_newest_word(&room.id, begun));
        rooms
            .into_iter()
            .map(|room| self.with_newest_message(room, begun))
            .collect()
    }

    /// An answer may be older than the newest message that an event has told of.
    fn with_newest_message(&self, mut room: Room, begun: u64) -> Room {
        let seq = |room: &Room| room.last_message.as_ref().map(|message| message.seq);
        let known = self.rooms.get(&room.id);
        if let Some(known) = known.filter(|known| seq(known) > seq(&room)) {
            room.last_message.clone_from(&known.last_message);
            room.last_active_at = room.last_active_at.max(known.last_active_at);
        } else {
            let last = room.last_message.take();
            room.last_message = last.map(|last| self.told.newest_last(last, begun));
        }
        room
    }

    fn know(&mut self, rooms: Vec<Room>) {
        for room in rooms {
            self.told.hear_room(&room.id);
            if !self.rooms.contains_key(&room.id) {
                self.pages.ask_again_in(&room.id);
            }
            self.views.room_changed(&room.id);
            self.rooms.insert(room.id.clone(), room);
        }
    }

    pub(super) fn forget_room(&mut self, room: &RoomId) {
        self.calls.forget_pages(room);
        self.pages.forget_room(room);
        self.outbox.forget_taken(|taken| taken == room);
        self.views.typing.remove(room);
        self.views.watches.has_left(room);
        self.views.room_changed(room);
        self.rooms.remove(room);
    }
}

/// Whoever said something last is called so by now.
fn put_people(rows: &Rows<'_>, rooms: &[Room]) -> store::Result<()> {
    let last = rooms.iter().filter_map(|room| room.last_message.as_ref());
    last.into_iter()
        .try_for_each(|last| rows.put_user(&last.author))
}
