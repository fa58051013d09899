//! Following what is not kept: the subscriber is told how things are, and then what changes.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::audience::{Audience, Render};
use super::hub::{AudienceKey, Hub, Place};
use super::subscriber::Outlet;
use super::tail::{Ended, Step};
use super::update::{Interest, Update};
use crate::model::{Position, RoomId, UserId};

/// How things are for a subscriber at a time.
pub struct Snapshot {
    /// Where to listen.
    pub rooms: Vec<RoomId>,
    /// What is worth saying.
    pub updates: Vec<Update>,
}

/// Looks how things are.
pub type TakeSnapshot = Arc<dyn Fn() -> BoxFuture<'static, Result<Snapshot, Ended>> + Send + Sync>;

/// What someone watches.
#[derive(Clone)]
pub struct Watch {
    pub hub: Arc<Hub>,
    pub user: UserId,
    /// The one room to watch, or all of the person's.
    pub room: Option<RoomId>,
    /// The people to watch, when not all.
    pub people: Option<HashSet<UserId>>,
    pub interest: Interest,
    pub take_snapshot: TakeSnapshot,
}

/// A subscriber on its way to be live.
pub struct Watcher<O> {
    watch: Watch,
    audience: Arc<Audience>,
    outlet: O,
    updates: VecDeque<Update>,
    place: Option<Place>,
}

impl Watch {
    /// Starts. Once live, the subscriber is one of the audience of that key.
    pub fn start<R: Render, O>(
        self,
        key: AudienceKey,
        render: impl FnOnce() -> R,
        outlet: O,
    ) -> Watcher<O> {
        Watcher {
            audience: self.hub.audience(key, self.interest, render),
            watch: self,
            outlet,
            updates: VecDeque::new(),
            place: None,
        }
    }
}

impl<O: Outlet + Clone> Watcher<O> {
    /// What to do next, after everything that was to be sent is sent.
    pub async fn next(&mut self) -> Result<Step, Ended> {
        loop {
            if let Some(update) = self.updates.pop_front() {
                return Ok(Step::Send(update));
            }
            if let Some(place) = self.place.take()
                && place.release(Position::default())
            {
                return Ok(Step::Live(place));
            }
            self.look().await?;
        }
    }

    /// Takes the place first, so that nothing falls between the snapshot and what follows.
    async fn look(&mut self) -> Result<(), Ended> {
        let watch = &self.watch;
        let place = watch.hub.enter(
            watch.user,
            watch.room,
            watch.people.clone(),
            Arc::clone(&self.audience),
            Box::new(self.outlet.clone()),
        );
        let before = (watch.take_snapshot)().await?;
        place.follow(&before.rooms);
        // Once more, for who left a room before it was followed.
        let snapshot = (watch.take_snapshot)().await?;
        if snapshot
            .rooms
            .iter()
            .all(|room| before.rooms.contains(room))
            && snapshot.rooms.len() == before.rooms.len()
        {
            self.updates = snapshot.updates.into();
            self.place = Some(place);
        }
        Ok(())
    }
}
