//! Random people talk, come and go while their clients, which hold one or two payloads, pause and
//! begin anew: each must hear of everything once, in log order, and of nothing that happened
//! while its person was not there.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicI64;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::mpsc::{
    UnboundedReceiver, UnboundedSender, error::TryRecvError, unbounded_channel,
};

use super::*;

const CASES: u64 = 10;
const PEOPLE: usize = 3;
const ROOMS: usize = 3;
/// So many clients has each of the people.
const CLIENTS: usize = 2;

#[derive(Clone, Copy)]
enum Command {
    Pause,
    Resume,
    /// Loses what it has not taken, and goes on from what it heard last.
    Cut,
}

async fn clients_hear_what_they_should(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let (hub, feed) = world.hub().await;
    let first = variable("CAUSERIE_TEST_SEED").unwrap_or(queue as u64);
    let cases = variable("CAUSERIE_TEST_CASES").unwrap_or(CASES);
    let mut returns = 0;
    for seed in (first..=u64::MAX).take(cases as usize) {
        let seed = Seed(seed);
        returns += play(&world, &hub, &feed, queue, &seed).await;
    }
    assert!(queue > 2 || returns > 0, "nobody ever fell behind");
}

/// How often clients fell behind.
async fn play(world: &World, hub: &Arc<Hub>, feed: &Feed, queue: usize, seed: &Seed) -> usize {
    let random = StdRng::seed_from_u64(seed.0);
    let mut scene = Scene::begin(world, feed, random, seed.0).await;
    let end = AtomicI64::new(0);
    let (mut wires, mut clients) = (Vec::new(), Vec::new());
    for person in scene.people.clone() {
        for _ in 0..CLIENTS {
            let (wire, commands) = unbounded_channel();
            wires.push(wire);
            let client = world.client(hub, everything(person, None, scene.base), queue);
            clients.push(listen(client, commands, &end));
        }
    }
    let listening = futures_util::future::join_all(clients);
    let patience = Duration::from_secs(60);
    let both = futures_util::future::join(listening, scene.act(wires, &end));
    let (heard, ()) = tokio::time::timeout(patience, both)
        .await
        .expect("an end in time");
    for (number, (heard, _)) in heard.iter().enumerate() {
        scene.check(scene.people[number / CLIENTS], heard);
    }
    heard.iter().map(|(_, returns)| returns).sum()
}

/// What happens, and what has happened.
struct Scene<'a> {
    world: &'a World,
    feed: &'a Feed,
    random: StdRng,
    people: Vec<UserId>,
    rooms: Vec<RoomId>,
    /// Where everybody is at the end.
    last_room: RoomId,
    there: HashSet<(RoomId, UserId)>,
    /// Committed, and not announced yet.
    quiet: Vec<Vec<Entry>>,
    /// The position before the first event.
    base: i64,
    log: Vec<EventKind>,
}

impl<'a> Scene<'a> {
    async fn begin(world: &'a World, feed: &'a Feed, random: StdRng, seed: u64) -> Self {
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            people.push(world.person(&format!("{number} of {seed}")).await);
        }
        let mut rooms = Vec::new();
        for number in 0..=ROOMS {
            rooms.push(world.room(&format!("{number} of {seed}")).await);
        }
        let mut connection = world.database().read().await.expect("a connection");
        Self {
            world,
            feed,
            random,
            people,
            last_room: rooms.pop().expect("a room"),
            rooms,
            there: HashSet::new(),
            quiet: Vec::new(),
            base: connection.log_head().await.expect("a query").0,
            log: Vec::new(),
        }
    }

    async fn act(&mut self, wires: Vec<UnboundedSender<Command>>, end: &AtomicI64) {
        for _ in 0..self.random.random_range(10..80) {
            let room = self.rooms[self.random.random_range(0..ROOMS)];
            match self.random.random_range(0..11) {
                0..4 => {
                    let count = self.random.random_range(1..6);
                    self.commit(room, self.world.messages(room, count)).await;
                }
                4..6 => self.come_or_go(room).await,
                6 => self.whisper(room).await,
                _ => {
                    let commands = [Command::Pause, Command::Resume, Command::Cut];
                    let command = commands[self.random.random_range(0..commands.len())];
                    let wire = &wires[self.random.random_range(0..wires.len())];
                    // A client that has ended is missed when it is waited for.
                    let _ = wire.send(command);
                }
            }
            if self.random.random_bool(0.5) {
                announce(self.feed, std::mem::take(&mut self.quiet), &mut self.random);
            }
            tokio::task::yield_now().await;
        }
        drop(wires);
        let room = self.last_room;
        for user in self.people.clone() {
            self.commit(room, vec![joins(room, user)]).await;
        }
        end.store(self.base + self.log.len() as i64 + 1, Ordering::SeqCst);
        self.commit(room, self.world.messages(room, 1)).await;
        announce(self.feed, std::mem::take(&mut self.quiet), &mut self.random);
    }

    async fn come_or_go(&mut self, room: RoomId) {
        let user = self.people[self.random.random_range(0..PEOPLE)];
        let event = match self.there.remove(&(room, user)) {
            true => leaves(room, user),
            false => {
                self.there.insert((room, user));
                joins(room, user)
            }
        };
        self.commit(room, vec![event]).await;
    }

    /// Something happens that one of those who are there hears of, and nobody else.
    async fn whisper(&mut self, room: RoomId) {
        let user = self.people[self.random.random_range(0..PEOPLE)];
        if self.there.contains(&(room, user)) {
            let root = self.world.ids.next(NOW);
            let event = EventKind::ThreadChanged { room, user, root };
            self.commit(room, vec![event]).await;
        }
    }

    async fn commit(&mut self, room: RoomId, kinds: Vec<EventKind>) {
        self.log.extend_from_slice(&kinds);
        let placed = self.world.commit(room, kinds).await;
        let last = placed.last().expect("an event").event.position.0;
        assert_eq!(last, self.base + self.log.len() as i64);
        self.quiet.push(placed);
    }

    fn check(&self, person: UserId, heard: &[i64]) {
        assert!(heard.is_sorted_by(|one, next| one < next), "{heard:?}");
        let mut rest: HashSet<i64> = heard.iter().copied().collect();
        for stay in self.stays(person) {
            let told: Vec<i64> = stay
                .iter()
                .copied()
                .filter(|one| rest.remove(one))
                .collect();
            let last = *stay.last().expect("an event");
            let left =
                matches!(self.at(last), EventKind::MemberLeft { user, .. } if user == person);
            let is_right = match told.split_last() {
                // Whoever was away while they left hears only that they have.
                Some((end, before)) if left => *end == last && stay.starts_with(before),
                _ => told == stay,
            };
            assert!(is_right, "heard {told:?}\nof {stay:?}");
        }
        assert!(rest.is_empty(), "heard without being there: {rest:?}");
    }

    /// The positions of what happened in a room while somebody was there, each time.
    fn stays(&self, person: UserId) -> Vec<Vec<i64>> {
        let (mut present, mut past) = (HashMap::<RoomId, Vec<i64>>::new(), Vec::new());
        for (position, kind) in (self.base + 1..).zip(&self.log) {
            let room = kind.room().expect("a room");
            if matches!(kind, EventKind::MemberJoined { user, .. } if *user == person) {
                present.insert(room, Vec::new());
            }
            let is_theirs = kind.private_to().is_none_or(|to| to == person);
            if let Some(stay) = present.get_mut(&room)
                && is_theirs
            {
                stay.push(position);
            }
            if matches!(kind, EventKind::MemberLeft { user, .. } if *user == person) {
                past.extend(present.remove(&room));
            }
        }
        past.extend(present.into_values());
        past
    }

    fn at(&self, position: i64) -> EventKind {
        self.log[(position - self.base - 1) as usize]
    }
}

/// Does what it is told, and reads up to the end. What it heard, and how often it fell behind.
async fn listen(
    mut client: Client,
    mut commands: UnboundedReceiver<Command>,
    end: &AtomicI64,
) -> (Vec<i64>, usize) {
    let (mut heard, mut returns, mut is_reading) = (Vec::new(), 0, true);
    while heard.last() != Some(&end.load(Ordering::SeqCst)) {
        let command = match is_reading {
            true => commands.try_recv(),
            false => commands.recv().await.ok_or(TryRecvError::Disconnected),
        };
        match command {
            Ok(Command::Pause) => is_reading = false,
            Ok(Command::Resume) => is_reading = true,
            Ok(Command::Cut) => begin_anew(&mut client, heard.last().copied()),
            Err(TryRecvError::Disconnected) => is_reading = true,
            Err(TryRecvError::Empty) => {}
        }
        if !is_reading {
            continue;
        }
        let was_live = matches!(client.stage, Stage::Live(_));
        client.step().await.expect("a client of all rooms");
        returns += usize::from(was_live && matches!(client.stage, Stage::Reading(_)));
        heard.extend(client.heard.drain(..));
    }
    (heard, returns)
}

fn begin_anew(client: &mut Client, after: Option<i64>) {
    if let Some(after) = after {
        client.follow.after = Position(after);
    }
    client.inbox = Arc::new(Inbox {
        most: client.inbox.most,
        waiting: Mutex::default(),
        changed: Notify::new(),
    });
    client.stage = Stage::Reading(Box::new(read(&client.follow, &client.inbox)));
}

/// Says how a failure happens again.
struct Seed(u64);

impl Drop for Seed {
    #[expect(clippy::print_stderr, reason = "libtest shows it with the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("CAUSERIE_TEST_SEED={} makes it happen again", self.0);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are set up through the environment"
)]
fn variable(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}

at_every_queue_size!(clients_hear_what_they_should);
