//! What events do to what is kept.

use super::outbox::Outbox;
use super::standing::Standing;
use super::views::Views;
use super::{Core, Effect, Moment, Update};
use crate::model::{Member, Membership, Room};
use crate::operations::sync::{Batch, Change, Event, RootChange};
use crate::store::{self, Rows, Timeline};
use crate::{Cursor, Message, RoomId, User, UserId};
use rand::Rng;
use std::collections::{BTreeSet, HashMap};

impl Core {
    pub(super) fn receive(&mut self, update: Update) -> store::Result<()> {
        match update {
            Update::Events(batch) => self.take_batch(batch)?,
            Update::Read(read) => {
                let known = self.rooms.get(&read.room);
                let own = known.and_then(|room| room.membership.as_ref());
                let is_known = own.is_some_and(|own| own.last_read_seq >= read.seq);
                if read.user == self.viewer && !is_known {
                    self.standing.room_is_stale(&read.room);
                }
            }
            Update::Typing(room, users) => {
                let users = self.as_known(users)?;
                self.views.type_in(room, users);
            }
            Update::Watched(id, sight) => self.views.watches.hear(id, sight),
        }
        Ok(())
    }

    fn take_batch(&mut self, batch: Batch) -> store::Result<()> {
        if batch.reset {
            self.start_over(&batch.cursor)?;
        }
        batch.events.iter().for_each(|event| self.told.hear(event));
        self.forget_what_was_told();
        let mut taking = Taking {
            viewer: &self.viewer,
            known: &mut self.rooms,
            changed: BTreeSet::new(),
            left: Vec::new(),
            entered: BTreeSet::new(),
            outbox: &mut self.outbox,
            standing: &mut self.standing,
            views: &mut self.views,
        };
        self.store.write(|rows| {
            for event in batch.events {
                taking.take(rows, event)?;
            }
            taking.keep_rooms(rows)?;
            rows.set_cursor(&batch.cursor)
        })?;
        let (left, entered) = (taking.left, taking.entered);
        left.iter().for_each(|room| self.forget_room(room));
        self.watch_typing_again(&entered);
        self.watch_again_in(&entered);
        self.cursor = Some(batch.cursor);
        if batch.live && !self.link.is_live() {
            self.outbox.forget_taken(|_| true);
            self.views.names_changed();
        }
        self.link.received(batch.live);
        Ok(())
    }

    /// Whoever left a room is told no more of who types there.
    fn watch_typing_again(&mut self, rooms: &BTreeSet<RoomId>) {
        let open = self.views.rooms_with_open_timelines();
        for room in rooms.intersection(&open) {
            self.effects.push(Effect::UnwatchTyping(room.clone()));
            self.effects.push(Effect::WatchTyping(room.clone()));
        }
    }

    /// The log does not reach back to where this client was: what it missed is not told, so nothing that it knows counts.
    fn start_over(&mut self, cursor: &Cursor) -> store::Result<()> {
        self.store.write(|rows| {
            rows.forget_what_the_server_knows()?;
            rows.set_cursor(cursor)
        })?;
        self.forget_rooms();
        Ok(())
    }

    /// A server that was restored from a backup says otherwise than before: everything is asked for anew.
    pub(super) fn or_begin_anew(
        &mut self,
        taken: store::Result<()>,
        at: Moment,
    ) -> store::Result<()> {
        let error = match taken {
            Err(error) if error.is_contradiction() => error,
            taken => return taken,
        };
        tracing::warn!(%error, "the server says otherwise than before");
        self.store
            .write(|rows| rows.forget_what_the_server_knows())?;
        self.store.forget_failure();
        self.outbox.reload(self.store.read().list_entries()?);
        self.cursor = None;
        self.forget_rooms();
        let random = self.random.random();
        self.calls.begin_anew(at.since_start, random);
        if self.link.is_wanted() && self.end().is_none() {
            self.cease();
        }
        Ok(())
    }

    pub(super) fn forget_rooms(&mut self) {
        self.calls.forget_questions();
        self.views.watches.are_stale();
        self.pages.forget();
        self.outbox.forget_taken(|_| true);
        self.standing.start_over();
        self.rooms.clear();
        self.views.look_around_again();
        self.views.names_changed();
    }
}

/// A batch on its way into the store.
struct Taking<'a> {
    viewer: &'a UserId,
    known: &'a mut HashMap<RoomId, Room>,
    changed: BTreeSet<RoomId>,
    left: Vec<RoomId>,
    /// The viewer came into these, or back.
    entered: BTreeSet<RoomId>,
    outbox: &'a mut Outbox,
    standing: &'a mut Standing,
    views: &'a mut Views,
}

impl Taking<'_> {
    fn take(&mut self, rows: &Rows<'_>, event: Event) -> store::Result<()> {
        let Event {
            room,
            member_count,
            change,
        } = event;
        self.change_room(&room, |known| known.member_count = member_count);
        match change {
            Change::Sent(message, root) => self.take_message(rows, *message, root, true),
            Change::Changed(message, root) => self.take_message(rows, *message, root, false),
            Change::Reactions(message) => self.keep_message(rows, *message, false),
            Change::Room => {
                self.standing.room_is_stale(&room);
                self.standing.pins_are_stale(&room);
                rows.set_pins_stale(&room)
            }
            Change::MemberJoined(member) => {
                if member.user.id == *self.viewer {
                    self.entered.insert(room.clone());
                }
                self.take_member(rows, &room, &member)
            }
            Change::MemberChanged(member) => {
                self.views.names_changed();
                self.take_member(rows, &room, &member)
            }
            Change::MemberLeft(user) => self.take_departure(rows, &room, &user),
            Change::Thread(thread) => {
                let is_stale = self.standing.is_thread_stale(&thread.root);
                rows.put_thread(&room, &thread, is_stale)?;
                let thread = Timeline::Thread(room, thread.root);
                self.views.changed.insert(thread);
                Ok(())
            }
            Change::Draft(draft) => {
                self.change_own(&room, |own| own.draft = draft);
                Ok(())
            }
            Change::Unknown => Ok(()),
        }
    }

    fn take_message(
        &mut self,
        rows: &Rows<'_>,
        message: Message,
        root: Option<RootChange>,
        is_new: bool,
    ) -> store::Result<()> {
        if let Some(RootChange { root, thread }) = root {
            rows.set_thread_summary(&root, thread)?;
            let main_line = Timeline::Room(message.room_id.clone());
            self.views.changed.insert(main_line);
            rows.set_thread_stale(&message.room_id, &root)?;
            self.standing.thread_is_stale(&root);
        } else if message.author.id != *self.viewer {
            self.standing.room_is_stale(&message.room_id);
        }
        self.keep_message(rows, message, is_new)
    }

    /// Of what is not kept, a change is not kept either: it would pass for the newest of its timeline.
    fn keep_message(
        &mut self,
        rows: &Rows<'_>,
        mut message: Message,
        is_new: bool,
    ) -> store::Result<()> {
        let before = rows.find_message(&message.id)?;
        message.tell_own_reactions(self.viewer, before.as_ref());
        let message = &message;
        if is_new || before.is_some() {
            rows.put_message(message)?;
        }
        if message.author.id == *self.viewer {
            self.outbox.arrived(rows, message)?;
        }
        if !self.known.contains_key(&message.room_id) {
            self.standing.room_is_stale(&message.room_id);
        }
        if message.thread_root.is_none() {
            self.change_room(&message.room_id, |room| show_as_newest(room, message));
        }
        self.views.changed.insert(Timeline::of(message));
        Ok(())
    }

    fn take_member(
        &mut self,
        rows: &Rows<'_>,
        room: &RoomId,
        member: &Member,
    ) -> store::Result<()> {
        rows.put_user(&member.user)?;
        self.views.watches.is_called(room, &member.user);
        let mut is_other = false;
        for (id, known) in self.known.iter_mut() {
            let others = known.other_user.iter_mut();
            for other in others.filter(|other| other.id == member.user.id) {
                *other = member.user.clone();
                is_other |= id == room;
            }
        }
        if member.user.id == *self.viewer || is_other {
            self.standing.room_is_stale(room);
        }
        Ok(())
    }

    fn take_departure(&mut self, rows: &Rows<'_>, room: &RoomId, user: &User) -> store::Result<()> {
        self.views.watches.is_gone(room, &user.id);
        if user.id != *self.viewer {
            return Ok(());
        }
        rows.remove_room(room)?;
        self.known.remove(room);
        self.changed.remove(room);
        self.left.push(room.clone());
        Ok(())
    }

    fn change_room(&mut self, room: &RoomId, change: impl FnOnce(&mut Room)) {
        if let Some(known) = self.known.get_mut(room) {
            change(known);
            self.changed.insert(room.clone());
        }
    }

    fn change_own(&mut self, room: &RoomId, change: impl FnOnce(&mut Membership)) {
        self.change_room(room, |room| {
            if let Some(own) = &mut room.membership {
                change(own);
            }
        });
    }

    /// Once for all that happened in a room.
    fn keep_rooms(&mut self, rows: &Rows<'_>) -> store::Result<()> {
        for room in std::mem::take(&mut self.changed) {
            if let Some(known) = self.known.get(&room) {
                rows.put_room(known)?;
                self.views.room_list_changed();
            }
        }
        Ok(())
    }
}

/// Makes a message the one that a list of rooms shows, if it is newer than that or the same. As on the server, a notice does
/// not move the room.
pub(super) fn show_as_newest(room: &mut Room, message: &Message) {
    if message.notice.is_none() {
        room.last_active_at = room.last_active_at.max(message.sent_at);
    }
    let known = room.last_message.as_ref().map(|last| last.seq);
    if known <= Some(message.seq) {
        room.last_message = Some(message.into());
    }
}
