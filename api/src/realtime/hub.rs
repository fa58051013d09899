//! Follows the log and hands every committed event, in log order and once, to the audiences
//! whom it concerns.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::audience::{Audience, Render};
use super::entries::read_entries;
use super::index::Index;
use super::live_sessions::LiveSessions;
use super::subscriber::{Behind, Outlet, Subscriber};
use super::update::{Entry, Interest, Reach, Signal};
use super::writers::Writers;
use crate::model::{Clock, EventKind, Position, RoomId, UserId};
use crate::storage::{self, Database};

/// How long a commit whose announcement was lost, or that another node made, may go unnoticed.
const POLL: Duration = Duration::from_secs(1);

const PAGE: i64 = 256;

const FEW_AUDIENCES: usize = 64;

/// Where commits are announced. An announcement is only a hint: losing or reordering some costs
/// time, never an event.
#[derive(Clone)]
pub struct Feed(mpsc::UnboundedSender<Vec<Entry>>);

impl Feed {
    pub fn announce(&self, committed: Vec<Entry>) {
        // Without a hub nobody listens: the server is stopping.
        let _ = self.0.send(committed);
    }
}

/// Names how an audience is rendered for: of those who follow the same, whoever gives the same key
/// hears the same.
pub type AudienceKey = [u8; 32];

pub struct Hub {
    index: Mutex<Index>,
    audiences: Mutex<Audiences>,
    clock: Arc<dyn Clock>,
    writers: Writers,
    next_writer: AtomicUsize,
    sessions: Arc<LiveSessions>,
    /// Every event up to here was handed out.
    position: AtomicI64,
    /// How many signals there were.
    signals: AtomicI64,
}

#[derive(Default)]
struct Audiences {
    by_key: HashMap<(AudienceKey, Interest), Weak<Audience>>,
    /// How many there may be before those are looked for that are gone: so that a crowd does not pay
    /// for everyone who is there, each time that one comes.
    sweep_at: usize,
}

/// A live subscription. Dropping it ends the deliveries.
pub struct Place {
    hub: Arc<Hub>,
    id: u64,
    subscriber: Arc<Subscriber>,
}

/// Tells that a person has left a room since one asked last.
pub(super) struct Departures {
    hub: Arc<Hub>,
    user: UserId,
    seen: Arc<AtomicBool>,
}

impl Hub {
    /// Starts following the log from its head, with so many tasks that write to sockets. The
    /// task runs until the last `Feed` is dropped.
    pub async fn start(
        database: Arc<Database>,
        sessions: Arc<LiveSessions>,
        clock: Arc<dyn Clock>,
        writers: usize,
    ) -> storage::Result<(Arc<Self>, Feed, JoinHandle<()>)> {
        let head = database.read().await?.log_head().await?;
        let hub = Arc::new(Self {
            index: Mutex::new(Index::new(writers)),
            audiences: Mutex::default(),
            clock,
            writers: Writers::start(writers),
            next_writer: AtomicUsize::new(0),
            sessions,
            position: AtomicI64::new(head.0),
            signals: AtomicI64::new(0),
        });
        let (sender, announced) = mpsc::unbounded_channel();
        let task = tokio::spawn(Arc::clone(&hub).follow(database, announced));
        Ok((hub, Feed(sender), task))
    }

    /// How far this node has followed the log: everything up to here is committed.
    pub fn position(&self) -> Position {
        Position(self.position.load(Ordering::Acquire))
    }

    /// The audience of that key and interest, which starts with its first member.
    pub(super) fn audience<R: Render>(
        &self,
        key: AudienceKey,
        interest: Interest,
        render: impl FnOnce() -> R,
    ) -> Arc<Audience> {
        let mut audiences = lock(&self.audiences);
        let key = (key, interest);
        if let Some(audience) = audiences.by_key.get(&key).and_then(Weak::upgrade) {
            return audience;
        }
        let audience = Audience::start(interest, render(), self.writers.clone());
        let audience = Arc::new(audience);
        audiences.insert(key, &audience);
        audience
    }

    /// Takes a place for what happens in `scope`, or in whatever room the person joins from now
    /// on. Rooms that they are in already come by [`Place::follow`]; what happens is held until
    /// [`Place::release`].
    pub(super) fn enter(
        self: &Arc<Self>,
        user: UserId,
        scope: Option<RoomId>,
        people: Option<HashSet<UserId>>,
        audience: Arc<Audience>,
        outlet: Box<dyn Outlet>,
    ) -> Place {
        let writer = self.next_writer.fetch_add(1, Ordering::Relaxed) % self.writers.count();
        let clock = Arc::clone(&self.clock);
        let subscriber = Arc::new(Subscriber::new(user, people, writer, clock, outlet));
        let id = lock(&self.index).add(Arc::clone(&subscriber), audience, scope);
        Place {
            hub: Arc::clone(self),
            id,
            subscriber,
        }
    }

    /// Tells those who watch it in these rooms, each of them once. Nothing is kept.
    pub fn signal(&self, signal: Signal, rooms: &[(RoomId, Reach)]) {
        let index = lock(&self.index);
        let number = Position(self.signals.fetch_add(1, Ordering::Relaxed) + 1);
        let signal = Arc::new(signal);
        for (room, reach) in rooms {
            index.signal(*room, number, &signal, reach);
        }
    }

    pub(super) fn departures(self: &Arc<Self>, user: UserId) -> Departures {
        Departures {
            hub: Arc::clone(self),
            user,
            seen: lock(&self.index).departures(user),
        }
    }

    async fn follow(
        self: Arc<Self>,
        database: Arc<Database>,
        mut announced: mpsc::UnboundedReceiver<Vec<Entry>>,
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
            let starts_at = |entry: &Entry| entry.event.position == next;
            if batch.first().is_some_and(starts_at) {
                self.distribute(batch);
            } else if batch
                .last()
                .is_none_or(|last| last.event.position > position)
                && let Err(error) = self.read_on(&database).await
            {
                tracing::error!(%error, "cannot read the event log; trying again");
            }
        }
    }

    async fn read_on(&self, database: &Database) -> storage::Result<()> {
        loop {
            let mut connection = database.read().await?;
            let page = connection.list_events(self.position(), PAGE).await?;
            let last_page = (page.len() as i64) < PAGE;
            let entries = read_entries(&mut connection, page).await?;
            drop(connection);
            self.distribute(entries);
            if last_page {
                return Ok(());
            }
        }
    }

    fn distribute(&self, entries: Vec<Entry>) {
        let mut index = lock(&self.index);
        for entry in entries {
            let entry = Arc::new(entry);
            match entry.event.kind {
                EventKind::SessionEnded { session } => self.sessions.end(session),
                EventKind::MemberJoined { room, user } => index.join(user, room),
                EventKind::MemberLeft { room, user } => index.depart(user, room),
                EventKind::MessageSent { .. }
                | EventKind::MessageEdited { .. }
                | EventKind::MessageDeleted { .. }
                | EventKind::ReactionsChanged { .. }
                | EventKind::RoomChanged { .. }
                | EventKind::MemberChanged { .. }
                | EventKind::ThreadChanged { .. }
                | EventKind::DraftChanged { .. }
                | EventKind::ScheduledMessagesChanged { .. } => {}
            }
            match (entry.event.kind.room(), entry.event.kind.private_to()) {
                (Some(room), Some(user)) => index.recall(user, room),
                (Some(room), None) => index.announce(room, &entry),
                (None, _) => {}
            }
            self.position
                .store(entry.event.position.0, Ordering::Release);
        }
    }
}

impl Audiences {
    fn insert(&mut self, key: (AudienceKey, Interest), audience: &Arc<Audience>) {
        if self.by_key.len() >= self.sweep_at {
            self.by_key.retain(|_, other| other.strong_count() > 0);
            self.sweep_at = FEW_AUDIENCES.max(2 * self.by_key.len());
        }
        self.by_key.insert(key, Arc::downgrade(audience));
    }
}

impl Place {
    /// Adds the events of these rooms.
    pub(super) fn follow<'a>(&self, rooms: impl IntoIterator<Item = &'a RoomId>) {
        let mut index = lock(&self.hub.index);
        for room in rooms {
            index.follow(self.subscriber.user, self.id, *room);
        }
    }

    /// Goes live after everything up to `read_to` was sent. False if too much happened since.
    pub(super) fn release(&self, read_to: Position) -> bool {
        self.subscriber.release(read_to)
    }

    /// Once the client has fallen behind, or its person has left a room: from where to go on.
    pub fn fallen_behind(&self) -> Option<Behind> {
        self.subscriber.fallen_behind()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.hub.index).remove(self.subscriber.user, self.id);
        // What is on its way to it already must not reach whoever takes its id next.
        self.subscriber.end();
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
        lock(&self.hub.index).forget_departures(self.user, &self.seen);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
