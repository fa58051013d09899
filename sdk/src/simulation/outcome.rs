//! What came of what people did, for what is expected in the end.

use super::server::index;
use super::world::World;
use crate::store::{Entry, Target, Task};
use crate::sync::Call;
use crate::sync::call::Change;
use crate::{ClientId, Error};

impl World {
    pub(super) fn spoil(&mut self, message: usize) {
        if let Some(key) = &self.server.messages[message].key {
            self.said.spoilt.insert(key.clone());
        }
    }

    /// Of what a device has lost nothing is expected any more.
    pub(super) fn forget(&mut self, device: usize, lost: Vec<Entry>) {
        let user = self.devices[device].user;
        for entry in lost {
            if let Some(key) = &entry.key {
                self.give_up(key);
            }
            let room = index(entry.timeline.room().as_str());
            match (&entry.task, entry.target) {
                (Task::MarkRead { .. } | Task::SaveDraft { .. }, _) => {
                    self.said.spoilt.insert(format!("{user} in {room}"));
                }
                (_, Some(Target::Unsent(key))) => self.give_up(&key),
                (_, Some(Target::Known(id))) => {
                    let message = index(id.as_str());
                    if let Some(key) = self.server.messages[message].key.clone() {
                        self.said.deleted.remove(&ClientId::from(key.as_str()));
                        self.said.spoilt.insert(key);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn give_up(&mut self, key: &ClientId) {
        let typed = self.said.messages.iter_mut();
        for typed in typed.filter(|typed| typed.key == *key) {
            typed.is_given_up = true;
        }
        self.said.deleted.remove(key);
        self.said.spoilt.insert(key.to_string());
    }

    /// What came of a request, for what is expected in the end.
    pub(super) fn note(&mut self, user: usize, call: &Call, error: Option<&Error>) {
        // One that comes too late is refused, and the one that came in time is what counts.
        let is_late = matches!(error, Some(Error::Expired { .. }));
        let is_refused = !is_late && error.is_some_and(|error| !error.is_transient());
        match call {
            Call::Change(Change::Send(input)) => {
                let is_conflict = matches!(error, Some(Error::Conflict { .. }));
                assert!(!is_conflict, "sent otherwise under the same key: {input:?}");
                let typed = self
                    .said
                    .messages
                    .iter_mut()
                    .find(|typed| Some(typed.key.as_str()) == input.client_id.as_deref());
                if let Some(typed) = typed.filter(|_| is_refused) {
                    typed.was_refused = true;
                    self.said.deleted.remove(&typed.key);
                }
            }
            Call::Change(Change::Edit(input)) if is_refused => {
                self.spoil(index(input.message_id.as_str()));
            }
            Call::Change(Change::Delete(input)) if is_refused => {
                let message = index(input.message_id.as_str());
                if let Some(key) = &self.server.messages[message].key {
                    self.said.deleted.remove(&ClientId::from(key.as_str()));
                }
            }
            Call::SaveDraft(input) if is_refused => {
                let room = index(input.room_id.as_str());
                self.said.spoilt.insert(format!("{user} in {room}"));
            }
            Call::MarkRead(input) if is_refused => {
                let room = index(input.room_id.as_str());
                self.said.spoilt.insert(format!("{user} in {room}"));
            }
            _ => {}
        }
    }
}
