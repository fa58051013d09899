//! Following what is not kept: the subscriber is told how things are, and then what changes.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use super::audience::{Audience, Render};
use super::ended::{Ended, Failure, Patience};
use super::hub::{AudienceKey, Departures, Hub, Place};
use super::subscriber::Outlet;
use super::tail::Step;
use super::update::{Interest, Update};
use crate::model::{Position, RoomId, Timestamp, UserId};

/// How things are for a subscriber at a time.
pub struct Snapshot {
    pub at: Timestamp,
    /// Where to listen.
    pub rooms: Vec<RoomId>,
    /// What is worth saying.
    pub updates: Vec<Update>,
}

/// Looks how things are, for somebody who has not heard what changed since then, or who has heard
/// nothing yet.
pub type TakeSnapshot =
    Arc<dyn Fn(Option<Timestamp>) -> BoxFuture<'static, Result<Snapshot, Failure>> + Send + Sync>;

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
    /// What changed since may not have been heard; nothing was told before there is such a time.
    pub heard: Arc<Mutex<Option<Timestamp>>>,
}

/// A subscriber on its way to be live.
pub struct Watcher<O> {
    watch: Watch,
    audience: Arc<Audience>,
    outlet: O,
    departures: Departures,
    updates: VecDeque<Update>,
    /// Held since before the snapshot of that time.
    place: Option<(Place, Timestamp)>,
    has_looked_again: bool,
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
            departures: self.hub.departures(self.user),
            watch: self,
            outlet,
            updates: VecDeque::new(),
            place: None,
            has_looked_again: false,
        }
    }

    /// What changed since then may not have been heard.
    pub fn has_heard_until(&self, time: Timestamp) {
        *self.heard() = Some(time);
    }

    fn heard(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O: Outlet + Clone> Watcher<O> {
    /// What to do next, after everything that was to be sent is sent. A database that fails is
    /// asked again until it answers.
    pub async fn next(&mut self) -> Result<Step, Ended> {
        let mut patience = Patience::default();
        loop {
            if self.departures.take() {
                self.forget_what_was_seen();
            }
            if let Some(update) = self.updates.pop_front() {
                return Ok(Step::Send(update));
            }
            if let Some((place, at)) = self.place.take()
                && place.release(Position::default())
            {
                self.watch.has_heard_until(at);
                return Ok(Step::Live(place));
            }
            let looked = self.look().await;
            patience.wait_if_failed(looked).await?;
        }
    }

    /// Looks once more, since the last update cannot be shown to the person: they may have left a
    /// room meanwhile. False if that was done before, and there is no point.
    pub fn look_again(&mut self) -> bool {
        let again = !std::mem::replace(&mut self.has_looked_again, true);
        if again {
            self.forget_what_was_seen();
        }
        again
    }

    /// What was seen may be of a room that the person has left.
    fn forget_what_was_seen(&mut self) {
        self.updates.clear();
        self.place = None;
    }

    /// Takes the place first, so that nothing falls between the snapshot and what follows.
    async fn look(&mut self) -> Result<(), Failure> {
        let watch = &self.watch;
        let place = watch.hub.enter(
            watch.user,
            watch.room,
            watch.people.clone(),
            Arc::clone(&self.audience),
            Box::new(self.outlet.clone()),
        );
        let heard = *watch.heard();
        let before = (watch.take_snapshot)(heard).await?;
        place.follow(&before.rooms);
        // Once more, for who left a room before it was followed.
        let snapshot = (watch.take_snapshot)(heard).await?;
        if snapshot
            .rooms
            .iter()
            .all(|room| before.rooms.contains(room))
            && snapshot.rooms.len() == before.rooms.len()
        {
            watch.heard().get_or_insert(snapshot.at);
            self.updates = snapshot.updates.into();
            self.place = Some((place, snapshot.at));
        }
        Ok(())
    }
}
