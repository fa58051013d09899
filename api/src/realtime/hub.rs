//! Hands every committed event, in log order and once, to the subscribers whom it concerns.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

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
    /// Every event up to here was handed out.
    position: AtomicI64,
    /// How many events wait for one subscriber before it is sent back to reading the log.
    queue: usize,
}

/// A subscriber's place in the hub. The queue closes when it overflows.
pub(super) struct Registration {
    hub: Arc<Hub>,
    id: u64,
    pub(super) queue: mpsc::Receiver<Arc<Event>>,
}

#[derive(Default)]
struct Subscribers {
    last_id: u64,
    by_id: HashMap<u64, Subscriber>,
    by_user: HashMap<UserId, HashSet<u64>>,
    by_room: HashMap<RoomId, HashSet<u64>>,
}

struct Subscriber {
    user: UserId,
    rooms: HashSet<RoomId>,
    queue: mpsc::Sender<Arc<Event>>,
}

impl Hub {
    /// Starts following the log from its head. At most `queue` events wait for one subscriber.
    pub async fn start(
        database: Arc<Database>,
        queue: usize,
    ) -> storage::Result<(Arc<Self>, Feed)> {
        let head = database.read().await?.log_head().await?;
        let position = AtomicI64::new(head.0);
        let hub = Arc::new(Self {
            subscribers: Mutex::default(),
            position,
            queue,
        });
        let (sender, announced) = mpsc::unbounded_channel();
        tokio::spawn(Arc::clone(&hub).follow(database, announced));
        Ok((hub, Feed(sender)))
    }

    /// How far this node has followed the log: everything up to here is committed.
    pub fn position(&self) -> Position {
        Position(self.position.load(Ordering::Acquire))
    }

    /// Registers for what happens to this person (joining and leaving), and nothing else yet.
    pub(super) fn register(self: &Arc<Self>, user: UserId) -> Registration {
        let (sender, queue) = mpsc::channel(self.queue);
        let id = self.lock().add(Subscriber {
            user,
            rooms: HashSet::new(),
            queue: sender,
        });
        Registration {
            hub: Arc::clone(self),
            id,
            queue,
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
            subscribers.deliver(&Arc::new(event));
            self.position.store(position, Ordering::Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Subscribers> {
        self.subscribers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registration {
    /// Adds the events of these rooms.
    pub(super) fn follow_rooms(&self, rooms: impl IntoIterator<Item = RoomId>) {
        let mut subscribers = self.hub.lock();
        for room in rooms {
            subscribers.enter(self.id, room);
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.hub.lock().remove(self.id);
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

    fn enter(&mut self, id: u64, room: RoomId) {
        if let Some(subscriber) = self.by_id.get_mut(&id) {
            subscriber.rooms.insert(room);
            self.by_room.entry(room).or_default().insert(id);
        }
    }

    fn leave(&mut self, id: u64, room: RoomId) {
        if let Some(subscriber) = self.by_id.get_mut(&id) {
            subscriber.rooms.remove(&room);
            remove_from(&mut self.by_room, &room, id);
        }
    }

    fn deliver(&mut self, event: &Arc<Event>) {
        let room = event.room_id;
        let concerned = match event.kind {
            EventKind::MemberJoined(user) | EventKind::MemberLeft(user) => self.by_user.get(&user),
            EventKind::MessageSent(_) => None,
        };
        let concerned: Vec<u64> = concerned.into_iter().flatten().copied().collect();
        let mut receivers: HashSet<u64> = self.by_room.get(&room).cloned().unwrap_or_default();
        receivers.extend(&concerned);
        for id in receivers {
            let Some(subscriber) = self.by_id.get(&id) else {
                continue;
            };
            if subscriber.queue.try_send(Arc::clone(event)).is_err() {
                self.remove(id);
            }
        }
        for id in concerned {
            match event.kind {
                EventKind::MemberJoined(_) => self.enter(id, room),
                _ => self.leave(id, room),
            }
        }
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
