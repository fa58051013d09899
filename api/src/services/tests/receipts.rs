//! What devices hear of how far people have read, when they fall behind and when rooms are left.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::world::World;
use crate::model::{Room, RoomId};
use crate::realtime::{Outlet, Payload, Place, Render, Signal, Step, Update, Watch, Watcher};
use crate::services::messages::MessageDraft;
use crate::services::rooms::RoomReference;
use crate::services::{Services, Viewer};
use crate::storage::fixture::Backend;

impl World {
    /// Says so much in a room.
    async fn talk(&self, author: Viewer, room: &Room, count: usize) {
        talk(&self.services, author, room, count).await;
    }

    async fn read(&self, reader: Viewer, room: &Room, seq: i64) {
        let marked = self.services.receipts.mark_read(reader, room.id, seq).await;
        marked.expect("a membership");
    }

    /// A device that follows all of somebody's rooms.
    async fn own_receipts_of(&self, viewer: Viewer) -> Device {
        let watch = self.services.signals.watch_receipts(viewer, None).await;
        Device::new(watch.unwrap_or_else(|error| panic!("{error}")))
    }

    async fn settle(&self) {
        self.services.signals.settle().await.expect("a query");
    }
}

async fn talk(services: &Services, author: Viewer, room: &Room, count: usize) {
    for number in 0..count {
        let draft = MessageDraft {
            room_id: room.id,
            thread_root: None,
            body: number.to_string(),
            client_id: None,
            reply_to: None,
        };
        let sent = services.messages.send(author, draft).await;
        sent.expect("a message");
    }
}

/// What is sent to a device, and not taken yet.
#[derive(Default)]
struct Inbox {
    waiting: Mutex<VecDeque<Bytes>>,
    changed: Notify,
}

#[derive(Clone)]
struct Way {
    to: Arc<Inbox>,
    /// Nothing more gets through.
    is_blocked: Arc<Mutex<bool>>,
}

impl Outlet for Way {
    fn offer(&self, payloads: &[Payload]) -> bool {
        let is_blocked = *self.is_blocked.lock().expect("a lock");
        if !is_blocked {
            let payloads = payloads.iter().map(|payload| payload.bytes.clone());
            self.to.waiting.lock().expect("a lock").extend(payloads);
        }
        self.to.changed.notify_one();
        !is_blocked
    }

    fn wake(&self) {
        self.to.changed.notify_one();
    }
}

struct Plain;

impl Render for Plain {
    fn render(&mut self, update: Update) -> BoxFuture<'_, Option<Bytes>> {
        async move { Some(shown(&update).into()) }.boxed()
    }
}

/// Where somebody has read, who it is, and how far.
fn shown(update: &Update) -> String {
    let Update::Signal(signal) = update else {
        panic!("{update:?}");
    };
    let Signal::Receipt { room, receipt } = &**signal else {
        panic!("{signal:?}");
    };
    told(*room, receipt.user_id, receipt.last_read_seq)
}

fn told(room: RoomId, user: crate::model::UserId, seq: i64) -> String {
    format!("{room:?} {user:?} {seq}")
}

struct Device {
    watch: Watch,
    way: Way,
    stage: Stage,
}

enum Stage {
    Looking(Box<Watcher<Way>>),
    Live(Place),
}

impl Device {
    fn new(watch: Watch) -> Self {
        let way = Way {
            to: Arc::default(),
            is_blocked: Arc::default(),
        };
        let watcher = watch.clone().start([0; 32], || Plain, way.clone());
        Self {
            watch,
            way,
            stage: Stage::Looking(Box::new(watcher)),
        }
    }

    /// What it hears next, or nothing once it is live and nothing is there.
    async fn step(&mut self) -> Option<String> {
        loop {
            match &mut self.stage {
                Stage::Looking(watcher) => match watcher.next().await {
                    Ok(Step::Send(update)) => return Some(shown(&update)),
                    Ok(Step::Live(place)) => self.stage = Stage::Live(place),
                    Ok(Step::Rest) => {}
                    Err(ended) => panic!("{ended:?}"),
                },
                Stage::Live(place) => {
                    let is_behind = place.fallen_behind().is_some();
                    let payload = self.way.to.waiting.lock().expect("a lock").pop_front();
                    match payload {
                        Some(bytes) => {
                            return Some(String::from_utf8(bytes.to_vec()).expect("text"));
                        }
                        None if is_behind => self.look_again(),
                        None => return None,
                    }
                }
            }
        }
    }

    fn look_again(&mut self) {
        let (watch, way) = (self.watch.clone(), self.way.clone());
        let watcher = watch.start([0; 32], || Plain, way);
        self.stage = Stage::Looking(Box::new(watcher));
    }

    /// Everything up to this.
    async fn until(&mut self, last: &str) -> Vec<String> {
        let heard = async {
            let mut heard = Vec::new();
            while heard.last().is_none_or(|one| one != last) {
                match self.step().await {
                    Some(one) => heard.push(one),
                    None => self.way.to.changed.notified().await,
                }
            }
            heard
        };
        let heard = tokio::time::timeout(Duration::from_secs(30), heard).await;
        heard.unwrap_or_else(|_| panic!("{last} did not come"))
    }

    /// Waits until its server has heard of all that was committed.
    async fn level(&self, world: &World) {
        let mut connection = world.fixture.database.read().await.expect("a connection");
        let head = connection.log_head().await.expect("a query");
        let level = async {
            while self.watch.hub.position() < head {
                tokio::task::yield_now().await;
            }
        };
        let level = tokio::time::timeout(Duration::from_secs(30), level).await;
        level.expect("a hub that follows the log");
    }

    /// Waits until nothing gets through to it and it knows.
    async fn fall_behind(&mut self) {
        let Stage::Live(place) = &self.stage else {
            panic!("it has not been live");
        };
        let behind = async {
            while place.fallen_behind().is_none() {
                self.way.to.changed.notified().await;
            }
        };
        let behind = tokio::time::timeout(Duration::from_secs(30), behind).await;
        behind.expect("too slow a device");
    }
}

async fn whoever_was_behind_for_long_is_told_all_of_it(backend: Backend) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let room = world.channel(alice, "tea").await;
    world.join(bob, &room).await;
    world.talk(alice, &room, 3).await;
    let watch = world
        .services
        .signals
        .watch_receipts(alice, Some(room.id))
        .await;
    let mut device = Device::new(watch.unwrap_or_else(|error| panic!("{error}")));
    let told = |seq| told(room.id, bob.user_id, seq);
    world.read(bob, &room, 1).await;
    device.until(&told(1)).await;
    assert_eq!(device.step().await, None);
    *device.way.is_blocked.lock().expect("a lock") = true;
    world.read(bob, &room, 2).await;
    world.settle().await;
    device.fall_behind().await;
    // Only now does the device read again.
    world.clock.forward(Duration::from_mins(10));
    *device.way.is_blocked.lock().expect("a lock") = false;
    device.until(&told(2)).await;
}

async fn ones_own_devices_hear_of_ones_own_rooms(backend: Backend) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let tea = world.channel(alice, "tea").await;
    world.join(bob, &tea).await;
    world.talk(alice, &tea, 9).await;
    let mut device = world.own_receipts_of(bob).await;
    assert_eq!(device.step().await, None);
    let told = |room: &Room, seq| told(room.id, bob.user_id, seq);
    // Alice's is settled first, and would be heard first.
    world.read(alice, &tea, 9).await;
    world.settle().await;
    world.read(bob, &tea, 1).await;
    world.read(bob, &tea, 3).await;
    world.settle().await;
    assert_eq!(device.until(&told(&tea, 3)).await, [told(&tea, 3)]);
    let milk = world.channel(alice, "milk").await;
    world.talk(alice, &milk, 2).await;
    world.join(bob, &milk).await;
    world.talk(alice, &milk, 2).await;
    world.read(bob, &milk, 3).await;
    world.settle().await;
    device.until(&told(&milk, 3)).await;
    // What was read just before one left is not told afterwards, when its turn comes.
    world.read(bob, &tea, 5).await;
    let left = world.services.rooms.leave(bob, tea.id).await;
    left.expect("a membership");
    device.level(&world).await;
    // It has fallen back, and is live again.
    while device.step().await.is_some() {}
    world.settle().await;
    world.read(bob, &milk, 4).await;
    world.settle().await;
    let heard = device.until(&told(&milk, 4)).await;
    assert!(!heard.contains(&told(&tea, 5)), "{heard:?}");
    assert_eq!(device.step().await, None);
}

async fn what_was_read_before_it_was_heard_that_one_joined_is_told(backend: Backend) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let tea = world.channel(alice, "tea").await;
    let mut device = world.own_receipts_of(bob).await;
    assert_eq!(device.step().await, None);
    // Another server's: this one hears of it when it looks at the log.
    let other = world.beside().await;
    let joined = other.rooms.join(bob, RoomReference::Channel(tea.id)).await;
    joined.expect("a membership");
    talk(&other, alice, &tea, 2).await;
    world.read(bob, &tea, 2).await;
    world.settle().await;
    device.until(&told(tea.id, bob.user_id, 2)).await;
}

async fn whoever_reads_everything_at_once_is_told_all_of_it(backend: Backend) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let mut expected = Vec::new();
    for number in 0..130 {
        let room = world.channel(alice, &format!("room-{number}")).await;
        world.join(bob, &room).await;
        world.talk(alice, &room, 1).await;
        world.read(bob, &room, 1).await;
        expected.push(told(room.id, bob.user_id, 1));
    }
    let mut device = world.own_receipts_of(bob).await;
    let last = expected.last().expect("a room").clone();
    assert_eq!(device.until(&last).await, expected);
}

macro_rules! on_both_databases {
    ($($case:ident),* $(,)?) => {$(
        mod $case {
            use super::Backend;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$case(Backend::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$case(Backend::Postgres).await;
            }
        }
    )*};
}

on_both_databases!(
    whoever_was_behind_for_long_is_told_all_of_it,
    ones_own_devices_hear_of_ones_own_rooms,
    what_was_read_before_it_was_heard_that_one_joined_is_told,
    whoever_reads_everything_at_once_is_told_all_of_it,
);
