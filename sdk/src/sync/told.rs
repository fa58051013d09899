//! What was heard while requests were under way: what their answers say of the same may be older.

use crate::model::{LastMessage, ThreadSummary};
use crate::operations::sync::{Change, Event};
use crate::{Message, MessageId, RoomId, User, UserId};
use std::collections::HashMap;
use std::hash::Hash;

#[derive(Default)]
pub(super) struct Told {
    /// Counts what is heard.
    count: u64,
    messages: Heard<MessageId, Message>,
    /// What the thread that hangs on a message has become.
    summaries: Heard<MessageId, Option<ThreadSummary>>,
    /// How the viewer stands to rooms, and to threads by their roots.
    rooms: Heard<RoomId, ()>,
    threads: Heard<MessageId, ()>,
    /// That something may be pinned there, or not be any more.
    pins: Heard<RoomId, ()>,
    people: Heard<UserId, User>,
}

/// What was heard of each last, and when.
struct Heard<K, T>(HashMap<K, (u64, T)>);

impl<K, T> Default for Heard<K, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, T> Heard<K, T> {
    fn newer(&self, key: &K, begun: u64) -> Option<&T> {
        let (told, what) = self.0.get(key)?;
        (*told > begun).then_some(what)
    }
}

impl Told {
    /// What is heard from now on is newer than this.
    pub(super) fn now(&self) -> u64 {
        self.count
    }

    /// No request is under way that was begun before.
    pub(super) fn forget(&mut self) {
        *self = Self {
            count: self.count,
            ..Self::default()
        };
    }

    pub(super) fn hear(&mut self, event: &Event) {
        self.count += 1;
        let at = self.count;
        match &event.change {
            Change::Sent(message, root) | Change::Changed(message, root) => {
                self.hear_message(message);
                if let Some(change) = root {
                    let summary = (at, change.thread.clone());
                    self.summaries.0.insert(change.root.clone(), summary);
                }
            }
            Change::Reactions(message) => self.hear_message(message),
            Change::MemberJoined(member) | Change::MemberChanged(member) => {
                let user = member.user.clone();
                self.people.0.insert(user.id.clone(), (at, user));
                self.rooms.0.insert(event.room.clone(), (at, ()));
            }
            Change::MemberLeft(_) | Change::Draft(_) => {
                self.rooms.0.insert(event.room.clone(), (at, ()));
            }
            Change::Thread(thread) => {
                self.threads.0.insert(thread.root.clone(), (at, ()));
            }
            Change::Room => {
                self.pins.0.insert(event.room.clone(), (at, ()));
            }
            Change::Unknown => {}
        }
    }

    fn hear_message(&mut self, message: &Message) {
        let told = (self.count, message.clone());
        self.messages.0.insert(message.id.clone(), told);
    }

    /// An answer was taken: others that were under way with it may be older.
    pub(super) fn hear_room(&mut self, room: &RoomId) {
        self.count += 1;
        self.rooms.0.insert(room.clone(), (self.count, ()));
    }

    pub(super) fn hear_thread(&mut self, root: &MessageId) {
        self.count += 1;
        self.threads.0.insert(root.clone(), (self.count, ()));
    }

    /// What the list of rooms shows of a message, as it was heard of last.
    pub(super) fn newest_last(&self, last: LastMessage, begun: u64) -> LastMessage {
        let newer = self.messages.newer(&last.id, begun);
        newer.map_or(last, LastMessage::from)
    }

    /// The message of an answer, as it was heard of last.
    pub(super) fn newest(&self, message: Message, begun: u64, viewer: &UserId) -> Message {
        let newer = self.messages.newer(&message.id, begun).cloned();
        let mut newest = match newer {
            Some(mut newer) => {
                newer.tell_own_reactions(viewer, Some(&message));
                newer
            }
            None => message,
        };
        if let Some(summary) = self.summaries.newer(&newest.id, begun) {
            newest.thread.clone_from(summary);
        }
        newest
    }

    pub(super) fn is_room_newer(&self, room: &RoomId, begun: u64) -> bool {
        self.rooms.newer(room, begun).is_some()
    }

    pub(super) fn is_thread_newer(&self, root: &MessageId, begun: u64) -> bool {
        self.threads.newer(root, begun).is_some()
    }

    pub(super) fn are_pins_newer(&self, room: &RoomId, begun: u64) -> bool {
        self.pins.newer(room, begun).is_some()
    }

    /// People as they were heard of since then.
    pub(super) fn people(&self, begun: u64) -> impl Iterator<Item = &User> {
        let heard = self.people.0.values();
        heard
            .filter(move |(told, _)| *told > begun)
            .map(|(_, user)| user)
    }
}
