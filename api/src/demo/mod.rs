//! A believable community for whoever wants to look around: `causerie demo`.

mod cast;
mod clock;
mod grammar;
mod script;
mod stage;

use std::error::Error as _;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::model::{ProfileChanges, RoomId, RoomKind, Status, Timestamp, UserId};
use crate::services::accounts::Registration;
use crate::services::rooms::{RoomChanges, RoomDraft};
use crate::services::{self, Services, Viewer};
use cast::{Cast, Person, Place};
pub use clock::DemoClock;
use script::Scene;
use stage::Stage;

/// Everybody's in the demo.
pub const PASSWORD: &str = "look around";

/// How many mark rooms as read at once.
const READERS: usize = 32;

/// What the demo is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The same seed gives the same people, rooms and texts.
    pub seed: u64,
    pub messages: u32,
}

/// What there is now, and how to look at it.
pub struct Filled {
    pub usernames: Vec<&'static str>,
    pub rooms: usize,
    pub direct_rooms: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("somebody is registered here already: the demo fills an empty database only")]
    NotEmpty,
    #[error("cannot fill the database: {}", because(.0))]
    Failed(#[from] services::Error),
}

fn because(error: &services::Error) -> String {
    match error.source() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other, third] = [0, 1, 2].map(|at| self.usernames.get(at).unwrap_or(&""));
        let (people, rooms) = (self.usernames.len(), self.rooms);
        let direct = self.direct_rooms;
        write!(
            f,
            "Log in as {one}, {other}, {third} or another; everybody's password is \"{PASSWORD}\".\n\
             There are {people} people, {rooms} rooms and {direct} direct rooms"
        )
    }
}

/// Fills an empty database, and tells `progress` ten times how many messages were sent.
///
/// # Errors
/// `NotEmpty` when somebody is registered. Whatever was done before another error stays.
pub async fn fill(
    services: &Services,
    clock: &DemoClock,
    now: Timestamp,
    plan: Plan,
    progress: impl Fn(u32),
) -> Result<Filled, Error> {
    if services.accounts.is_anybody_registered().await? {
        return Err(Error::NotEmpty);
    }
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let cast = Cast::new(&mut rng);
    let scenes = script::write(&cast, &mut rng, now, plan.messages as usize);
    let begin = now - Duration::from_hours(24) * (script::DAYS as u32 + 1);
    clock.play(begin, begin + Duration::from_hours(1), 1_000);
    let stage = set(services, &cast).await?;
    play(&stage, clock, &scenes, plan, progress).await?;
    clock.play(now, now, 1);
    read(&stage, &cast, &mut rng).await?;
    present(&stage, &cast.people).await?;
    stage.leave().await?;
    let direct = cast.places.iter();
    let direct = direct
        .filter(|place| place.kind == RoomKind::Direct)
        .count();
    Ok(Filled {
        usernames: cast.people.iter().map(|person| person.username).collect(),
        rooms: cast.places.len() - direct,
        direct_rooms: direct,
    })
}

async fn play(
    stage: &Stage<'_>,
    clock: &DemoClock,
    scenes: &[Scene],
    plan: Plan,
    progress: impl Fn(u32),
) -> services::Result<()> {
    let (mut said, mut told) = (0, 0);
    let mut before = Vec::new();
    for scene in scenes {
        clock.play(scene.from, scene.to, scene.messages());
        before = stage.play(scene, &before).await?;
        said += scene.messages() as u32;
        if said >= told + plan.messages.div_ceil(10) {
            told = said;
            progress(said);
        }
    }
    stage.look_at(&before).await
}

/// Registers the people and opens the rooms.
async fn set<'a>(services: &'a Services, cast: &Cast) -> services::Result<Stage<'a>> {
    let people = cast.people.iter().map(|person| register(services, person));
    let people = try_join_all(people).await?;
    let (mut rooms, mut keepers) = (Vec::new(), Vec::new());
    for place in &cast.places {
        keepers.push(people[place.members[0]]);
        rooms.push(open(services, place, &people).await?);
    }
    Ok(Stage {
        services,
        people,
        rooms,
        keepers,
    })
}

async fn register(services: &Services, person: &Person) -> services::Result<Viewer> {
    let new = Registration {
        username: person.username.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: Some(person.display_name.to_owned()),
        device: Some("Demo".to_owned()),
    };
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let session = services.accounts.register(new, here).await?.session;
    Ok(Viewer {
        user_id: session.user_id,
        session_id: session.id,
    })
}

async fn open(services: &Services, place: &Place, people: &[Viewer]) -> services::Result<RoomId> {
    let users = place.members.iter().map(|member| people[*member].user_id);
    let users: Vec<UserId> = users.collect();
    let keeper = people[place.members[0]];
    let rooms = &services.rooms;
    if place.kind == RoomKind::Direct {
        return Ok(rooms.open_direct(keeper, users[1]).await?.id);
    }
    let draft = RoomDraft {
        kind: place.kind,
        name: place.name.to_owned(),
        topic: place.topic.map(str::to_owned),
        members: users,
    };
    let room = rooms.create(keeper, draft).await?.id;
    if place.is_for_announcements() {
        let changes = RoomChanges {
            announcement_only: Some(true),
            ..RoomChanges::default()
        };
        rooms.update(keeper, room, changes).await?;
    }
    Ok(room)
}

/// People have read most rooms to the end, some almost, and a few not for long.
async fn read(stage: &Stage<'_>, cast: &Cast, rng: &mut StdRng) -> services::Result<()> {
    let mut marks = Vec::new();
    for (place, room) in cast.places.iter().zip(&stage.rooms) {
        let found = stage
            .services
            .rooms
            .find(stage.people[place.members[0]], *room);
        let newest = found.await?.map_or(0, |room| room.last_seq);
        for member in &place.members {
            let behind = match rng.random_range(0..10) {
                0..5 => 0,
                5..9 => rng.random_range(1..=12),
                _ => rng.random_range(0..=newest / 4),
            };
            marks.push((stage.people[*member], *room, newest - behind));
        }
    }
    stream::iter(marks)
        .map(|(reader, room, seq)| stage.services.receipts.mark_read(reader, room, seq))
        .buffer_unordered(READERS)
        .try_for_each(|_| async { Ok(()) })
        .await
}

/// What people say of themselves.
async fn present(stage: &Stage<'_>, people: &[Person]) -> services::Result<()> {
    for (person, viewer) in people.iter().zip(&stage.people) {
        let status = person.status.map(|(text, emoji)| Status {
            text: text.to_owned(),
            emoji: emoji.map(str::to_owned),
            expires_at: None,
        });
        let changes = ProfileChanges {
            bio: person.bio.map(|bio| Some(bio.to_owned())),
            status: status.map(Some),
            ..ProfileChanges::default()
        };
        let accounts = &stage.services.accounts;
        accounts.update_profile(*viewer, changes).await?;
    }
    Ok(())
}
