//! Sending many messages at once: each has its own fate, whoever is beside it in the batch.

use std::collections::HashSet;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;

use super::world::{World, on_both};
use crate::model::{
    Bound, Direction, Event, EventKind, IdGenerator, Message, MessageId, Position, RoomId,
    RoomKind, Timestamp,
};
use crate::services::core::Viewer;
use crate::services::error::{Error, Result};
use crate::services::messages::History;
use crate::services::rooms::RoomDraft;
use crate::storage::Database;

const EVERYTHING: i64 = 10_000;

/// A message that says `poison` cannot be stored.
const fn refuse_poison(database: &Database) -> &'static str {
    match database {
        Database::Sqlite(_) => {
            "CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN new.body = 'poison' \
             BEGIN SELECT RAISE(ABORT, 'poison'); END;"
        }
        Database::Postgres(_) => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'poison'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW \
             WHEN (new.body = 'poison') EXECUTE FUNCTION refuse();"
        }
    }
}

impl World {
    async fn history(&self, viewer: Viewer, room: RoomId) -> Vec<Message> {
        let history = History::Range(Bound {
            after: None,
            before: None,
            direction: Direction::Forward,
            limit: EVERYTHING,
        });
        let page = self
            .services
            .messages
            .list(viewer, room, None, history)
            .await;
        let messages = page.expect("a page").items;
        let seqs: Vec<i64> = messages.iter().map(|message| message.seq).collect();
        let expected: Vec<i64> = (1..).take(seqs.len()).collect();
        assert_eq!(seqs, expected, "the numbers have a gap");
        messages
    }

    /// The log, which has no gap.
    async fn log(&self) -> Vec<Event> {
        let mut connection = self.fixture.database.read().await.expect("a connection");
        let events = connection.list_events(Position(0), EVERYTHING).await;
        let events = events.expect("a query");
        for (position, event) in (1..).zip(&events) {
            assert_eq!(event.position, Position(position));
        }
        events
    }

    /// The messages that the log says were sent, in its order.
    async fn announced(&self) -> Vec<(RoomId, MessageId)> {
        let sent = |event: Event| match event.kind {
            EventKind::MessageSent { room, message } => Some((room, message)),
            _ => None,
        };
        self.log().await.into_iter().filter_map(sent).collect()
    }
}

async fn a_crowd_in_many_rooms(world: World) {
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let mut rooms = Vec::new();
    for name in ["tea", "coffee", "water"] {
        let room = world.channel(alice, name).await;
        world.join(bob, &room).await;
        rooms.push(room.id);
    }
    let bodies: Vec<String> = (0..300).map(|number| format!("message {number}")).collect();
    let sends = bodies.iter().enumerate().map(|(number, body)| {
        let sender = if number % 2 == 0 { alice } else { bob };
        world.send(sender, rooms[number % rooms.len()], body, Some(body))
    });
    let mut sent = Vec::new();
    for (message, body) in join_all(sends).await.into_iter().zip(&bodies) {
        let message = message.expect("a message");
        assert_eq!(message.body, *body);
        sent.push(message);
    }
    let mut kept = Vec::new();
    for room in rooms {
        let messages = world.history(alice, room).await;
        let announced = world.announced().await.into_iter();
        let announced = announced.filter_map(|(place, id)| (place == room).then_some(id));
        let ids = messages.iter().map(|message| message.id);
        assert_eq!(ids.collect::<Vec<_>>(), announced.collect::<Vec<_>>());
        kept.extend(messages);
    }
    let by_id = |message: &Message| message.id;
    sent.sort_by_key(by_id);
    kept.sort_by_key(by_id);
    assert_eq!(sent, kept);
}

async fn retries_beside_the_first(world: World) {
    let alice = world.person("alice").await;
    let room = world.channel(alice, "tea").await.id;
    let other = world.channel(alice, "coffee").await.id;
    // All of these are one batch: the writer waits meanwhile, with this or for this message.
    let mut held = world.fixture.database.begin().await.expect("a transaction");
    held.hold_room(room).await.expect("a query");
    let first = world.send(alice, room, "first", None);
    let again = join_all((0..20).map(|_| world.send(alice, room, "hello", Some("key"))));
    let keyless = join_all((0..20).map(|_| world.send(alice, room, "hello", None)));
    let elsewhere = join_all((0..20).map(|_| world.send(alice, other, "hello", Some("key"))));
    let release = async { drop(held) };
    let (first, again, keyless, elsewhere, ()) =
        futures_util::join!(first, again, keyless, elsewhere, release);
    first.expect("a message");

    let ids: HashSet<_> = again
        .into_iter()
        .map(|message| message.expect("a message").id)
        .collect();
    assert_eq!(ids.len(), 1, "one key was stored more than once");
    for message in &elsewhere {
        let conflict = matches!(
            message,
            Err(Error::Conflict {
                field: "clientId",
                ..
            })
        );
        assert!(conflict, "one key for two contents: {message:?}");
    }
    assert!(keyless.iter().all(Result::is_ok));
    assert_eq!(world.history(alice, room).await.len(), 22);
    assert_eq!(world.history(alice, other).await, []);
    assert_eq!(world.announced().await.len(), 22);
}

async fn retries_long_after_the_first(world: World) {
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let room = world.channel(alice, "tea").await;
    world.join(bob, &room).await;
    let first = world.send(bob, room.id, "hello", Some("key")).await;
    let first = first.expect("a message");
    // Beside a new one, which is not held up, and one of somebody else under the same key.
    let (again, new, others) = futures_util::join!(
        world.send(bob, room.id, "hello", Some("key")),
        world.send(bob, room.id, "more", Some("other")),
        world.send(alice, room.id, "hello", Some("key")),
    );
    assert_eq!(again.expect("the first"), first);
    assert_ne!(new.expect("a message").id, first.id);
    assert_ne!(others.expect("a message").id, first.id);

    // Also for those who could not send it now.
    let left = world.services.rooms.leave(bob, room.id).await;
    left.expect("an end of the membership");
    let again = world.send(bob, room.id, "hello", Some("key")).await;
    assert_eq!(again.expect("the first"), first);
    let new = world.send(bob, room.id, "hello", Some("new")).await;
    assert!(matches!(new, Err(Error::Forbidden(_))), "{new:?}");
    assert_eq!(world.history(alice, room.id).await.len(), 3);
}

async fn those_who_may_not_send_beside_those_who_may(world: World) {
    let [alice, stranger] = [world.person("alice").await, world.person("mallory").await];
    let channel = world.channel(alice, "tea").await.id;
    let draft = RoomDraft {
        kind: RoomKind::Group,
        name: "friends".to_owned(),
        topic: None,
        members: Vec::new(),
    };
    let group = world.services.rooms.create(alice, draft).await;
    let group = group.expect("a group").id;
    let ids = IdGenerator::from_seed([9; 32]);
    let nowhere: RoomId = ids.next(Timestamp::from_millis(1));
    let rounds = join_all((0..40).map(|_| async {
        futures_util::join!(
            world.send(stranger, channel, "not a member", Some("1")),
            world.send(alice, channel, "hello", None),
            world.send(stranger, group, "who are you", Some("2")),
            world.send(alice, group, "hello", None),
            world.send(stranger, nowhere, "anyone?", None),
        )
    }));
    for (outside, _, unseen, _, nothing) in rounds.await {
        assert!(matches!(outside, Err(Error::Forbidden(_))), "{outside:?}");
        assert!(matches!(unseen, Err(Error::NotFound("Room"))), "{unseen:?}");
        assert!(matches!(nothing, Err(Error::NotFound("Room"))));
    }
    for room in [channel, group] {
        assert_eq!(world.history(alice, room).await.len(), 40);
    }
}

async fn one_that_cannot_be_stored(world: World) {
    let refuse = refuse_poison(&world.fixture.database);
    world.fixture.execute(refuse).await;
    let alice = world.person("alice").await;
    let room = world.channel(alice, "tea").await.id;
    let sends = join_all((0..60).map(|number| {
        let body = if number % 20 == 7 { "poison" } else { "hello" };
        world.send(alice, room, body, None)
    }));
    for (number, sent) in (0..).zip(sends.await) {
        match number % 20 {
            7 => assert!(matches!(sent, Err(Error::Internal(_))), "{sent:?}"),
            _ => assert_eq!(sent.expect("a message").body, "hello"),
        }
    }
    assert_eq!(world.history(alice, room).await.len(), 57);
    assert_eq!(world.announced().await.len(), 57);
}

/// Those who go away while their message is written do not take it, or the next one, with them.
async fn senders_who_do_not_wait(world: World) {
    let alice = world.person("alice").await;
    let room = world.channel(alice, "tea").await.id;
    for number in 0..20 {
        let body = format!("message {number}");
        let send = world.send(alice, room, &body, Some(&body));
        tokio::select! {
            biased;
            _ = send => {}
            () = tokio::task::yield_now() => {}
        }
    }
    world.services.messages.finish().await;
    assert_eq!(world.history(alice, room).await.len(), 20);
    let late = world.send(alice, room, "too late", None).await;
    assert!(matches!(late, Err(Error::Internal(_))), "{late:?}");
    assert_eq!(world.history(alice, room).await.len(), 20);
}

/// More than may wait: they are told so, and those who wait lose nothing.
async fn a_database_that_stands_still(world: World) {
    let alice = world.person("alice").await;
    let room = world.channel(alice, "tea").await.id;
    let mut held = world.fixture.database.begin().await.expect("a transaction");
    held.hold_room(room).await.expect("a query");
    let mut sends: FuturesUnordered<_> = (0..2_100)
        .map(|_| world.send(alice, room, "hello", None))
        .collect();
    let first = sends.next().await.expect("an answer");
    assert!(matches!(first, Err(Error::Busy { .. })), "{first:?}");
    drop(held);
    let mut stored = 0;
    while let Some(sent) = sends.next().await {
        match sent {
            Ok(_) => stored += 1,
            Err(Error::Busy { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(world.history(alice, room).await.len(), stored);
}

on_both! {
    a_crowd_in_many_rooms
    retries_beside_the_first
    retries_long_after_the_first
    those_who_may_not_send_beside_those_who_may
    one_that_cannot_be_stored
    senders_who_do_not_wait
    a_database_that_stands_still
}
