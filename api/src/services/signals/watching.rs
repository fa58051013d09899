//! What sockets are told from when they ask on: how things are, and how that changes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::{SMALL_ROOM, Signals, check_reader};
use crate::model::{Presence, PresenceState, Receipt, RoomId, Timestamp, UserId};
use crate::realtime::{Ended, Failure, Interest, Signal, Snapshot, TakeSnapshot, Update, Watch};
use crate::services::core::{Core, Viewer};
use crate::services::error::{Error, Result};
use crate::storage;

/// How many people somebody hears of without asking for them by name.
const MOST_PEOPLE: i64 = 1_000;

/// How many people can be asked for by name.
const MOST_NAMES: usize = 500;

/// How many receipts a subscription begins with at most, and how old they may be: as long as may
/// lie between a query and the subscription that goes on from it.
const MOST_RECEIPTS: i64 = 100;
const RECENT: Duration = Duration::from_mins(1);

impl Signals {
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
                let receipts = receipts_since(&core, room, heard, at).await?;
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
                let (rooms, receipts) = own_receipts(&core, viewer, since).await?;
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
            async move { Ok(people_around(&core, viewer, people, with_the_absent).await?) }.boxed()
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

/// The one room that is watched, as long as the viewer is in it.
async fn still_in(
    core: &Core,
    viewer: Viewer,
    room: RoomId,
) -> std::result::Result<Vec<RoomId>, Failure> {
    let mut connection = core.database.read().await?;
    let member = connection.find_member(room, viewer.user_id).await?;
    let room = member.map(|_| vec![room]);
    room.ok_or(Failure::Ended(Ended::NotAMember))
}

/// All that somebody may have missed since they heard something; before that, the newest.
async fn receipts_since(
    core: &Core,
    room: RoomId,
    heard: Option<Timestamp>,
    at: Timestamp,
) -> storage::Result<Vec<Receipt>> {
    let mut connection = core.database.read().await?;
    if let Some(heard) = heard {
        return connection.list_receipts_since(room, heard - RECENT).await;
    }
    let mut receipts = connection.list_receipts(room, MOST_RECEIPTS).await?;
    receipts.retain(|receipt| receipt.read_at >= at - RECENT);
    Ok(receipts)
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
