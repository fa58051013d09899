//! Hands every committed event, in log order and once, to the subscribers whom it concerns.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::live_sessions::LiveSessions;
use crate::model::{Event, EventKind, Position, RoomId, UserId};
use crate::storage::{self, Database};

/// How long a commit whose announcement was lost, or that another node made, may go unnoticed.
const POLL: Duration = Duration::from_secs(1);

const PAGE: i64 = 256;

/// Where commits are announced. An announcement is only a hint: losing or reordering some costs
/// time, never an event.
#[derive(Clone)]
pub struct Feed(mpsc::UnboundedSender<Vec<Event>>);

impl Feed {
    pub fn announce(&self, committed: Vec<Event>) {
        // Without a hub nobody listens: the server is stopping.
        let _ = self.0.send(committed);
    }
}

pub struct Hub {
    subscribers: Mutex<Subscribers>,
    sessions: Arc<LiveSessions>,
    /// Every event up to here was handed out.
    position: AtomicI64,
    /// How many events wait for one subscriber before it is sent back to reading the log.
    queue: usize,
}

/// A subscriber's place in the hub. The queue closes when it overflows, and when its person
/// leaves a room.
pub(super) struct Place {
    hub: Arc<Hub>,
    id: u64,
    pub(super) queue: mpsc::Receiver<Arc<Event>>,
}

/// Tells that a person has left a room since one asked last.
pub(super) struct Departures {
    hub: Arc<Hub>,
    user: UserId,
    seen: Arc<AtomicBool>,
}

#[derive(Default)]
struct Subscribers {
    last_id: u64,
    by_id: HashMap<u64, Subscriber>,
    by_user: HashMap<UserId, HashSet<u64>>,
    by_room: HashMap<RoomId, HashSet<u64>>,
    departures: HashMap<UserId, Vec<Arc<AtomicBool>>>,
}

struct Subscriber {
    user: UserId,
    /// The one room to follow, or all that the person is in.
    scope: Option<RoomId>,
    rooms: HashSet<RoomId>,
    queue: mpsc::Sender<Arc<Event>>,
}

impl Hub {
    /// Starts following the log from its head. At most `queue` events wait for one subscriber.
    /// The task runs until the last `Feed` is dropped.
    pub async fn start(
        database: Arc<Database>,
        sessions: Arc<LiveSessions>,
        queue: usize,
    ) -> storage::Result<(Arc<Self>, Feed, JoinHandle<()>)> {
        let head = database.read().await?.log_head().await?;
        let hub = Arc::new(Self {
            subscribers: Mutex::default(),
            sessions,
            position: AtomicI64::new(head.0),
            queue,
        });
        let (sender, announced) = mpsc::unbounded_channel();
        let task = tokio::spawn(Arc::clone(&hub).follow(database, announced));
        Ok((hub, Feed(sender), task))
    }

    /// How far this node has followed the log: everything up to here is committed.
    pub fn position(&self) -> Position {
        Position(self.position.load(Ordering::Acquire))
    }

    /// Takes a place for what happens in `scope`, or in whatever room the person joins from now
    /// on. Rooms that they are in already come by [`Place::follow`].
    pub(super) fn enter(self: &Arc<Self>, user: UserId, scope: Option<RoomId>) -> Place {
        let (sender, queue) = mpsc::channel(self.queue);
        let subscriber = Subscriber {
            user,
            scope,
            rooms: HashSet::new(),
            queue: sender,
        };
        let id = self.lock().add(subscriber);
        Place {
            hub: Arc::clone(self),
            id,
            queue,
        }
    }

    pub(super) fn departures(self: &Arc<Self>, user: UserId) -> Departures {
        let seen = Arc::new(AtomicBool::new(false));
        self.lock()
            .departures
            .entry(user)
            .or_default()
            .push(Arc::clone(&seen));
        Departures {
            hub: Arc::clone(self),
            user,
            seen,
        }
    }

    async fn follow(
        self: Arc<Self>,
        database: Arc<Database>,
        mut announced: mpsc::UnboundedReceiver<Vec<Event>>,
    ) {
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let batch = tokio::select! {
                batch = announced.recv() => match batch {
                    Some(batch) => batch,
                    None => return,
                },
                _ = poll.tick() => Vec::new(),
            };
            let position = self.position();
            let next = Position(position.0 + 1);
            if batch.first().is_some_and(|event| event.position == next) {
                self.distribute(batch);
            } else if batch.last().is_none_or(|event| event.position > position)
                && let Err(error) = self.read_on(&database).await
            {
                tracing::error!(%error, "cannot read the event log; trying again");
            }
        }
    }

    async fn read_on(&self, database: &Database) -> storage::Result<()> {
        loop {
            let page = database
                .read()
                .await?
                .list_events(self.position(), PAGE)
                .await?;
            let last_page = (page.len() as i64) < PAGE;
            self.distribute(page);
            if last_page {
                return Ok(());
            }
        }
    }

    fn distribute(&self, events: Vec<Event>) {
        let mut subscribers = self.lock();
        for event in events {
            let position = event.position.0;
            match event.kind {
                EventKind::SessionEnded { session } => self.sessions.end(session),
                EventKind::MemberJoined { room, user } => subscribers.join(user, room),
                EventKind::MemberLeft { room, user } => subscribers.depart(user, room),
                EventKind::MessageSent { .. }
                | EventKind::MessageEdited { .. }
                | EventKind::MessageDeleted { .. } => {}
            }
            if let Some(room) = event.kind.room() {
                subscribers.deliver(room, &Arc::new(event));
            }
            self.position.store(position, Ordering::Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Subscribers> {
        self.subscribers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Adds the events of these rooms.
    pub(super) fn follow<'a>(&self, rooms: impl IntoIterator<Item = &'a RoomId>) {
        let mut subscribers = self.hub.lock();
        for room in rooms {
            subscribers.follow(self.id, *room);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.lock().remove(self.id);
    }
}

impl Departures {
    /// Whether there was one since the last call.
    pub(super) fn take(&self) -> bool {
        self.seen.swap(false, Ordering::AcqRel)
    }
}

impl Drop for Departures {
    fn drop(&mut self) {
        let mut subscribers = self.hub.lock();
        if let Some(all) = subscribers.departures.get_mut(&self.user) {
            all.retain(|seen| !Arc::ptr_eq(seen, &self.seen));
            if all.is_empty() {
                subscribers.departures.remove(&self.user);
            }
        }
    }
}

impl Subscribers {
    fn add(&mut self, subscriber: Subscriber) -> u64 {
        self.last_id += 1;
        self.by_user
            .entry(subscriber.user)
            .or_default()
            .insert(self.last_id);
        self.by_id.insert(self.last_id, subscriber);
        self.last_id
    }

    fn remove(&mut self, id: u64) {
        let Some(subscriber) = self.by_id.remove(&id) else {
            return;
        };
        remove_from(&mut self.by_user, &subscriber.user, id);
        for room in &subscriber.rooms {
            remove_from(&mut self.by_room, room, id);
        }
    }

    fn follow(&mut self, id: u64, room: RoomId) {
        if let Some(subscriber) = self.by_id.get_mut(&id)
            && subscriber.scope.is_none_or(|scope| scope == room)
        {
            subscriber.rooms.insert(room);
            self.by_room.entry(room).or_default().insert(id);
        }
    }

    fn join(&mut self, user: UserId, room: RoomId) {
        for id in self.of_user(user) {
            self.follow(id, room);
        }
    }

    /// What waits for the person may be of the room that they have left, so they read anew.
    fn depart(&mut self, user: UserId, room: RoomId) {
        for seen in self.departures.get(&user).into_iter().flatten() {
            seen.store(true, Ordering::Release);
        }
        for id in self.of_user(user) {
            if self
                .by_id
                .get(&id)
                .is_some_and(|subscriber| subscriber.rooms.contains(&room))
            {
                self.remove(id);
            }
        }
    }

    fn deliver(&mut self, room: RoomId, event: &Arc<Event>) {
        let mut overflowed = Vec::new();
        for id in self.by_room.get(&room).into_iter().flatten() {
            let subscriber = &self.by_id[id];
            if subscriber.queue.try_send(Arc::clone(event)).is_err() {
                overflowed.push(*id);
            }
        }
        for id in overflowed {
            self.remove(id);
        }
    }

    fn of_user(&self, user: UserId) -> Vec<u64> {
        self.by_user
            .get(&user)
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }
}

fn remove_from<Key: std::hash::Hash + Eq>(
    index: &mut HashMap<Key, HashSet<u64>>,
    key: &Key,
    id: u64,
) {
    if let Some(ids) = index.get_mut(key) {
        ids.remove(&id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}
