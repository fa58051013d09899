//! What is only true for a while: who types, how far people have just read, who is there.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::members::check_not_muted;
use super::permissions::{can_read_messages, can_see_room, can_send_message};
use super::rooms::check_open;
use crate::model::{Member, Presence, PresenceState, Receipt, Room, RoomId, Timestamp, UserId};
use crate::realtime::{
    Ended, Interest, Lease, Reach, Signal, Snapshot, TakeSnapshot, Update, Watch,
};
use crate::storage;

/// In rooms with more members, the presence of people is told to those who ask for them by name.
const SMALL_ROOM: i32 = 200;

/// How many people somebody hears of without asking for them by name.
const MOST_PEOPLE: i64 = 1_000;

/// How many people can be asked for by name.
const MOST_NAMES: usize = 500;

/// How many receipts a subscription begins with at most, and how old they may be: as long as may
/// lie between a query and the subscription that goes on from it.
const MOST_RECEIPTS: i64 = 100;
const RECENT: Duration = Duration::from_mins(1);

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

    pub async fn watch_typing(&self, viewer: Viewer, room: RoomId) -> Result<Watch> {
        check_reader(&self.core, viewer, room).await?;
        let core = Arc::clone(&self.core);
        let take: TakeSnapshot = Arc::new(move |heard| {
            let core = Arc::clone(&core);
            async move {
                let at = core.now();
                let rooms = still_in(&core, viewer, room).await?;
                let mut users = core.typing.users(room);
                users.retain(|user| *user != viewer.user_id);
                // Whoever was told before has to hear of what is over, too.
                let is_news = heard.is_some() || !users.is_empty();
                let signal = is_news.then_some(Signal::Typing { room, users });
                Ok(snapshot(at, rooms, signal))
            }
            .boxed()
        });
        Ok(self.watch(viewer, Some(room), Interest::Typing, take))
    }

    /// How far everyone has read in a room; without one, how far the viewer has in all of theirs.
    pub async fn watch_receipts(&self, viewer: Viewer, room: Option<RoomId>) -> Result<Watch> {
        match room {
            Some(room) => self.watch_readers(viewer, room).await,
            None => Ok(self.watch_own_receipts(viewer)),
        }
    }

    async fn watch_readers(&self, viewer: Viewer, room: RoomId) -> Result<Watch> {
        check_reader(&self.core, viewer, room).await?;
        let core = Arc::clone(&self.core);
        let take: TakeSnapshot = Arc::new(move |heard| {
            let core = Arc::clone(&core);
            async move {
                let at = core.now();
                let rooms = still_in(&core, viewer, room).await?;
                let mut receipts = asked(list_receipts(&core, room).await)?;
                let since = heard.unwrap_or(at) - RECENT;
                receipts.retain(|receipt| receipt.read_at >= since);
                let signal = |receipt| Signal::Receipt { room, receipt };
                Ok(snapshot(at, rooms, receipts.into_iter().map(signal)))
            }
            .boxed()
        });
        Ok(self.watch(viewer, Some(room), Interest::Receipts, take))
    }

    fn watch_own_receipts(&self, viewer: Viewer) -> Watch {
        let core = Arc::clone(&self.core);
        let take: TakeSnapshot = Arc::new(move |heard| {
            let core = Arc::clone(&core);
            let at = core.now();
            let since = heard.unwrap_or(at) - RECENT;
            async move {
                let (rooms, receipts) = asked(own_receipts(&core, viewer, since).await)?;
                let signal = |(room, receipt)| Signal::Receipt { room, receipt };
                Ok(snapshot(at, rooms, receipts.into_iter().map(signal)))
            }
            .boxed()
        });
        self.watch(viewer, None, Interest::OwnReceipts, take)
    }

    /// `people` are those to watch; without, all who share a room of modest size with the viewer.
    pub fn watch_presence(&self, viewer: Viewer, people: Option<Vec<UserId>>) -> Result<Watch> {
        if people.as_ref().is_some_and(|all| all.len() > MOST_NAMES) {
            return Err(Error::Invalid {
                field: "userIds",
                message: format!("At most {MOST_NAMES} people"),
            });
        }
        let core = Arc::clone(&self.core);
        let asked_for = people.clone();
        let take: TakeSnapshot = Arc::new(move |heard| {
            let (core, people) = (Arc::clone(&core), asked_for.clone());
            // Whoever was told before has to hear of those who have gone, too.
            let with_the_absent = heard.is_some();
            async move { asked(people_around(&core, viewer, people, with_the_absent).await) }
                .boxed()
        });
        let mut watch = self.watch(viewer, None, Interest::Presence, take);
        watch.people = people.map(|people| people.into_iter().collect());
        Ok(watch)
    }

    fn watch(
        &self,
        viewer: Viewer,
        room: Option<RoomId>,
        interest: Interest,
        take_snapshot: TakeSnapshot,
    ) -> Watch {
        Watch {
            hub: Arc::clone(&self.core.hub),
            user: viewer.user_id,
            room,
            people: None,
            interest,
            take_snapshot,
            heard: Arc::default(),
        }
    }

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
    pub(super) async fn show_to(&self, other: UserId, user: UserId) -> Result<()> {
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

fn snapshot(
    at: Timestamp,
    rooms: Vec<RoomId>,
    signals: impl IntoIterator<Item = Signal>,
) -> Snapshot {
    let updates = signals
        .into_iter()
        .map(|signal| Update::Signal(signal.into()));
    Snapshot {
        at,
        rooms,
        updates: updates.collect(),
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

/// The one room that is watched, as long as the viewer is in it.
async fn still_in(
    core: &Core,
    viewer: Viewer,
    room: RoomId,
) -> std::result::Result<Vec<RoomId>, Ended> {
    let member = asked(find_member(core, viewer, room).await)?;
    member.map(|_| vec![room]).ok_or(Ended::NotAMember)
}

async fn find_member(core: &Core, viewer: Viewer, room: RoomId) -> storage::Result<Option<Member>> {
    let mut connection = core.database.read().await?;
    connection.find_member(room, viewer.user_id).await
}

async fn list_receipts(core: &Core, room: RoomId) -> storage::Result<Vec<Receipt>> {
    let mut connection = core.database.read().await?;
    connection.list_receipts(room, MOST_RECEIPTS).await
}

/// The viewer's rooms, and how far they have read in those where they have since then: in all of
/// them, or a device would not learn that another one has read everything.
async fn own_receipts(
    core: &Core,
    viewer: Viewer,
    since: Timestamp,
) -> storage::Result<(Vec<RoomId>, Vec<(RoomId, Receipt)>)> {
    let mut connection = core.database.read().await?;
    let rooms = connection.list_memberships(viewer.user_id).await?;
    let rooms = rooms.into_iter().map(|member| member.room_id).collect();
    let receipts = connection.list_own_receipts(viewer.user_id, since).await?;
    Ok((rooms, receipts))
}

async fn people_around(
    core: &Core,
    viewer: Viewer,
    people: Option<Vec<UserId>>,
    with_the_absent: bool,
) -> storage::Result<Snapshot> {
    let (user, at) = (viewer.user_id, core.now());
    let mut connection = core.database.read().await?;
    let rooms = connection.list_memberships(user).await?;
    let rooms = rooms.iter().map(|member| member.room_id).collect();
    let around = match people {
        Some(people) => connection.find_acquaintances(user, people).await?,
        None => {
            let around = connection.list_acquaintances(user, SMALL_ROOM, MOST_PEOPLE);
            around.await?
        }
    };
    let told = around.into_iter().filter_map(|user| {
        let absent = with_the_absent.then_some(PresenceState::Offline);
        let presence = Presence {
            state: core.attendance.shown(user).or(absent)?,
            last_seen_at: None,
        };
        Some(Signal::Presence { user, presence })
    });
    Ok(snapshot(at, rooms, told))
}

/// A database that fails ends what is watched: the client asks again.
fn asked<T>(answer: storage::Result<T>) -> std::result::Result<T, Ended> {
    answer.map_err(|error| {
        tracing::error!(%error, "cannot look how things are");
        Ended::Failed
    })
}
