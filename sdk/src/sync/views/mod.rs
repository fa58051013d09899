//! What is open on the screen, kept like the store by small steps.

mod diff;
mod items;
mod lines;
mod rooms;
mod shown;
mod timeline;

pub use items::{
    ChangeKind, MessageTarget, RefusedChange, RoomListItem, RoomListMessage, SendState,
    TimelineContent, TimelineItem, TimelineMessage, TimelineReaction, UnsentMessage,
};

use super::Core;
use super::watches::Watches;
use crate::store::{self, Timeline};
use crate::{RoomId, User};
use eyeball_im::ObservableVector;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) use timeline::Place;
use timeline::View;

/// One timeline that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ViewId(u64);

#[derive(Default)]
pub(crate) struct Views {
    timelines: BTreeMap<ViewId, View>,
    next: u64,
    /// Kept from when somebody first looked at it.
    rooms: Option<ObservableVector<RoomListItem>>,
    /// Timelines that may look otherwise now.
    pub(super) changed: BTreeSet<Timeline>,
    is_everything_changed: bool,
    is_room_list_changed: bool,
    pub(super) typing: HashMap<RoomId, Vec<User>>,
    pub(crate) watches: Watches,
}

impl Views {
    pub(super) fn room_changed(&mut self, room: &RoomId) {
        let views = self.timelines.values();
        let of_room = views.map(|view| &view.timeline);
        let of_room: Vec<Timeline> = of_room
            .filter(|timeline| timeline.room() == room)
            .cloned()
            .collect();
        self.changed.extend(of_room);
        self.is_room_list_changed = true;
    }

    pub(super) fn room_list_changed(&mut self) {
        self.is_room_list_changed = true;
    }

    /// Somebody is called otherwise, wherever they are named.
    pub(super) fn names_changed(&mut self) {
        self.is_everything_changed = true;
        self.is_room_list_changed = true;
    }

    /// What comes after a timeline was closed is not heard: nobody would tell when it is over.
    pub(super) fn type_in(&mut self, room: RoomId, users: Vec<User>) {
        if !self.rooms_with_open_timelines().contains(&room) {
            return;
        }
        self.typing.insert(room.clone(), users);
        self.refresh_typing(&room);
    }

    /// A timeline is not looked at any more.
    pub(crate) fn close(&mut self, id: ViewId) {
        self.timelines.remove(&id);
    }

    /// Whoever was writing when the connection broke may have stopped.
    pub(super) fn nobody_types(&mut self) {
        for room in std::mem::take(&mut self.typing).into_keys() {
            self.refresh_typing(&room);
        }
    }

    pub(super) fn rooms_with_open_timelines(&self) -> BTreeSet<RoomId> {
        let main_lines = self
            .timelines
            .values()
            .filter_map(|view| match &view.timeline {
                Timeline::Room(room) => Some(room.clone()),
                Timeline::Thread(..) => None,
            });
        main_lines.collect()
    }
}

impl Core {
    /// People as they are called by now.
    pub(super) fn as_known(&self, mut users: Vec<User>) -> store::Result<Vec<User>> {
        for user in &mut users {
            if let Some(known) = self.store.read().find_user(&user.id)? {
                *user = known;
            }
        }
        Ok(users)
    }

    /// Brings what is open up to date with what is kept.
    pub(super) fn refresh_views(&mut self) -> store::Result<()> {
        if self.store.take_new_names() {
            for (room, users) in std::mem::take(&mut self.views.typing) {
                let users = self.as_known(users)?;
                self.views.typing.insert(room, users);
            }
            self.views.names_changed();
        }
        if std::mem::take(&mut self.views.is_room_list_changed) {
            self.refresh_rooms()?;
        }
        let is_everything_changed = std::mem::take(&mut self.views.is_everything_changed);
        let changed = std::mem::take(&mut self.views.changed);
        let stale: Vec<ViewId> = self
            .views
            .timelines
            .iter()
            .filter(|(_, view)| is_everything_changed || changed.contains(&view.timeline))
            .map(|(id, _)| *id)
            .collect();
        stale
            .into_iter()
            .try_for_each(|id| self.refresh_timeline(id))?;
        self.views.watches.refresh_rooms(&self.rooms);
        for view in self.views.timelines.values() {
            let now = self.pages.state(&view.timeline);
            view.state
                .send_if_modified(|state| std::mem::replace(state, now.clone()) != now);
        }
        Ok(())
    }
}
