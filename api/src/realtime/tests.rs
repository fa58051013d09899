//! What a subscriber is promised, at queue sizes where it changes its state all the time, and
//! with announcements that are lost, doubled and out of order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use tokio::sync::Notify;

use super::{
    Ended, Entry, Feed, Follow, Hub, Interest, LiveSessions, Outlet, Payload, Place, Render, Step,
    Tail, Update,
};
use crate::model::{
    Account, EventKind, IdGenerator, Member, NewEvent, NewRoom, Position, Role, RoomId, RoomKind,
    SystemClock, Timestamp, User, UserId,
};
use crate::storage::Database;
use crate::storage::fixture::{Backend, Fixture};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

struct World {
    fixture: Fixture,
    ids: IdGenerator,
}

impl World {
    async fn open(backend: Backend) -> Option<Self> {
        let fixture = Fixture::open(backend).await?;
        Some(Self {
            fixture,
            ids: IdGenerator::from_seed([3; 32]),
        })
    }

    fn database(&self) -> Arc<Database> {
        Arc::clone(&self.fixture.database)
    }

    async fn person(&self, username: &str) -> UserId {
        let name = || username.to_owned();
        let user = User::new(self.ids.next(NOW), name(), name(), NOW);
        let account = Account {
            user,
            password_hash: String::new(),
        };
        let mut transaction = self.fixture.database.begin().await.expect("a transaction");
        assert!(
            transaction
                .insert_account(&account)
                .await
                .expect("an account")
        );
        transaction.commit().await.expect("a commit");
        account.user.id
    }

    async fn room(&self, name: &str) -> RoomId {
        let new = NewRoom {
            id: self.ids.next(NOW),
            kind: RoomKind::Channel,
            name: name.to_owned(),
            topic: None,
            pair: None,
        };
        let mut transaction = self.fixture.database.begin().await.expect("a transaction");
        transaction
            .insert_room(&new, NOW)
            .await
            .expect("a query")
            .expect("a new room");
        transaction.commit().await.expect("a commit");
        new.id
    }

    /// Commits these as one, and gives the events back unannounced.
    async fn commit(&self, room: RoomId, kinds: Vec<EventKind>) -> Vec<Entry> {
        let mut transaction = self.fixture.database.begin().await.expect("a transaction");
        for kind in &kinds {
            match *kind {
                EventKind::MemberJoined { user: user_id, .. } => {
                    let (role, joined_at) = (Role::Member, NOW);
                    let joined_position = Position::default();
                    let member = Member {
                        room_id: room,
                        user_id,
                        role,
                        joined_at,
                        joined_position,
                        last_read_seq: 0,
                        muted_until: None,
                        mute_reason: None,
                        last_sent_at: None,
                    };
                    assert!(transaction.insert_member(&member).await.expect("a query"));
                }
                EventKind::MemberLeft { user, .. } => {
                    assert!(
                        transaction
                            .delete_member(room, user)
                            .await
                            .expect("a query")
                    );
                }
                EventKind::MessageSent { .. }
                | EventKind::MessageEdited { .. }
                | EventKind::MessageDeleted { .. }
                | EventKind::ReactionsChanged { .. }
                | EventKind::RoomChanged { .. }
                | EventKind::MemberChanged { .. }
                | EventKind::ThreadChanged { .. }
                | EventKind::DraftChanged { .. }
                | EventKind::ScheduledMessagesChanged { .. }
                | EventKind::SessionEnded { .. } => {}
            }
        }
        let new = kinds.iter().map(|kind| NewEvent {
            at: NOW,
            kind: *kind,
        });
        let placed = transaction
            .append_events(new.collect())
            .await
            .expect("positions");
        transaction
            .place_new_members(room, placed[0].position)
            .await
            .expect("a query");
        transaction.commit().await.expect("a commit");
        let entry = |event| Entry {
            event,
            message: None,
        };
        placed.into_iter().map(entry).collect()
    }

    fn messages(&self, room: RoomId, count: usize) -> Vec<EventKind> {
        (0..count)
            .map(|_| EventKind::MessageSent {
                room,
                message: self.ids.next(NOW),
            })
            .collect()
    }

    async fn hub(&self) -> (Arc<Hub>, Feed) {
        let sessions = Arc::new(LiveSessions::default());
        let started = Hub::start(self.database(), sessions, Arc::new(SystemClock), 2).await;
        let (hub, feed, _task) = started.expect("a hub");
        (hub, feed)
    }

    /// A client that takes at most `queue` live payloads before it falls behind.
    fn client(&self, hub: &Arc<Hub>, what: Following, queue: usize) -> Client {
        let Following(user, room, interest, after) = what;
        let follow = Follow {
            database: self.database(),
            hub: Arc::clone(hub),
            user,
            room,
            interest,
            after,
        };
        let inbox = Arc::new(Inbox {
            most: queue,
            waiting: Mutex::default(),
            changed: Notify::new(),
        });
        Client {
            stage: Stage::Reading(Box::new(read(&follow, &inbox))),
            follow,
            inbox,
            heard: VecDeque::new(),
        }
    }
}

/// Who follows which rooms, how, and after which position.
struct Following(UserId, Option<RoomId>, Interest, Position);

/// What is sent to a client, and not taken yet.
struct Inbox {
    most: usize,
    waiting: Mutex<VecDeque<Payload>>,
    changed: Notify,
}

#[derive(Clone)]
struct InboxOutlet(Arc<Inbox>);

impl Outlet for InboxOutlet {
    fn offer(&self, payloads: &[Payload]) -> bool {
        let mut waiting = self.0.waiting.lock().expect("a lock");
        let fits = waiting.len() + payloads.len() <= self.0.most;
        if fits {
            waiting.extend(payloads.iter().cloned());
        }
        self.0.changed.notify_one();
        fits
    }

    fn wake(&self) {
        self.0.changed.notify_one();
    }
}

/// Renders an event as its position, and counts how often.
#[derive(Clone, Default)]
struct Positions(Arc<AtomicUsize>);

impl Render for Positions {
    fn render(&mut self, update: Update) -> BoxFuture<'_, Option<Bytes>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let positions = positions(&update);
        async move { Some(Bytes::from(positions[0].to_string())) }.boxed()
    }
}

fn positions(update: &Update) -> Vec<i64> {
    match update {
        Update::Entry(entry) => vec![entry.event.position.0],
        Update::Signal(_) => Vec::new(),
        Update::Batch(batch) => batch
            .entries
            .iter()
            .map(|one| one.event.position.0)
            .collect(),
    }
}

fn read(follow: &Follow, inbox: &Arc<Inbox>) -> Tail<InboxOutlet> {
    let outlet = InboxOutlet(Arc::clone(inbox));
    follow.clone().read([0; 32], Positions::default, outlet)
}

struct Client {
    follow: Follow,
    inbox: Arc<Inbox>,
    heard: VecDeque<i64>,
    stage: Stage,
}

enum Stage {
    Reading(Box<Tail<InboxOutlet>>),
    Live(Place),
}

impl Client {
    async fn next(&mut self) -> Result<i64, Ended> {
        loop {
            if let Some(position) = self.heard.pop_front() {
                return Ok(position);
            }
            self.step().await?;
        }
    }

    async fn step(&mut self) -> Result<(), Ended> {
        match &mut self.stage {
            Stage::Reading(tail) => match tail.next().await? {
                Step::Send(update) => self.heard.extend(positions(&update)),
                Step::Rest => {}
                Step::Live(place) => self.stage = Stage::Live(place),
            },
            Stage::Live(place) => {
                let behind = place.fallen_behind();
                let payload = self.inbox.waiting.lock().expect("a lock").pop_front();
                match (payload, behind) {
                    (Some(payload), _) => self.heard.push_back(payload.position.0),
                    (None, Some(behind)) => {
                        self.follow.after = behind.sent_to;
                        self.stage = Stage::Reading(Box::new(read(&self.follow, &self.inbox)));
                    }
                    (None, None) => self.inbox.changed.notified().await,
                }
            }
        }
        Ok(())
    }
}

fn everything(user: UserId, room: Option<RoomId>, after: i64) -> Following {
    Following(user, room, Interest::Everything, Position(after))
}

fn joins(room: RoomId, user: UserId) -> EventKind {
    EventKind::MemberJoined { room, user }
}

fn leaves(room: RoomId, user: UserId) -> EventKind {
    EventKind::MemberLeft { room, user }
}

/// The positions of the next events; anything that takes too long is a failure.
async fn hear(client: &mut Client, count: usize) -> Vec<i64> {
    let mut positions = Vec::new();
    for _ in 0..count {
        let next = tokio::time::timeout(Duration::from_secs(30), client.next());
        positions.push(next.await.expect("an event in time").expect("a member"));
    }
    positions
}

fn announce(feed: &Feed, mut batches: Vec<Vec<Entry>>, random: &mut StdRng) {
    batches.shuffle(random);
    for batch in batches {
        for _ in 0..random.random_range(0..=2) {
            feed.announce(batch.clone());
        }
    }
}

async fn everything_arrives_once_and_in_order(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let (hub, feed) = world.hub().await;
    let mut random = StdRng::seed_from_u64(queue as u64);
    let (user, room) = (world.person("alice").await, world.room("tea").await);
    let first = world.commit(room, vec![joins(room, user)]).await;
    feed.announce(first);
    let mut one = world.client(&hub, everything(user, Some(room), 0), queue);
    let mut all = world.client(&hub, everything(user, None, 0), queue);
    let mut last = 1;
    let mut heard = [hear(&mut one, 1).await, hear(&mut all, 1).await];
    for _ in 0..20 {
        let mut batches = Vec::new();
        for _ in 0..random.random_range(1..5) {
            let count = random.random_range(1..12);
            batches.push(world.commit(room, world.messages(room, count)).await);
            last += count;
        }
        announce(&feed, batches, &mut random);
        let some = random.random_range(0..=last - heard[0].len());
        heard[0].extend(hear(&mut one, some).await);
    }
    for (heard, client) in heard.iter_mut().zip([&mut one, &mut all]) {
        heard.extend(hear(client, last - heard.len()).await);
        assert_eq!(*heard, (1..=last as i64).collect::<Vec<_>>());
    }
}

async fn several_rooms_are_heard_in_log_order(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let (hub, feed) = world.hub().await;
    let user = world.person("alice").await;
    let rooms = [world.room("tea").await, world.room("coffee").await];
    let mut last = 0;
    for room in rooms {
        feed.announce(world.commit(room, vec![joins(room, user)]).await);
        last += 1;
    }
    let mut all = world.client(&hub, everything(user, None, last), queue);
    let mut random = StdRng::seed_from_u64(queue as u64);
    for _ in 0..30 {
        let count = random.random_range(1..=20);
        for _ in 0..count {
            let room = rooms[random.random_range(0..rooms.len())];
            feed.announce(world.commit(room, world.messages(room, 1)).await);
        }
        let expected: Vec<i64> = (last + 1..=last + count).collect();
        assert_eq!(hear(&mut all, count as usize).await, expected);
        last += count;
    }
}

async fn only_members_hear_and_only_from_when_they_joined(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let (hub, feed) = world.hub().await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let (tea, coffee) = (world.room("tea").await, world.room("coffee").await);
    let commit = async |room, kinds| {
        let placed = world.commit(room, kinds).await;
        feed.announce(placed.clone());
        placed[0].event.position.0
    };
    let mut all = world.client(&hub, everything(bob, None, 0), queue);
    let joined = commit(coffee, vec![joins(coffee, bob)]).await;
    assert_eq!(hear(&mut all, 1).await, [joined]);
    let mut one = world.client(&hub, everything(bob, Some(coffee), joined), queue);
    commit(tea, vec![joins(tea, alice)]).await;
    commit(tea, world.messages(tea, 3)).await;
    let joined = commit(tea, vec![joins(tea, bob)]).await;
    let heard = commit(tea, world.messages(tea, 1)).await;
    assert_eq!(hear(&mut all, 2).await, [joined, heard]);
    let left = commit(tea, vec![leaves(tea, bob)]).await;
    commit(tea, world.messages(tea, 2)).await;
    let again = commit(tea, vec![joins(tea, bob)]).await;
    let heard = commit(coffee, world.messages(coffee, 1)).await;
    assert_eq!(hear(&mut all, 3).await, [left, again, heard]);
    assert_eq!(hear(&mut one, 1).await, [heard]);
    // From the beginning, what lies before the present membership is left out.
    let mut anew = world.client(&hub, everything(bob, None, 0), queue);
    assert_eq!(hear(&mut anew, 4).await, [1, left, again, heard]);
    commit(coffee, vec![leaves(coffee, bob)]).await;
    let end = tokio::time::timeout(Duration::from_secs(30), one.next()).await;
    assert!(matches!(end, Ok(Err(Ended::NotAMember))));
}

async fn nothing_falls_between_reading_and_live(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let world = Arc::new(world);
    let (hub, feed) = world.hub().await;
    let user = world.person("alice").await;
    let mut last = 0;
    for round in 0..25 {
        let room = world.room(&format!("room {round}")).await;
        let writer = tokio::spawn({
            let (world, feed) = (Arc::clone(&world), feed.clone());
            async move {
                feed.announce(world.commit(room, vec![joins(room, user)]).await);
                for _ in 0..5 {
                    feed.announce(world.commit(room, world.messages(room, 1)).await);
                }
            }
        });
        // Joining, sending and subscribing all happen at once.
        let mut tail = world.client(&hub, everything(user, None, last), queue);
        let expected: Vec<i64> = (last + 1..=last + 6).collect();
        assert_eq!(hear(&mut tail, 6).await, expected, "round {round}");
        writer.await.expect("the writer");
        last += 6;
    }
}

/// Runs cases at each size of a client's queue: the smallest, and one that is rarely full.
macro_rules! at_every_queue_size {
    ($($case:ident),*) => {$(
        mod $case {
            use super::Backend;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                for queue in [1, 2, 64] {
                    super::$case(Backend::Sqlite, queue).await;
                }
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                for queue in [1, 2, 64] {
                    super::$case(Backend::Postgres, queue).await;
                }
            }
        }
    )*};
}

at_every_queue_size!(
    everything_arrives_once_and_in_order,
    nothing_falls_between_reading_and_live,
    several_rooms_are_heard_in_log_order,
    only_members_hear_and_only_from_when_they_joined
);

mod convergence;
mod long_log;
mod reading_again;
