//! What the tail promises, at queue sizes where it changes its state all the time, and with
//! announcements that are lost, doubled and out of order.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::{Feed, Hub, LiveSessions, NotAMember, Tail};
use crate::model::{
    Account, Event, EventKind, IdGenerator, Member, NewEvent, NewRoom, Position, Role, RoomId,
    RoomKind, Timestamp, User, UserId,
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
        let user = User {
            id: self.ids.next(NOW),
            username: username.to_owned(),
            display_name: username.to_owned(),
            created_at: NOW,
        };
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
    async fn commit(&self, room: RoomId, kinds: Vec<EventKind>) -> Vec<Event> {
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
        placed
    }

    fn messages(&self, room: RoomId, count: usize) -> Vec<EventKind> {
        (0..count)
            .map(|_| EventKind::MessageSent {
                room,
                message: self.ids.next(NOW),
            })
            .collect()
    }

    async fn hub(&self, queue: usize) -> (Arc<Hub>, Feed) {
        let sessions = Arc::new(LiveSessions::default());
        let started = Hub::start(self.database(), sessions, queue).await;
        let (hub, feed, _task) = started.expect("a hub");
        (hub, feed)
    }

    fn tail(&self, hub: &Arc<Hub>, user: UserId, room: Option<RoomId>, after: Position) -> Tail {
        Tail::new(self.database(), Arc::clone(hub), user, room, after)
    }
}

fn joins(room: RoomId, user: UserId) -> EventKind {
    EventKind::MemberJoined { room, user }
}

fn leaves(room: RoomId, user: UserId) -> EventKind {
    EventKind::MemberLeft { room, user }
}

/// The positions of the next events; anything that takes too long is a failure.
async fn read(tail: &mut Tail, count: usize) -> Vec<i64> {
    let mut positions = Vec::new();
    for _ in 0..count {
        let next = tokio::time::timeout(Duration::from_secs(30), tail.next());
        let event = next.await.expect("an event in time").expect("a member");
        positions.push(event.position.0);
    }
    positions
}

fn announce(feed: &Feed, mut batches: Vec<Vec<Event>>, random: &mut StdRng) {
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
    let (hub, feed) = world.hub(queue).await;
    let mut random = StdRng::seed_from_u64(queue as u64);
    let (user, room) = (world.person("alice").await, world.room("tea").await);
    let first = world.commit(room, vec![joins(room, user)]).await;
    feed.announce(first);
    let mut one = world.tail(&hub, user, Some(room), Position(0));
    let mut all = world.tail(&hub, user, None, Position(0));
    let mut last = 1;
    let mut heard = [read(&mut one, 1).await, read(&mut all, 1).await];
    for _ in 0..20 {
        let mut batches = Vec::new();
        for _ in 0..random.random_range(1..5) {
            let count = random.random_range(1..12);
            batches.push(world.commit(room, world.messages(room, count)).await);
            last += count;
        }
        announce(&feed, batches, &mut random);
        let some = random.random_range(0..=last - heard[0].len());
        heard[0].extend(read(&mut one, some).await);
    }
    for (heard, tail) in heard.iter_mut().zip([&mut one, &mut all]) {
        heard.extend(read(tail, last - heard.len()).await);
        assert_eq!(*heard, (1..=last as i64).collect::<Vec<_>>());
    }
}

async fn only_members_hear_and_only_from_when_they_joined(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let (hub, feed) = world.hub(queue).await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let (tea, coffee) = (world.room("tea").await, world.room("coffee").await);
    let commit = async |room, kinds| {
        let placed = world.commit(room, kinds).await;
        feed.announce(placed.clone());
        placed[0].position.0
    };
    let mut all = world.tail(&hub, bob, None, Position(0));
    let joined = commit(coffee, vec![joins(coffee, bob)]).await;
    assert_eq!(read(&mut all, 1).await, [joined]);
    let mut one = world.tail(&hub, bob, Some(coffee), Position(joined));
    commit(tea, vec![joins(tea, alice)]).await;
    commit(tea, world.messages(tea, 3)).await;
    let joined = commit(tea, vec![joins(tea, bob)]).await;
    let heard = commit(tea, world.messages(tea, 1)).await;
    assert_eq!(read(&mut all, 2).await, [joined, heard]);
    commit(tea, vec![leaves(tea, bob)]).await;
    commit(tea, world.messages(tea, 2)).await;
    let again = commit(tea, vec![joins(tea, bob)]).await;
    let heard = commit(coffee, world.messages(coffee, 1)).await;
    assert_eq!(read(&mut all, 2).await, [again, heard]);
    assert_eq!(read(&mut one, 1).await, [heard]);
    // From the beginning, what lies before the present membership is left out.
    let mut anew = world.tail(&hub, bob, None, Position(0));
    assert_eq!(read(&mut anew, 3).await, [1, again, heard]);
    commit(coffee, vec![leaves(coffee, bob)]).await;
    let end = tokio::time::timeout(Duration::from_secs(30), one.next()).await;
    assert!(matches!(end, Ok(Err(NotAMember))));
}

async fn nothing_falls_between_reading_and_live(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let world = Arc::new(world);
    let (hub, feed) = world.hub(queue).await;
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
        let mut tail = world.tail(&hub, user, None, Position(last));
        let expected: Vec<i64> = (last + 1..=last + 6).collect();
        assert_eq!(read(&mut tail, 6).await, expected, "round {round}");
        writer.await.expect("the writer");
        last += 6;
    }
}

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
    only_members_hear_and_only_from_when_they_joined
);
