//! Telling others what has changed.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::{SMALL_ROOM, Signals};
use crate::model::{Presence, PresenceState, RoomId, Timestamp, UserId};
use crate::realtime::{Reach, Signal};
use crate::services::error::Result;

impl Signals {
    /// Tells what has changed since the last call. To be called a few times a second.
    pub async fn settle(&self) -> Result<()> {
        self.core.typing.expire(self.core.now());
        self.core.read_marks.settle();
        let mut changes = std::mem::take(&mut *self.untold());
        changes.extend(self.core.attendance.settle());
        if changes.is_empty() {
            return Ok(());
        }
        let told = self.tell_presence(&changes).await;
        if told.is_err() {
            *self.untold() = changes;
        }
        told
    }

    /// Tells one person how another's presence looks to them from now on.
    pub(in crate::services) async fn show_to(&self, other: UserId, user: UserId) -> Result<()> {
        let mut connection = self.core.read().await?;
        let mut rooms = connection.list_memberships(other).await?;
        let ids = rooms.drain(..).map(|member| member.room_id).collect();
        let shared = connection.find_memberships(vec![user], ids).await?;
        // Once is enough: they follow all their rooms.
        let Some(room) = shared.first().map(|member| member.room_id) else {
            return Ok(());
        };
        let seen = connection.find_acquaintances(other, vec![user]).await?;
        let state = self.core.attendance.shown(user);
        let presence = Presence {
            state: state
                .filter(|_| !seen.is_empty())
                .unwrap_or(PresenceState::Offline),
            last_seen_at: None,
        };
        let signal = Signal::Presence { user, presence };
        let reach = Reach::AboutTo(other, user);
        self.core.hub.signal(signal, &[(room, reach)]);
        Ok(())
    }

    async fn tell_presence(&self, changes: &HashMap<UserId, Presence>) -> Result<()> {
        self.remember_last_seen(changes).await?;
        let users: Vec<UserId> = changes.keys().copied().collect();
        let mut connection = self.core.read().await?;
        let mut blocked: HashMap<UserId, Vec<UserId>> = HashMap::new();
        for (blocker, other) in connection.find_blocked(users.clone()).await? {
            blocked.entry(blocker).or_default().push(other);
        }
        let but = |(user, others): (UserId, Vec<UserId>)| (user, Arc::from(others));
        let blocked: HashMap<UserId, Arc<[UserId]>> = blocked.into_iter().map(but).collect();
        let mut in_rooms: HashMap<UserId, Vec<(RoomId, Reach)>> = HashMap::new();
        for (user, room, members) in connection.list_rooms_of_users(users).await? {
            let but = blocked.get(&user).cloned().unwrap_or_default();
            let reach = if members <= SMALL_ROOM {
                Reach::About(user, but)
            } else {
                Reach::AboutByName(user, but)
            };
            in_rooms.entry(user).or_default().push((room, reach));
        }
        for (user, presence) in changes {
            let rooms = in_rooms.remove(user).unwrap_or_default();
            let signal = Signal::Presence {
                user: *user,
                presence: *presence,
            };
            self.core.hub.signal(signal, &rooms);
        }
        Ok(())
    }

    fn untold(&self) -> MutexGuard<'_, HashMap<UserId, Presence>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn remember_last_seen(&self, changes: &HashMap<UserId, Presence>) -> Result<()> {
        let mut seen: HashMap<Timestamp, Vec<UserId>> = HashMap::new();
        for (user, presence) in changes {
            if let Some(at) = presence.last_seen_at {
                seen.entry(at).or_default().push(*user);
            }
        }
        if seen.is_empty() {
            return Ok(());
        }
        let mut transaction = self.core.begin().await?;
        for (at, users) in seen {
            transaction.update_last_seen(users, at).await?;
        }
        transaction.commit().await
    }
}
