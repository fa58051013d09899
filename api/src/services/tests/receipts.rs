//! What devices hear of how far people have read, when they fall behind and when rooms are left.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::world::{World, on_both};
use crate::model::{Clock, Room, RoomId, Timestamp};
use crate::realtime::{
    Failure, Outlet, Payload, Place, Render, Signal, Step, Update, Watch, Watcher,
};
use crate::services::messages::MessageDraft;
use crate::services::rooms::RoomReference;
use crate::services::{Services, Viewer};
use crate::storage;

impl World {
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

/// Says so much in a room.
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
                    let behind = place.fallen_behind();
                    let payload = self.way.to.waiting.lock().expect("a lock").pop_front();
                    match payload {
                        Some(bytes) => {
                            return Some(String::from_utf8(bytes.to_vec()).expect("text"));
                        }
                        None => match behind {
                            Some(behind) => self.look_again(behind.since),
                            None => return None,
                        },
                    }
                }
            }
        }
    }

    fn look_again(&mut self, since: Timestamp) {
        self.watch.has_heard_until(since);
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

async fn whoever_was_behind_for_long_is_told_all_of_it(world: World) {
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let room = world.channel(alice, "tea").await;
    world.join(bob, &room).await;
    talk(&world.services, alice, &room, 3).await;
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

/// What was read while a device heard everything is not told it again.
async fn whoever_falls_behind_after_long_is_told_what_is_new(world: World) {
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let [tea, milk] = [
        world.channel(alice, "tea").await,
        world.channel(alice, "milk").await,
    ];
    for room in [&tea, &milk] {
        world.join(bob, room).await;
        talk(&world.services, alice, room, 2).await;
    }
    let mut device = world.own_receipts_of(bob).await;
    assert_eq!(device.step().await, None);
    world.read(bob, &tea, 1).await;
    world.settle().await;
    device.until(&told(tea.id, bob.user_id, 1)).await;
    world.clock.forward(Duration::from_hours(1));
    *device.way.is_blocked.lock().expect("a lock") = true;
    world.read(bob, &milk, 1).await;
    world.settle().await;
    device.fall_behind().await;
    *device.way.is_blocked.lock().expect("a lock") = false;
    let last = told(milk.id, bob.user_id, 1);
    assert_eq!(device.until(&last).await, [last]);
}

async fn whoever_was_behind_hears_of_everyone_in_a_large_room(world: World) {
    let alice = world.person("alice").await;
    let room = world.channel(alice, "tea").await;
    let watch = world.services.signals.watch_receipts(alice, Some(room.id));
    let watch = watch.await.unwrap_or_else(|error| panic!("{error}"));
    let mut readers = Vec::new();
    for number in 0..101 {
        let reader = world.person(&format!("reader-{number}")).await;
        world.join(reader, &room).await;
        readers.push(reader);
    }
    talk(&world.services, alice, &room, 1).await;
    let mut expected = Vec::new();
    for reader in readers {
        world.read(reader, &room, 1).await;
        expected.push(told(room.id, reader.user_id, 1));
    }
    watch.has_heard_until(world.clock.now());
    let mut device = Device::new(watch);
    let mut heard = Vec::new();
    while let Some(one) = device.step().await {
        heard.push(one);
    }
    heard.sort_unstable();
    expected.sort_unstable();
    assert_eq!(heard, expected);
}

async fn a_database_that_fails_is_asked_again(world: World) {
    let alice = world.person("alice").await;
    let mut watch = world.services.signals.watch_receipts(alice, None).await;
    let watch = watch.as_mut().unwrap_or_else(|error| panic!("{error}"));
    let (look, has_failed) = (Arc::clone(&watch.take_snapshot), AtomicBool::new(false));
    watch.take_snapshot = Arc::new(move |heard| {
        if has_failed.swap(true, Ordering::Relaxed) {
            return look(heard);
        }
        let failure = storage::Error::Connection("cut".to_owned());
        async { Err(Failure::Storage(failure)) }.boxed()
    });
    let mut device = Device::new(watch.clone());
    assert_eq!(device.step().await, None);
    assert!(matches!(device.stage, Stage::Live(_)));
}

async fn ones_own_devices_hear_of_ones_own_rooms(world: World) {
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let tea = world.channel(alice, "tea").await;
    world.join(bob, &tea).await;
    talk(&world.services, alice, &tea, 9).await;
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
    talk(&world.services, alice, &milk, 2).await;
    world.join(bob, &milk).await;
    talk(&world.services, alice, &milk, 2).await;
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

async fn what_was_read_before_it_was_heard_that_one_joined_is_told(world: World) {
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

async fn whoever_reads_everything_at_once_is_told_all_of_it(world: World) {
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let mut expected = Vec::new();
    for number in 0..130 {
        let room = world.channel(alice, &format!("room-{number}")).await;
        world.join(bob, &room).await;
        talk(&world.services, alice, &room, 1).await;
        world.read(bob, &room, 1).await;
        expected.push(told(room.id, bob.user_id, 1));
    }
    let mut device = world.own_receipts_of(bob).await;
    let last = expected.last().expect("a room").clone();
    assert_eq!(device.until(&last).await, expected);
}

on_both! {
    whoever_falls_behind_after_long_is_told_what_is_new
    whoever_was_behind_hears_of_everyone_in_a_large_room
    a_database_that_fails_is_asked_again
    whoever_was_behind_for_long_is_told_all_of_it
    ones_own_devices_hear_of_ones_own_rooms
    what_was_read_before_it_was_heard_that_one_joined_is_told
    whoever_reads_everything_at_once_is_told_all_of_it
}
