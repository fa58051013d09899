//! The list of rooms.

use super::diff::become_like;
use super::items::{RoomListItem, RoomListMessage, SendState};
use crate::RoomId;
use crate::model::{LastMessage, Room, Unread, User};
use crate::store::{self, Entry, Task, Timeline};
use crate::sync::Core;
use eyeball_im::{ObservableVector, VectorSubscriber};
use jiff::Timestamp;
use std::cmp::Reverse;

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
        let rooms = self.rooms.values();
        let mut list: Vec<(Timestamp, RoomListItem)> = rooms
            .map(|room| {
                let item = self.room_item(room, &own)?;
                let last = item.last_message.as_ref().map(|last| last.at);
                Ok((last.unwrap_or(room.created_at), item))
            })
            .collect::<store::Result<_>>()?;
        list.sort_by(|(one, a), (other, b)| (Reverse(one), &a.id).cmp(&(Reverse(other), &b.id)));
        let list = list.into_iter().map(|(_, item)| item).collect();
        if let Some(shown) = &mut self.views.rooms {
            become_like(shown, list, |item| item.id.clone());
        }
        Ok(())
    }

    fn room_item(&self, room: &Room, own: &User) -> store::Result<RoomListItem> {
        let entries = || {
            self.outbox
                .entries
                .iter()
                .filter(|entry| is_of(entry, &room.id))
        };
        let unsent = entries().rev().find_map(|entry| match &entry.task {
            Task::Send { body, .. } => Some(RoomListMessage {
                author: own.clone(),
                body: body.clone(),
                notice: None,
                is_deleted: false,
                at: entry.created_at,
                state: self.send_state(entry),
            }),
            _ => None,
        });
        let unsaid_draft = entries().rev().find_map(|entry| match &entry.task {
            Task::SaveDraft { body, .. } => Some(body.clone()),
            _ => None,
        });
        let read = entries().filter_map(|entry| match entry.task {
            Task::MarkRead { seq } => Some(seq),
            _ => None,
        });
        let membership = room.membership.as_ref();
        let newest = room.last_message.as_ref().map(|message| message.seq);
        let is_read = newest.is_some() && read.max() >= newest;
        let draft = unsaid_draft
            .or_else(|| membership.and_then(|own| Some(own.draft.as_ref()?.body.clone())));
        let last_message = match (unsent, &room.last_message) {
            (Some(unsent), _) => Some(unsent),
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
            draft: draft.filter(|body| !body.trim().is_empty()),
        })
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

fn is_of(entry: &Entry, room: &RoomId) -> bool {
    matches!(&entry.timeline, Timeline::Room(id) if id == room)
}
