//! What the person does: kept at once, shown at once, and said to the server when that can be.

use super::outbox::Outbox;
use super::{Core, Moment};
use crate::store::{self, EntryId, NewEntry, Target, Task, Timeline};
use crate::{ClientId, MessageId, RoomId};
use rand::Rng;

impl Core {
    pub(crate) fn send(
        &mut self,
        timeline: Timeline,
        body: String,
        reply_to: Option<MessageId>,
        at: Moment,
    ) -> store::Result<ClientId> {
        let key = ClientId::from(format!("{:032x}", self.random.random::<u128>()));
        let task = Task::Send { body, reply_to };
        self.keep(timeline, Some(key.clone()), None, task, at)?;
        Ok(key)
    }

    /// One that the server cannot know of yet just says something else; the others are edited in their turn.
    pub(crate) fn edit(
        &mut self,
        timeline: Timeline,
        target: Target,
        body: String,
        at: Moment,
    ) -> store::Result<()> {
        let target = self.outbox.resolve(target);
        let is_edit = |task: &Task| matches!(task, Task::Edit { .. });
        // An earlier edit comes after what is sent, and would have the last word.
        if let Some(id) = untold_change(&self.outbox, &target, is_edit) {
            return self.retell(id, Task::Edit { body });
        }
        match untold_send(&self.outbox, &target) {
            Some((id, reply_to)) => self.retell(id, Task::Send { body, reply_to }),
            None => self.keep(timeline, None, Some(target), Task::Edit { body }, at),
        }
    }

    /// One that the server cannot know of yet is just gone.
    pub(crate) fn delete(
        &mut self,
        timeline: Timeline,
        target: Target,
        at: Moment,
    ) -> store::Result<()> {
        let target = self.outbox.resolve(target);
        match untold_send(&self.outbox, &target) {
            Some((id, _)) => self.discard(id),
            None => self.keep(timeline, None, Some(target), Task::Delete, at),
        }
    }

    /// Taking back what was not said yet says nothing.
    pub(crate) fn react(
        &mut self,
        timeline: Timeline,
        target: Target,
        emoji: String,
        remove: bool,
        at: Moment,
    ) -> store::Result<()> {
        let target = self.outbox.resolve(target);
        let opposite = Task::React {
            emoji: emoji.clone(),
            remove: !remove,
        };
        match untold_change(&self.outbox, &target, |task| *task == opposite) {
            Some(id) => self.discard(id),
            None => {
                let task = Task::React { emoji, remove };
                self.keep(timeline, None, Some(target), task, at)
            }
        }
    }

    pub(crate) fn mark_read(
        &mut self,
        timeline: Timeline,
        seq: u64,
        at: Moment,
    ) -> store::Result<()> {
        if self.last_read_seq(&timeline)? >= seq {
            return Ok(());
        }
        let mut entries = self.outbox.entries.iter();
        let waiting = entries.find(|entry| {
            entry.timeline == timeline
                && matches!(entry.task, Task::MarkRead { .. })
                && self.outbox.is_untold(entry)
        });
        let task = Task::MarkRead { seq };
        match waiting.map(|entry| entry.id) {
            Some(id) => self.retell(id, task),
            None => self.keep(timeline, None, None, task, at),
        }
    }

    pub(crate) fn save_draft(
        &mut self,
        room: RoomId,
        body: String,
        reply_to: Option<MessageId>,
        at: Moment,
    ) -> store::Result<()> {
        let timeline = Timeline::Room(room);
        let mut entries = self.outbox.entries.iter();
        let waiting = entries.find(|entry| {
            entry.timeline == timeline
                && matches!(entry.task, Task::SaveDraft { .. })
                && self.outbox.is_untold(entry)
        });
        let task = Task::SaveDraft { body, reply_to };
        match waiting.map(|entry| entry.id) {
            Some(id) => self.retell(id, task),
            None => self.keep(timeline, None, None, task, at),
        }
    }

    /// Tries again what was refused.
    pub(crate) fn retry(&mut self, id: EntryId) -> store::Result<()> {
        self.store.write(|rows| rows.set_failure(id, None))?;
        let mut entries = self.outbox.entries.iter_mut();
        if let Some(entry) = entries.find(|entry| entry.id == id) {
            entry.failure = None;
            let timeline = entry.timeline.clone();
            self.timeline_changed(&timeline);
            self.views.room_list_changed();
        }
        Ok(())
    }

    /// Gives up what was not taken, and whatever was done to it.
    pub(crate) fn discard(&mut self, id: EntryId) -> store::Result<()> {
        let Some(entry) = self.outbox.find(id).cloned() else {
            return Ok(());
        };
        let unsent = entry.key.clone().map(Target::Unsent);
        let gone: Vec<EntryId> = self
            .outbox
            .entries
            .iter()
            .filter(|other| other.id == id || (unsent.is_some() && other.target == unsent))
            .map(|other| other.id)
            .collect();
        self.store
            .write(|rows| gone.iter().try_for_each(|id| rows.remove_entry(*id)))?;
        gone.into_iter().for_each(|id| self.outbox.drop_entry(id));
        self.timeline_changed(&entry.timeline);
        self.views.room_list_changed();
        Ok(())
    }

    /// How far the viewer has read, what the server does not know yet included.
    pub(super) fn last_read_seq(&self, timeline: &Timeline) -> store::Result<u64> {
        let known = match timeline {
            Timeline::Room(room) => {
                let own = self
                    .rooms
                    .get(room)
                    .and_then(|room| room.membership.as_ref());
                own.map(|own| own.last_read_seq).unwrap_or_default()
            }
            Timeline::Thread(_, root) => {
                let thread = self.store.read().find_thread(root)?;
                thread
                    .map(|thread| thread.last_read_seq)
                    .unwrap_or_default()
            }
        };
        let unsaid = self
            .outbox
            .entries
            .iter()
            .filter_map(|entry| match entry.task {
                Task::MarkRead { seq } if entry.timeline == *timeline => Some(seq),
                _ => None,
            });
        Ok(unsaid.fold(known, u64::max))
    }

    fn keep(
        &mut self,
        timeline: Timeline,
        key: Option<ClientId>,
        target: Option<Target>,
        task: Task,
        at: Moment,
    ) -> store::Result<()> {
        let new = NewEntry {
            timeline,
            key,
            target,
            task,
            created_at: at.wall,
        };
        let id = self.store.write(|rows| rows.put_entry(&new))?;
        self.timeline_changed(&new.timeline);
        self.views.room_list_changed();
        self.outbox.entries.push(new.into_entry(id));
        Ok(())
    }

    fn retell(&mut self, id: EntryId, task: Task) -> store::Result<()> {
        self.store.write(|rows| {
            rows.set_task(id, &task)?;
            rows.set_failure(id, None)
        })?;
        let mut entries = self.outbox.entries.iter_mut();
        if let Some(entry) = entries.find(|entry| entry.id == id) {
            (entry.task, entry.failure) = (task, None);
            let timeline = entry.timeline.clone();
            self.timeline_changed(&timeline);
            self.views.room_list_changed();
        }
        Ok(())
    }
}

/// The message that is still to be sent under a target's key, if the server cannot know of it yet, and what it answers.
fn untold_send(outbox: &Outbox, target: &Target) -> Option<(EntryId, Option<MessageId>)> {
    let Target::Unsent(key) = target else {
        return None;
    };
    let entry = outbox
        .find_by_key(key)
        .filter(|entry| outbox.is_untold(entry))?;
    match &entry.task {
        Task::Send { reply_to, .. } => Some((entry.id, reply_to.clone())),
        _ => None,
    }
}

/// What is still to be done to a message, and can be changed.
fn untold_change(
    outbox: &Outbox,
    target: &Target,
    is_it: impl Fn(&Task) -> bool,
) -> Option<EntryId> {
    let mut entries = outbox.entries.iter();
    let found = entries.find(|entry| {
        entry.target.as_ref() == Some(target) && is_it(&entry.task) && outbox.is_untold(entry)
    });
    found.map(|entry| entry.id)
}
