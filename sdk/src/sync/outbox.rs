//! What the person did, on its way to the server: in order in each room, once, and kept until the server has said what
//! became of it.

mod answers;

use super::call::Change;
use super::calls::Purpose;
use super::pace::Pace;
use super::{Call, Core, Moment};
use crate::operations::changes::{
    DeleteMessageInput, EditMessageInput, MarkReadInput, ReactInput, SaveDraftInput,
};
use crate::operations::messages::SendMessageInput;
use crate::store::{self, Entry, EntryId, Rows, Target, Task};
use crate::{ClientId, Message, MessageId, RoomId};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

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
        let unsent = Some(Target::Unsent(key.clone()));
        if let Some(entry) = self.find_by_key(key).map(|entry| entry.id) {
            rows.remove_entry(entry)?;
            self.drop_entry(entry);
        } else if self.entries.iter().all(|entry| entry.target != unsent) {
            return Ok(());
        }
        rows.name_targets(key, &message.id)?;
        self.name_targets(key, &message.id);
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
