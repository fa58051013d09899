//! How rooms and threads stand, which no event tells: what is unread, how far the viewer has read, what a direct room is
//! called. Asked for all when a connection is begun, and then for what something happened in.

use super::calls::{Calls, Purpose};
use super::{Call, Core, Moment};
use crate::model::Room;
use crate::operations::sync::{Overview, Standing as Told};
use crate::store;
use crate::{MessageId, RoomId};
use std::collections::BTreeSet;
use std::time::Duration;

/// Of how many it is asked at once: as many as the server answers for.
const AT_ONCE: usize = 100;

/// However much happens, it is asked once in this time.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Standing {
    /// An overview of all rooms is to be asked for, from the beginning.
    pub(super) is_due: bool,
    /// The next page of the one that was begun.
    next: Option<String>,
    stale: Stale,
    asked: Stale,
    not_before: Duration,
}

/// What may stand otherwise than is known.
#[derive(Default)]
struct Stale {
    rooms: BTreeSet<RoomId>,
    roots: BTreeSet<MessageId>,
}

impl Standing {
    pub(super) fn room_is_stale(&mut self, room: &RoomId) {
        self.stale.rooms.insert(room.clone());
    }

    pub(super) fn thread_is_stale(&mut self, root: &MessageId) {
        self.stale.roots.insert(root.clone());
    }

    pub(super) fn is_settled(&self) -> bool {
        !self.is_due && self.next.is_none() && self.stale.is_empty()
    }

    pub(super) fn not_answered(&mut self) {
        let Stale { rooms, roots } = std::mem::take(&mut self.asked);
        self.stale.rooms.extend(rooms);
        self.stale.roots.extend(roots);
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
        self.rooms.is_empty() && self.roots.is_empty()
    }

    /// At most as many as can be asked for at once.
    fn take_some(&mut self) -> Self {
        let rooms: BTreeSet<_> = self.rooms.iter().take(AT_ONCE).cloned().collect();
        let left = AT_ONCE - rooms.len();
        let roots: BTreeSet<_> = self.roots.iter().take(left).cloned().collect();
        self.rooms.retain(|room| !rooms.contains(room));
        self.roots.retain(|root| !roots.contains(root));
        Self { rooms, roots }
    }
}

impl Core {
    pub(super) fn ask_how_rooms_stand(&mut self, at: Moment) {
        let now = at.since_start;
        if self.calls.pace.next() > now {
            return;
        }
        if self.standing.wants_overview(&self.calls) {
            let after = self.standing.next.clone().filter(|_| !self.standing.is_due);
            self.standing.is_due = false;
            self.standing.next = None;
            self.call(Purpose::Overview, Call::Overview { after });
        }
        let is_ready = self.link.is_live() && self.standing.not_before <= now;
        if is_ready && self.standing.wants_stale(&self.calls) {
            self.standing.not_before = now + INTERVAL;
            self.standing.asked = self.standing.stale.take_some();
            let call = Call::Standing {
                rooms: self.standing.asked.rooms.iter().cloned().collect(),
                roots: self.standing.asked.roots.iter().cloned().collect(),
            };
            self.call(Purpose::Standing, call);
        }
    }

    pub(super) fn take_overview(&mut self, overview: Overview) -> store::Result<()> {
        self.standing.next = overview.next;
        let first_cursor = self.cursor.is_none().then_some(overview.cursor);
        let rooms: Vec<Room> = overview
            .rooms
            .into_iter()
            .map(|room| self.with_newest_message(room))
            .collect();
        self.store.write(|rows| {
            rows.put_user(&overview.user)?;
            rooms.iter().try_for_each(|room| rows.put_room(room))?;
            first_cursor
                .iter()
                .try_for_each(|cursor| rows.set_cursor(cursor))
        })?;
        self.cursor = self.cursor.take().or(first_cursor);
        self.know(rooms);
        Ok(())
    }

    pub(super) fn take_standing(&mut self, told: Told) -> store::Result<()> {
        let asked = std::mem::take(&mut self.standing.asked);
        let (in_them, gone): (Vec<Room>, Vec<Room>) = told
            .rooms
            .into_iter()
            .partition(|room| room.membership.is_some());
        let in_them: Vec<Room> = in_them
            .into_iter()
            .map(|room| self.with_newest_message(room))
            .collect();
        let there: BTreeSet<&RoomId> = in_them.iter().map(|room| &room.id).collect();
        let gone = gone.into_iter().map(|room| room.id);
        let not_seen = asked.rooms.into_iter().filter(|id| !there.contains(id));
        let gone: BTreeSet<RoomId> = gone.chain(not_seen).collect();
        self.store.write(|rows| {
            in_them.iter().try_for_each(|room| rows.put_room(room))?;
            gone.iter().try_for_each(|room| rows.remove_room(room))?;
            told.threads
                .iter()
                .try_for_each(|(room, thread)| rows.put_thread(room, thread))
        })?;
        for room in gone {
            self.forget_room(&room);
        }
        self.know(in_them);
        Ok(())
    }

    /// An answer may be older than the newest message that an event has told of.
    fn with_newest_message(&self, mut room: Room) -> Room {
        let known = self.rooms.get(&room.id);
        let known = known.and_then(|known| known.last_message.as_ref());
        let newest = room.last_message.as_ref().map(|message| message.seq);
        if let Some(known) = known.filter(|known| Some(known.seq) >= newest) {
            room.last_message = Some(known.clone());
        }
        room
    }

    fn know(&mut self, rooms: Vec<Room>) {
        for room in rooms {
            self.views.room_changed(&room.id);
            self.rooms.insert(room.id.clone(), room);
        }
    }

    pub(super) fn forget_room(&mut self, room: &RoomId) {
        self.views.room_changed(room);
        self.rooms.remove(room);
    }
}
