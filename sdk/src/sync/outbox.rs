//! What the person did, on its way to the server: in order in each room, once, and kept until the server has said what
//! became of it.

use super::call::Change;
use super::calls::{Purpose, is_not_done, retry_after};
use super::pace::Pace;
use super::{Answer, Call, Core, Moment};
use crate::operations::changes::{
    DeleteMessageInput, EditMessageInput, MarkReadInput, ReactInput, Read, SaveDraftInput,
};
use crate::operations::messages::SendMessageInput;
use crate::store::{self, Entry, EntryId, Rows, Target, Task, Timeline};
use crate::{ClientId, Error, Message, MessageId, RoomId};
use jiff::SignedDuration;
use rand::Rng;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How often in a row something that is not let through is tried, which takes about a minute.
const TRIES_BLOCKED: u32 = 8;

/// How much newer something is said to be that the server takes for too old; each time twice as much.
const LEAP: SignedDuration = SignedDuration::from_mins(1);

/// What waits for each other. What a person keeps for themselves does not wait for what they say, and neither does what
/// they do to messages that are there: slow mode holds what is said for hours.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Lane {
    Said(RoomId),
    Changed(RoomId),
    Kept(RoomId),
}

pub(super) struct Outbox {
    /// As in the store, in order.
    pub(super) entries: Vec<Entry>,
    under_way: HashSet<EntryId>,
    /// Those under way that an earlier attempt may have told the server of.
    doubtful: HashSet<EntryId>,
    /// How often in a row they were not let through.
    blocked: HashMap<EntryId, u32>,
    /// Taken by the server, and not told of by an event yet: what others said before is still to come. They are shown
    /// until then, and not kept.
    taken: HashSet<EntryId>,
    paces: HashMap<Lane, Pace>,
    /// What became of keys since the start.
    sent: HashMap<ClientId, MessageId>,
}

impl Outbox {
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            under_way: HashSet::new(),
            doubtful: HashSet::new(),
            blocked: HashMap::new(),
            taken: HashSet::new(),
            paces: HashMap::new(),
            sent: HashMap::new(),
        }
    }

    /// What is kept counts, after something was done that was not kept. What is under way still is.
    pub(super) fn reload(&mut self, entries: Vec<Entry>) {
        self.entries = entries;
    }

    pub(super) fn hurry(&mut self) {
        self.paces.clear();
    }

    /// Whether nothing waits that the server may still take.
    pub(super) fn is_idle(&self) -> bool {
        let is_over = |entry: &Entry| entry.failure.is_some() || self.taken.contains(&entry.id);
        let waits_in_vain = |entry: &Entry| match &entry.target {
            Some(Target::Unsent(key)) => self.find_by_key(key).is_none_or(is_over),
            _ => false,
        };
        let mut entries = self.entries.iter();
        entries.all(|entry| is_over(entry) || waits_in_vain(entry))
    }

    pub(super) fn is_taken(&self, entry: &Entry) -> bool {
        self.taken.contains(&entry.id)
    }

    pub(super) fn find(&self, id: EntryId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub(super) fn find_by_key(&self, key: &ClientId) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.key.as_ref() == Some(key))
    }

    /// Whether an entry can still be changed without the server knowing it otherwise.
    pub(super) fn is_untold(&self, entry: &Entry) -> bool {
        let is_refused = entry.failure.is_some();
        (!entry.is_tried || is_refused) && !self.under_way.contains(&entry.id)
    }

    /// It is under way twice, and the first may get there.
    pub(super) fn may_be_taken(&mut self, entry: EntryId) {
        self.doubtful.insert(entry);
    }

    /// Whether its person does not want it any more.
    fn is_unwanted(&self, send: &Entry) -> bool {
        let unsent = send.key.clone().map(Target::Unsent);
        let mut entries = self.entries.iter();
        let is_it = |entry: &Entry| entry.task == Task::Delete && entry.target == unsent;
        unsent.is_some() && entries.any(is_it)
    }

    /// What held it up was about this one alone.
    pub(super) fn let_others_pass(&mut self, entry: &Entry) {
        if entry.is_held {
            self.paces.remove(&lane(entry));
        }
    }

    /// The message that a target has become, if it is one by now.
    pub(super) fn resolve(&self, target: Target) -> Target {
        match target {
            Target::Unsent(key) => match self.sent.get(&key) {
                Some(id) => Target::Known(id.clone()),
                None => Target::Unsent(key),
            },
            known @ Target::Known(_) => known,
        }
    }

    /// No event may tell any more of what was taken in these rooms.
    pub(super) fn forget_taken(&mut self, is_there: impl Fn(&RoomId) -> bool) {
        let taken = std::mem::take(&mut self.taken);
        self.entries
            .retain(|entry| !taken.contains(&entry.id) || !is_there(entry.timeline.room()));
        let left = self.entries.iter().map(|entry| entry.id);
        self.taken.extend(left.filter(|id| taken.contains(id)));
    }

    pub(super) fn drop_entry(&mut self, id: EntryId) {
        self.entries.retain(|entry| entry.id != id);
        self.taken.remove(&id);
        self.blocked.remove(&id);
    }

    /// A message of the viewer's is in the log: whatever waited for its key has a message now.
    pub(super) fn arrived(&mut self, rows: &Rows<'_>, message: &Message) -> store::Result<()> {
        let Some(key) = &message.client_id else {
            return Ok(());
        };
        let Some(entry) = self.find_by_key(key).map(|entry| entry.id) else {
            return Ok(());
        };
        rows.remove_entry(entry)?;
        rows.name_targets(key, &message.id)?;
        self.sent_as(entry, key, &message.id);
        Ok(())
    }

    /// An entry has become a message, and the store knows that.
    fn sent_as(&mut self, entry: EntryId, key: &ClientId, message: &MessageId) {
        self.drop_entry(entry);
        self.name_targets(key, message);
    }

    fn name_targets(&mut self, key: &ClientId, message: &MessageId) {
        let unsent = Some(Target::Unsent(key.clone()));
        for entry in &mut self.entries {
            if entry.target == unsent {
                entry.target = Some(Target::Known(message.clone()));
            }
        }
        self.sent.insert(key.clone(), message.clone());
    }

    /// What can be said now: the first of each lane, unless that is under way or has to wait.
    fn ready(&self, now: Duration) -> Vec<EntryId> {
        self.first_of_lanes()
            .filter(|entry| !self.under_way.contains(&entry.id))
            .filter(|entry| self.not_before(entry) <= now)
            .map(|entry| entry.id)
            .collect()
    }

    pub(super) fn wakes_at(&self) -> Option<Duration> {
        self.first_of_lanes()
            .filter(|entry| !self.under_way.contains(&entry.id))
            .map(|entry| self.not_before(entry))
            .min()
    }

    fn first_of_lanes(&self) -> impl Iterator<Item = &Entry> {
        let mut seen = HashSet::new();
        self.entries
            .iter()
            .filter(|entry| entry.failure.is_none() && !self.taken.contains(&entry.id))
            .filter(|entry| !matches!(&entry.target, Some(Target::Unsent(_))))
            .filter(move |entry| seen.insert(lane(entry)))
    }

    fn not_before(&self, entry: &Entry) -> Duration {
        let pace = self.paces.get(&lane(entry));
        pace.map(Pace::next).unwrap_or_default()
    }
}

fn lane(entry: &Entry) -> Lane {
    let room = entry.timeline.room().clone();
    match entry.task {
        Task::MarkRead { .. } | Task::SaveDraft { .. } => Lane::Kept(room),
        Task::Send { .. } => Lane::Said(room),
        Task::Edit { .. } | Task::Delete | Task::React { .. } => Lane::Changed(room),
    }
}

impl Core {
    pub(super) fn say_what_waits(&mut self, at: Moment) -> store::Result<()> {
        let ready = self.outbox.ready(at.since_start);
        let untried = self.outbox.entries.iter_mut();
        let mut untried: Vec<&mut Entry> =
            untried.filter(|entry| ready.contains(&entry.id)).collect();
        let doubtful = untried.extract_if(.., |entry| entry.is_tried && !entry.is_held);
        self.outbox.doubtful.extend(doubtful.map(|entry| entry.id));
        if !untried.is_empty() {
            self.store.write(|rows| {
                untried
                    .iter()
                    .try_for_each(|entry| rows.set_tried(entry.id))
            })?;
            for entry in untried {
                (entry.is_tried, entry.is_held) = (true, false);
            }
        }
        for id in ready {
            if let Some(call) = self.outbox.find(id).and_then(call_of) {
                self.outbox.under_way.insert(id);
                self.call(Purpose::Entry(id), call);
            }
        }
        Ok(())
    }

    pub(super) fn entry_answered(
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
                return self.discard(id);
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
            super::events::show_as_newest(room, &message);
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
            return self.discard(entry.id);
        }
        self.store
            .write(|rows| rows.set_failure(entry.id, Some(&error)))?;
        let mut entries = self.outbox.entries.iter_mut();
        if let Some(kept) = entries.find(|kept| kept.id == entry.id) {
            kept.failure = Some(error);
        }
        Ok(())
    }

    pub(super) fn forget_entry(&mut self, id: EntryId) -> store::Result<()> {
        self.store.write(|rows| rows.remove_entry(id))?;
        self.outbox.drop_entry(id);
        self.views.room_list_changed();
        Ok(())
    }
}

/// What an entry asks of the server; nothing as long as its message is not sent.
fn call_of(entry: &Entry) -> Option<Call> {
    let message_id = || match &entry.target {
        Some(Target::Known(id)) => Some(id.clone()),
        _ => None,
    };
    let room_id = entry.timeline.room().clone();
    let thread_root_id = entry.timeline.root().cloned();
    let made_at = Some(entry.made_at);
    Some(match entry.task.clone() {
        Task::Send { body, reply_to } => Call::Change(Change::Send(SendMessageInput {
            room_id,
            body,
            client_id: entry.key.clone().map(String::from),
            reply_to_id: reply_to,
            thread_root_id,
        })),
        Task::Edit { body } => Call::Change(Change::Edit(EditMessageInput {
            message_id: message_id()?,
            body,
            made_at,
        })),
        Task::Delete => Call::Change(Change::Delete(DeleteMessageInput {
            message_id: message_id()?,
        })),
        Task::React { emoji, remove } => Call::Change(Change::React(ReactInput {
            message_id: message_id()?,
            emoji,
            remove,
            made_at,
        })),
        Task::MarkRead { seq } => Call::MarkRead(MarkReadInput {
            room_id,
            thread_root_id,
            seq: i32::try_from(seq).unwrap_or(i32::MAX),
        }),
        Task::SaveDraft { body, reply_to } => Call::SaveDraft(SaveDraftInput {
            room_id,
            body,
            reply_to_id: reply_to,
            made_at,
        }),
    })
}
