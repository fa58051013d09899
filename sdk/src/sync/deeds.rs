//! What the person does: kept at once, shown at once, and said to the server when that can be.

use super::outbox::Outbox;
use super::{Core, Moment};
use crate::store::{self, Entry, EntryId, NewEntry, Target, Task, Timeline};
use crate::{ClientId, Error, MessageId, RoomId};
use rand::Rng;

/// Kept, or why not.
type Done = store::Result<Result<(), Error>>;

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
    ) -> Done {
        let Some(target) = self.resolve(&timeline, target)? else {
            return Ok(Err(unknown()));
        };
        let is_edit = |task: &Task| matches!(task, Task::Edit { .. });
        // An earlier edit comes after what is sent, and would have the last word.
        if let Some(id) = untold_change(&self.outbox, &timeline, Some(&target), is_edit) {
            return self.retell(id, Task::Edit { body }, at).map(Ok);
        }
        let send = find_send(&self.outbox, &target);
        match send.filter(|send| self.outbox.is_untold(send)) {
            Some(Entry {
                id,
                task: Task::Send { reply_to, .. },
                ..
            }) => {
                let (id, reply_to) = (*id, reply_to.clone());
                self.retell(id, Task::Send { body, reply_to }, at)?;
            }
            _ => self.keep(timeline, None, Some(target), Task::Edit { body }, at)?,
        }
        Ok(Ok(()))
    }

    /// One that the server does not know of is not sent any more. Where that was tried, the attempt may be on its way a
    /// second time: should the message come all the same, it is deleted then.
    pub(crate) fn delete(&mut self, timeline: Timeline, target: Target, at: Moment) -> Done {
        let Some(target) = self.resolve(&timeline, target)? else {
            return Ok(Err(unknown()));
        };
        let send = find_send(&self.outbox, &target);
        let unsent = send.filter(|send| send.is_held || self.outbox.is_untold(send));
        let unsent = unsent.map(|send| (send.id, send.is_tried));
        if let Some((send, false)) = unsent {
            return self.discard(send).map(Ok);
        }
        // First, because of a kill between the two: of what is gone without it nobody knows any more.
        self.keep(timeline, None, Some(target), Task::Delete, at)?;
        if let Some((send, true)) = unsent {
            self.take_back(send)?;
        }
        Ok(Ok(()))
    }

    /// Taking back what was not said yet says nothing.
    pub(crate) fn react(
        &mut self,
        timeline: Timeline,
        target: Target,
        emoji: String,
        remove: bool,
        at: Moment,
    ) -> Done {
        let Some(target) = self.resolve(&timeline, target)? else {
            return Ok(Err(unknown()));
        };
        let opposite = Task::React {
            emoji: emoji.clone(),
            remove: !remove,
        };
        match untold_change(&self.outbox, &timeline, Some(&target), |task| {
            *task == opposite
        }) {
            Some(id) => self.discard(id)?,
            None => {
                let task = Task::React { emoji, remove };
                self.keep(timeline, None, Some(target), task, at)?;
            }
        }
        Ok(Ok(()))
    }

    /// The message that a target has become, or is still to become; `None` when there is none under its key.
    fn resolve(&self, timeline: &Timeline, target: Target) -> store::Result<Option<Target>> {
        match self.outbox.resolve(target) {
            Target::Unsent(key) if self.outbox.find_by_key(&key).is_none() => {
                let rows = self.store.read();
                let sent = rows.find_sent(timeline, &self.viewer, &key)?;
                Ok(sent.map(Target::Known))
            }
            target => Ok(Some(target)),
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
        let is_mark = |task: &Task| matches!(task, Task::MarkRead { .. });
        self.keep_instead(timeline, is_mark, Task::MarkRead { seq }, at)
    }

    pub(crate) fn save_draft(
        &mut self,
        room: RoomId,
        body: String,
        reply_to: Option<MessageId>,
        at: Moment,
    ) -> store::Result<()> {
        let is_draft = |task: &Task| matches!(task, Task::SaveDraft { .. });
        let task = Task::SaveDraft { body, reply_to };
        self.keep_instead(Timeline::Room(room), is_draft, task, at)
    }

    /// Takes the place of what the server cannot know of yet.
    fn keep_instead(
        &mut self,
        timeline: Timeline,
        is_it: fn(&Task) -> bool,
        task: Task,
        at: Moment,
    ) -> store::Result<()> {
        match untold_change(&self.outbox, &timeline, None, is_it) {
            Some(id) => self.retell(id, task, at),
            None => self.keep(timeline, None, None, task, at),
        }
    }

    /// Tries again what was refused. It is newer now than what was done since.
    pub(crate) fn retry(&mut self, id: EntryId, at: Moment) -> store::Result<()> {
        let made_at = self.store.read().next_made_at(at.wall)?;
        self.store.write(|rows| {
            rows.set_made_at(id, made_at)?;
            rows.set_failure(id, None)
        })?;
        let mut entries = self.outbox.entries.iter_mut();
        if let Some(entry) = entries.find(|entry| entry.id == id) {
            (entry.made_at, entry.failure) = (made_at, None);
            let timeline = entry.timeline.clone();
            self.timeline_changed(&timeline);
            self.views.room_list_changed();
        }
        Ok(())
    }

    /// Gives up what was not taken, and whatever was done to it.
    pub(crate) fn discard(&mut self, id: EntryId) -> store::Result<()> {
        self.discard_with(id, |_| true)
    }

    /// Does not send any more what was deleted. That it was is kept, in case it comes all the same.
    pub(super) fn take_back(&mut self, id: EntryId) -> store::Result<()> {
        self.discard_with(id, |done| *done != Task::Delete)
    }

    fn discard_with(&mut self, id: EntryId, what: fn(&Task) -> bool) -> store::Result<()> {
        let Some(entry) = self.outbox.find(id).cloned() else {
            return Ok(());
        };
        let unsent = entry.key.clone().map(Target::Unsent);
        let gone: Vec<EntryId> = self
            .outbox
            .entries
            .iter()
            .filter(|other| {
                let is_done_to_it = unsent.is_some() && other.target == unsent;
                other.id == id || (is_done_to_it && what(&other.task))
            })
            .map(|other| other.id)
            .collect();
        self.store
            .write(|rows| gone.iter().try_for_each(|id| rows.remove_entry(*id)))?;
        gone.into_iter().for_each(|id| self.outbox.drop_entry(id));
        self.outbox.let_others_pass(&entry);
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
            made_at: self.store.read().next_made_at(at.wall)?,
        };
        let id = self.store.write(|rows| rows.put_entry(&new))?;
        self.timeline_changed(&new.timeline);
        self.views.room_list_changed();
        self.outbox.entries.push(new.into_entry(id));
        Ok(())
    }

    /// An attempt that was refused may be on its way a second time, so this is newer than that.
    fn retell(&mut self, id: EntryId, task: Task, at: Moment) -> store::Result<()> {
        let made_at = self.store.read().next_made_at(at.wall)?;
        self.store.write(|rows| {
            rows.set_task(id, &task)?;
            rows.set_made_at(id, made_at)?;
            rows.set_failure(id, None)
        })?;
        let mut entries = self.outbox.entries.iter_mut();
        if let Some(entry) = entries.find(|entry| entry.id == id) {
            (entry.task, entry.made_at, entry.failure) = (task, made_at, None);
            let timeline = entry.timeline.clone();
            self.timeline_changed(&timeline);
            self.views.room_list_changed();
        }
        Ok(())
    }
}

fn unknown() -> Error {
    Error::NotFound {
        reason: "No message of this key is here.".to_owned(),
    }
}

/// The message that is still to be sent under a target's key.
fn find_send<'a>(outbox: &'a Outbox, target: &Target) -> Option<&'a Entry> {
    match target {
        Target::Unsent(key) => outbox.find_by_key(key),
        Target::Known(_) => None,
    }
}

/// What is still to be done to a message, or else to a timeline, and can be changed.
fn untold_change(
    outbox: &Outbox,
    timeline: &Timeline,
    target: Option<&Target>,
    is_it: impl Fn(&Task) -> bool,
) -> Option<EntryId> {
    let mut entries = outbox.entries.iter();
    let found = entries.find(|entry| {
        let is_of = entry.timeline == *timeline && entry.target.as_ref() == target;
        is_of && is_it(&entry.task) && outbox.is_untold(entry)
    });
    found.map(|entry| entry.id)
}
