//! The list of rooms.

use super::diff::become_like;
use super::items::{RoomListItem, RoomListMessage, SendState, UnsentMessage};
use crate::RoomId;
use crate::model::{LastMessage, Room, Unread, User};
use crate::store::{self, Entry, Task, Timeline};
use crate::sync::Core;
use eyeball_im::{ObservableVector, VectorSubscriber};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::HashMap;

/// What the server does not know yet of a room's main line.
#[derive(Default)]
struct Unsaid<'a> {
    /// The newest message that is not sent, and its text.
    message: Option<(&'a Entry, &'a str)>,
    draft: Option<&'a str>,
    read: Option<u64>,
}

impl Core {
    /// The list of rooms, and how it changes from now on.
    pub(crate) fn watch_rooms(&mut self) -> store::Result<VectorSubscriber<RoomListItem>> {
        if self.views.rooms.is_none() {
            self.views.rooms = Some(ObservableVector::new());
            self.refresh_rooms()?;
        }
        let rooms = self.views.rooms.get_or_insert_default();
        Ok(rooms.subscribe())
    }

    pub(super) fn refresh_rooms(&mut self) -> store::Result<()> {
        if self.views.rooms.is_none() {
            return Ok(());
        }
        let own = self.viewer_as_user()?;
        let unsaid = self.unsaid();
        let mut rooms: Vec<_> = self.rooms.values().collect();
        rooms.sort_by_cached_key(|room| {
            let unsaid = unsaid.get(&room.id).and_then(|unsaid| unsaid.message);
            Reverse((self.activity(room, unsaid), room.id.clone()))
        });
        let items = rooms.into_iter();
        let list = items
            .map(|room| self.room_item(room, unsaid.get(&room.id), &own))
            .collect::<store::Result<_>>()?;
        if let Some(shown) = &mut self.views.rooms {
            become_like(shown, list, |item| item.id.clone());
        }
        Ok(())
    }

    /// By what the rooms are sorted: as on the server, and those above them where something is on its way.
    fn activity(&self, room: &Room, unsaid: Option<(&Entry, &str)>) -> (bool, Timestamp) {
        let is_leaving = unsaid.is_some_and(|(entry, _)| !is_stuck(entry));
        let typed = unsaid.map(|(entry, _)| entry.created_at);
        (
            is_leaving,
            room.last_active_at.max(typed.unwrap_or(Timestamp::MIN)),
        )
    }

    fn unsaid(&self) -> HashMap<&RoomId, Unsaid<'_>> {
        let mut unsaid: HashMap<_, Unsaid<'_>> = HashMap::new();
        for entry in &self.outbox.entries {
            let Timeline::Room(room) = &entry.timeline else {
                continue;
            };
            let of_room = unsaid.entry(room).or_default();
            match &entry.task {
                Task::Send { body, .. } => of_room.message = Some((entry, body)),
                Task::SaveDraft { body, .. } => of_room.draft = Some(body),
                Task::MarkRead { seq } => of_room.read = of_room.read.max(Some(*seq)),
                Task::Edit { .. } | Task::Delete | Task::React { .. } => {}
            }
        }
        unsaid
    }

    fn room_item(
        &self,
        room: &Room,
        unsaid: Option<&Unsaid<'_>>,
        own: &User,
    ) -> store::Result<RoomListItem> {
        let (message, draft, read) = unsaid.map_or((None, None, None), |unsaid| {
            (unsaid.message, unsaid.draft, unsaid.read)
        });
        let membership = room.membership.as_ref();
        let known = room.last_message.as_ref();
        let newest = known.map(|message| message.seq);
        let is_read = newest.is_some() && read >= newest;
        let draft =
            draft.or_else(|| membership.and_then(|own| Some(own.draft.as_ref()?.body.as_str())));
        // What is on its way will be the newest; what does not get there may be old.
        let is_newest = |entry: &Entry| {
            !is_stuck(entry) || known.is_none_or(|known| known.sent_at < entry.created_at)
        };
        let last_message = match (message.filter(|(entry, _)| is_newest(entry)), known) {
            (Some((entry, body)), _) => Some(RoomListMessage {
                author: own.clone(),
                body: body.to_owned(),
                notice: None,
                is_deleted: false,
                at: entry.created_at,
                state: self.send_state(entry),
            }),
            (None, Some(message)) => Some(self.last_message(message)?),
            (None, None) => None,
        };
        Ok(RoomListItem {
            id: room.id.clone(),
            kind: room.kind.clone(),
            name: room.name.clone(),
            other_user: room.other_user.clone(),
            last_message,
            unread: match membership {
                Some(own) if !is_read => own.unread,
                _ => Unread::default(),
            },
            draft: draft
                .filter(|body| !body.trim().is_empty())
                .map(str::to_owned),
        })
    }

    /// What was written anywhere and is not sent, in the order in which it was written.
    pub(crate) fn unsent(&self) -> Vec<UnsentMessage> {
        let entries = self.outbox.entries.iter();
        let unsent = entries.filter(|entry| !self.outbox.is_taken(entry));
        let messages = unsent.filter_map(|entry| match &entry.task {
            Task::Send { body, .. } => Some(UnsentMessage {
                entry: entry.id,
                room: entry.timeline.room().clone(),
                thread_root: entry.timeline.root().cloned(),
                body: body.clone(),
                at: entry.created_at,
                error: entry.failure.clone(),
            }),
            _ => None,
        });
        messages.collect()
    }

    /// Its author is called as they are called now.
    fn last_message(&self, message: &LastMessage) -> store::Result<RoomListMessage> {
        let known = self.store.read().find_user(&message.author.id)?;
        Ok(RoomListMessage {
            author: known.unwrap_or_else(|| message.author.clone()),
            body: message.body.clone(),
            notice: message.notice.clone(),
            is_deleted: message.is_deleted,
            at: message.sent_at,
            state: SendState::Sent,
        })
    }

    /// Who the viewer is, as far as anything was heard of them.
    pub(super) fn viewer_as_user(&self) -> store::Result<User> {
        self.store.read().user(&self.viewer)
    }

    pub(super) fn send_state(&self, entry: &Entry) -> SendState {
        match &entry.failure {
            Some(error) => SendState::Failed {
                entry: entry.id,
                error: error.clone(),
            },
            None if self.outbox.is_taken(entry) => SendState::Sent,
            None => SendState::Sending,
        }
    }
}

/// Whether it is not known when it will be sent, if it will be.
fn is_stuck(entry: &Entry) -> bool {
    entry.failure.is_some() || entry.is_held
}
