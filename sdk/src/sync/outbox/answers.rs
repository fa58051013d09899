//! What the server said to something of the outbox, and what becomes of that.

use super::{Lane, lane};
use crate::operations::changes::Read;
use crate::store::{self, Entry, EntryId, Timeline};
use crate::sync::calls::{is_not_done, retry_after};
use crate::sync::events::show_as_newest;
use crate::sync::{Answer, Core, Moment};
use crate::{ClientId, Error, Message};
use jiff::SignedDuration;
use rand::Rng;

/// How often in a row something that is not let through is tried, which takes about a minute.
const TRIES_BLOCKED: u32 = 8;

/// How much newer something is said to be that the server takes for too old; each time twice as much.
const LEAP: SignedDuration = SignedDuration::from_mins(1);

impl Core {
    pub(in crate::sync) fn entry_answered(
        &mut self,
        id: EntryId,
        answer: Result<Answer, Error>,
        begun: u64,
        at: Moment,
    ) -> store::Result<()> {
        self.outbox.under_way.remove(&id);
        let was_doubtful = self.outbox.doubtful.remove(&id);
        let Some(entry) = self.outbox.find(id).cloned() else {
            return Ok(());
        };
        self.timeline_changed(&entry.timeline);
        self.views.room_list_changed();
        match answer {
            Ok(answer) => {
                self.outbox.paces.remove(&lane(&entry));
                self.take_entry_answer(&entry, answer, begun)
            }
            Err(error @ Error::Expired { .. }) => self.make_newer(&entry, error, at),
            Err(error) if error.is_passing() => self.put_off(&entry, error, was_doubtful, at),
            Err(error) => self.refuse(&entry, error),
        }
    }

    /// It is tried again, unless it never gets through or nobody wants it any more.
    fn put_off(
        &mut self,
        entry: &Entry,
        error: Error,
        was_doubtful: bool,
        at: Moment,
    ) -> store::Result<()> {
        let id = entry.id;
        let tries = self.outbox.blocked.remove(&id).unwrap_or_default() + 1;
        if matches!(error, Error::Blocked { .. }) {
            if tries == TRIES_BLOCKED {
                return self.refuse(entry, error);
            }
            self.outbox.blocked.insert(id, tries);
        }
        if is_not_done(&error) && !was_doubtful {
            if self.outbox.is_unwanted(entry) {
                return self.take_back(id);
            }
            self.store.write(|rows| rows.set_held(id))?;
            let mut entries = self.outbox.entries.iter_mut();
            if let Some(entry) = entries.find(|entry| entry.id == id) {
                entry.is_held = true;
            }
        }
        let random = self.random.random();
        let pace = self.outbox.paces.entry(lane(entry)).or_default();
        pace.failed(at.since_start, random, retry_after(&error));
        Ok(())
    }

    /// The server knows of something newer from this session, which was all said before: the clock has gone back since,
    /// and the file that knew is lost. How far, nobody says.
    fn make_newer(&mut self, entry: &Entry, error: Error, at: Moment) -> store::Result<()> {
        let next = self.store.read().next_made_at(at.wall)?;
        let ahead = next.duration_since(at.wall);
        let Ok(made_at) = next.checked_add(ahead + LEAP) else {
            return self.refuse(entry, error);
        };
        self.store
            .write(|rows| rows.set_made_at(entry.id, made_at))?;
        let mut entries = self.outbox.entries.iter_mut();
        if let Some(entry) = entries.find(|kept| kept.id == entry.id) {
            entry.made_at = made_at;
        }
        Ok(())
    }

    fn take_entry_answer(
        &mut self,
        entry: &Entry,
        answer: Answer,
        begun: u64,
    ) -> store::Result<()> {
        match answer {
            Answer::Message(message) => self.take_changed_message(entry, *message, begun),
            Answer::Read(read) => self.take_read(entry, read, begun),
            _ => self.forget_entry(entry.id),
        }
    }

    /// A message that would leave a gap before it waits for the event: what is between is on its way.
    fn take_changed_message(
        &mut self,
        entry: &Entry,
        message: Message,
        begun: u64,
    ) -> store::Result<()> {
        let timeline = Timeline::of(&message);
        if !self.rooms.contains_key(timeline.room()) {
            return self.forget_sent(entry, &message);
        }
        let newest = self.store.read().newest_seq(&timeline)?;
        let is_new = newest.is_none_or(|newest| newest < message.seq);
        if is_new && newest.is_some_and(|newest| newest + 1 < message.seq) {
            let Some(key) = &entry.key else {
                return self.forget_entry(entry.id);
            };
            self.store_as_sent(entry, key, &message)?;
            self.outbox.name_targets(key, &message.id);
            self.outbox.taken.insert(entry.id);
            return Ok(());
        }
        let message = self.told.newest(message, begun, &self.viewer);
        let is_kept = entry.key.is_some() || self.store.read().find_message(&message.id)?.is_some();
        let mut room = self.rooms.get(&message.room_id).cloned();
        if let Some(room) = room.as_mut().filter(|_| message.thread_root.is_none()) {
            show_as_newest(room, &message);
        }
        let are_pins_stale = self.told.are_pins_newer(&message.room_id, begun);
        self.store.write(|rows| {
            if is_kept {
                rows.put_message(&message)?;
            }
            if are_pins_stale {
                rows.set_pins_stale(&message.room_id)?;
            }
            room.iter().try_for_each(|room| rows.put_room(room))?;
            self.told
                .people(begun)
                .try_for_each(|user| rows.put_user(user))?;
            if let Some(key) = &entry.key {
                rows.name_targets(key, &message.id)?;
            }
            rows.remove_entry(entry.id)
        })?;
        if are_pins_stale {
            self.standing.pins_are_stale(&message.room_id);
        }
        if let Some(room) = room {
            self.rooms.insert(room.id.clone(), room);
            self.views.room_list_changed();
        }
        match &entry.key {
            Some(key) => self.outbox.sent_as(entry.id, key, &message.id),
            None => self.outbox.drop_entry(entry.id),
        }
        Ok(())
    }

    /// In a room that is not known any more, or not yet, it is not kept: a page may tell of it.
    fn forget_sent(&mut self, entry: &Entry, message: &Message) -> store::Result<()> {
        let Some(key) = &entry.key else {
            return self.forget_entry(entry.id);
        };
        self.store_as_sent(entry, key, message)?;
        self.outbox.sent_as(entry.id, key, &message.id);
        Ok(())
    }

    fn store_as_sent(
        &mut self,
        entry: &Entry,
        key: &ClientId,
        message: &Message,
    ) -> store::Result<()> {
        self.store.write(|rows| {
            rows.name_targets(key, &message.id)?;
            rows.remove_entry(entry.id)
        })
    }

    fn take_read(&mut self, entry: &Entry, read: Read, begun: u64) -> store::Result<()> {
        let room_id = entry.timeline.room().clone();
        let mut room = self.rooms.get(&room_id).cloned();
        let is_newest = match &read {
            Read::Room(_) => self.is_newest_word(&room_id, begun),
            Read::Thread(thread) => self.is_newest_word_of_thread(&room_id, &thread.root, begun),
        };
        self.store.write(|rows| {
            match (&mut room, &read) {
                (Some(room), Read::Room(own)) if is_newest => {
                    room.membership = Some(*own.clone());
                    rows.put_room(room)?;
                }
                (Some(_), Read::Thread(thread)) if is_newest => {
                    let is_stale = self.standing.is_thread_stale(&thread.root);
                    rows.put_thread(&room_id, thread, is_stale)?;
                }
                _ => {}
            }
            rows.remove_entry(entry.id)
        })?;
        if let Some(room) = room {
            self.rooms.insert(room_id.clone(), room);
        }
        match read {
            Read::Room(_) => self.told.hear_room(&room_id),
            Read::Thread(thread) => self.told.hear_thread(&thread.root),
        }
        self.outbox.drop_entry(entry.id);
        self.views.room_list_changed();
        Ok(())
    }

    /// What nobody sees is dropped; the rest is kept for its person to try again or to give up.
    fn refuse(&mut self, entry: &Entry, error: Error) -> store::Result<()> {
        if matches!(lane(entry), Lane::Kept(_)) {
            return self.forget_entry(entry.id);
        }
        if self.outbox.is_unwanted(entry) {
            return self.take_back(entry.id);
        }
        self.store
            .write(|rows| rows.set_failure(entry.id, Some(&error)))?;
        let mut entries = self.outbox.entries.iter_mut();
        if let Some(kept) = entries.find(|kept| kept.id == entry.id) {
            kept.failure = Some(error);
        }
        Ok(())
    }

    pub(in crate::sync) fn forget_entry(&mut self, id: EntryId) -> store::Result<()> {
        self.store.write(|rows| rows.remove_entry(id))?;
        self.outbox.drop_entry(id);
        self.views.room_list_changed();
        Ok(())
    }
}
