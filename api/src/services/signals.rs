//! What is only true for a while: who types, how far people have just read, who is there.

mod telling;
mod watching;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::members::check_not_muted;
use super::permissions::{can_read_messages, can_see_room, can_send_message};
use super::rooms::check_open;
use crate::model::{Member, Presence, PresenceState, Room, RoomId, UserId};
use crate::realtime::Lease;

/// In rooms with more members, the presence of people is told to those who ask for them by name.
const SMALL_ROOM: i32 = 200;

pub struct Signals {
    core: Arc<Core>,
    /// Of whose presence nobody could be told yet.
    untold: Mutex<HashMap<UserId, Presence>>,
}

impl Signals {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            untold: Mutex::default(),
        }
    }

    /// Says that the viewer types in a room, or has stopped. It ends by itself after a few seconds.
    pub async fn set_typing(&self, viewer: Viewer, room: RoomId, typing: bool) -> Result<()> {
        self.core.check_write(viewer)?;
        let (found, membership) = find_room(&self.core, viewer, room).await?;
        if !can_send_message(membership.as_ref()) {
            return Err(Error::Forbidden("Join this channel to write in it"));
        }
        check_open(&found)?;
        let now = self.core.now();
        check_not_muted(membership.as_ref(), now)?;
        self.core.typing.set(room, viewer.user_id, typing, now);
        Ok(())
    }

    /// Who else types in a room that the viewer may read.
    pub fn typing(&self, viewer: Viewer, room: RoomId) -> Vec<UserId> {
        let mut users = self.core.typing.users(room);
        users.retain(|user| *user != viewer.user_id);
        users
    }

    /// Says what the viewer is doing at the device that asks.
    pub fn set_presence(&self, viewer: Viewer, state: PresenceState) -> Result<()> {
        let away = match state {
            PresenceState::Online => false,
            PresenceState::Away => true,
            PresenceState::Offline => {
                return Err(Error::Invalid {
                    field: "state",
                    message: "Who is offline cannot say so: close the socket".to_owned(),
                });
            }
        };
        let attendance = &self.core.attendance;
        attendance.set_away(viewer.user_id, viewer.session_id, away);
        Ok(())
    }

    /// The viewer is connected until the lease is dropped.
    pub fn attend(&self, viewer: Viewer) -> Lease {
        self.core
            .attendance
            .attend(viewer.user_id, viewer.session_id)
    }

    /// What the viewer sees of these people; nothing of those with whom they share no room, and
    /// no state of those who are offline.
    pub async fn presences(
        &self,
        viewer: Viewer,
        users: Vec<UserId>,
    ) -> Result<Vec<(UserId, Option<PresenceState>)>> {
        let own = users.contains(&viewer.user_id).then_some(viewer.user_id);
        let mut connection = self.core.read().await?;
        let seen = connection.find_acquaintances(viewer.user_id, users).await?;
        let seen: HashSet<UserId> = seen.into_iter().chain(own).collect();
        let shown = |user| (user, self.core.attendance.shown(user));
        Ok(seen.into_iter().map(shown).collect())
    }
}

async fn find_room(core: &Core, viewer: Viewer, id: RoomId) -> Result<(Room, Option<Member>)> {
    let mut connection = core.read().await?;
    let room = connection.find_rooms(vec![id]).await?.pop();
    let room = room.ok_or(Error::NotFound("Room"))?;
    let membership = connection.find_member(id, viewer.user_id).await?;
    if !can_see_room(&room, membership.as_ref()) {
        return Err(Error::NotFound("Room"));
    }
    Ok((room, membership))
}

async fn check_reader(core: &Core, viewer: Viewer, room: RoomId) -> Result<()> {
    let (_, membership) = find_room(core, viewer, room).await?;
    if !can_read_messages(membership.as_ref()) {
        return Err(Error::Forbidden("Join this channel to read its messages"));
    }
    Ok(())
}
