//! Random people, against the server and against a naive model of it: both must agree, after every
//! step and in every place where a number or a text appears.
//!
//! A failure prints the shortest steps that lead to it, and the seed; with that in
//! `CAUSERIE_TEST_SEED` it happens again.

mod ideal;
mod steps;

use std::sync::atomic::{AtomicUsize, Ordering};

use causerie_tests::{Answer, Message, Person, Room, Server, on_both_databases, random_cases};
use futures_util::future::join_all;
use ideal::{Ideal, Place, Verdict};
use serde_json::{Value, json};
use steps::{Act, Body, Choice, PEOPLE, ROOMS, Step, steps};

use crate::random::for_random;

const CASES: u32 = 12;

async fn the_server_agrees_with_the_model(server: &mut Server) {
    for_random(random_cases(CASES), steps(), async |steps| {
        play(server, &steps).await;
    });
}

async fn play(server: &Server, steps: &[Step]) {
    let mut play = Play::begin(server).await;
    for step in steps {
        play.take(step).await;
        let checks = (0..PEOPLE).map(|person| play.check_unread(person));
        join_all(checks).await;
    }
    for room in 0..ROOMS {
        let checks = (0..PEOPLE).map(|person| play.check_room(person, room));
        join_all(checks).await;
    }
}

/// The people and rooms of the server, beside those of the model; both go by the same numbers.
struct Play {
    people: Vec<Person>,
    rooms: Vec<Room>,
    ideal: Ideal,
}

impl Play {
    async fn begin(server: &Server) -> Self {
        static CASE: AtomicUsize = AtomicUsize::new(0);
        let case = CASE.fetch_add(1, Ordering::Relaxed);
        let names: Vec<_> = (0..PEOPLE)
            .map(|number| format!("p{number}-{case}"))
            .collect();
        let people = join_all(names.iter().map(|name| server.register(name))).await;
        let rooms = vec![
            people[0].create_channel(&format!("tea {case}")).await,
            people[1].create_channel(&format!("milk {case}")).await,
            people[2]
                .create_group("tray", &[&people[0], &people[1]])
                .await,
        ];
        for person in &people[1..] {
            person.join(&rooms[0]).await;
        }
        let ideal = Ideal::new(&[(true, &[0, 1, 2]), (true, &[1]), (false, &[2, 0, 1])]);
        Self {
            people,
            rooms,
            ideal,
        }
    }

    /// Does the same on both sides, and compares what comes of it.
    async fn take(&mut self, step: &Step) {
        let number = step.person;
        let person = &self.people[number];
        match &step.act {
            Act::Join { room } => {
                let expected = self.ideal.join(number, *room);
                let input = json!({ "roomId": self.rooms[*room].id });
                compare(expected, "joinRoom", &person.try_join(input).await);
            }
            Act::Leave { room } => {
                let expected = self.ideal.leave(number, *room);
                let answer = person.try_leave(&self.rooms[*room]).await;
                compare(expected, "leaveRoom", &answer);
            }
            Act::Send { room, words, key } => {
                let body = Body::new(words, &self.people);
                let key = key.map(|key| format!("key {key}"));
                let expected = self.ideal.send(number, *room, &body, key.as_deref());
                let room_id = &self.rooms[*room].id;
                let input = json!({ "roomId": room_id, "body": body.text, "clientId": key });
                let answer = person.try_send(input).await;
                if compare(expected.map(drop), "sendMessage", &answer) {
                    let place = expected.expect("a message");
                    let message: Message = answer.success("sendMessage", "message");
                    self.ideal.name(place, &message.id);
                    self.check_message(place, &message);
                }
            }
            Act::Edit { message, words } => {
                let Some((number, place)) = self.choose(message, number) else {
                    return;
                };
                let person = &self.people[number];
                let body = Body::new(words, &self.people);
                let expected = self.ideal.edit(number, place, &body);
                let answer = person
                    .try_edit(&self.ideal.message(place).id, &body.text)
                    .await;
                if compare(expected, "editMessage", &answer) {
                    self.check_message(place, &answer.success("editMessage", "message"));
                }
            }
            Act::Delete { message } => {
                let Some((number, place)) = self.choose(message, number) else {
                    return;
                };
                let person = &self.people[number];
                let expected = self.ideal.delete(number, place);
                let answer = person.try_delete(&self.ideal.message(place).id).await;
                if compare(expected, "deleteMessage", &answer) {
                    self.check_message(place, &answer.success("deleteMessage", "message"));
                }
            }
            Act::MarkRead { room, seq } => {
                let expected = self.ideal.mark_read(number, *room, *seq);
                let answer = person.try_mark_read(&self.rooms[*room].id, *seq).await;
                if compare(expected, "markRead", &answer) {
                    let membership: Value = answer.success("markRead", "membership");
                    assert_eq!(Some(membership), self.membership(number, *room));
                }
            }
        }
    }

    /// Who takes a step, with which message; `None` as long as there is none.
    fn choose(&self, choice: &Choice, person: usize) -> Option<(usize, Place)> {
        let places = self.ideal.places();
        if places.is_empty() {
            return None;
        }
        let place = *choice.message.get(&places);
        let author = self.ideal.message(place).author;
        Some((if choice.by_author { author } else { person }, place))
    }

    fn check_message(&self, place: Place, message: &Message) {
        let ideal = self.ideal.message(place);
        let expected = (
            &ideal.id,
            place.1 as i64 + 1,
            &self.people[ideal.author].id,
            &ideal.key,
            &ideal.body,
            (ideal.edited, ideal.deleted),
        );
        let found = (
            &message.id,
            message.seq,
            &message.author.id,
            &message.client_id,
            &message.body,
            (message.edited_at.is_some(), message.deleted_at.is_some()),
        );
        assert_eq!(found, expected);
    }

    fn membership(&self, person: usize, room: usize) -> Option<Value> {
        let last_read_seq = self.ideal.last_read_seq(person, room)?;
        let (messages, mentions) = self.ideal.unread(person, room);
        let unread = json!({ "messages": messages, "mentions": mentions });
        Some(json!({ "lastReadSeq": last_read_seq, "unread": unread }))
    }

    /// The numbers, in every place where somebody sees them.
    async fn check_unread(&self, person: usize) {
        let document = "query ($ids: [ID!]!) {
            viewer { unread { ...Count } rooms { nodes { id membership { ...Part } } } }
            nodes(ids: $ids) { ... on Room { membership { ...Part } } }
        }
        fragment Part on Membership { lastReadSeq unread { ...Count } }
        fragment Count on Unread { messages mentions }";
        let ids: Vec<_> = self.rooms.iter().map(|room| &room.id).collect();
        let answer = self.people[person]
            .ask(document, json!({ "ids": ids }))
            .await;
        let listed: Vec<Value> = answer.get("/viewer/rooms/nodes");
        for (room, id) in ids.into_iter().enumerate() {
            let expected = self.membership(person, room);
            let own = listed.iter().find(|node| node["id"] == *id);
            let own = own.map(|node| node["membership"].clone());
            assert_eq!(own, expected, "person {person}, room {room}");
            let node: Option<Value> = answer.get(&format!("/nodes/{room}"));
            let part = node.map(|node| node["membership"].clone());
            assert_eq!(part.filter(|part| !part.is_null()), expected);
        }
        let counts = (0..ROOMS).map(|room| self.ideal.unread(person, room));
        let (messages, mentions): (Vec<_>, Vec<_>) = counts.unzip();
        let [messages, mentions] = [messages, mentions].map(|all| all.iter().sum::<i64>());
        let total = json!({ "messages": messages, "mentions": mentions });
        assert_eq!(answer.get::<Value>("/viewer/unread"), total);
    }

    /// Texts, numbers and receipts, as somebody sees them.
    async fn check_room(&self, person: usize, room: usize) {
        let document = "query ($id: ID!) {
            room(id: $id) { receipts { user { id } lastReadSeq } }
        }";
        let (someone, id) = (&self.people[person], &self.rooms[room].id);
        let answer = someone.ask(document, json!({ "id": id })).await;
        let seen: Option<Value> = answer.get("/room");
        let Ok(messages) = self.ideal.history(person, room) else {
            assert!(seen.is_none_or(|room| room["receipts"] == json!([])));
            return;
        };
        let receipts = self.ideal.receipts(room).into_iter();
        let receipts = receipts.map(
            |(reader, seq)| json!({ "user": { "id": self.people[reader].id }, "lastReadSeq": seq }),
        );
        let expected = json!({ "receipts": receipts.collect::<Vec<_>>() });
        assert_eq!(seen, Some(expected));
        let page = someone.history(&self.rooms[room], "first: 100").await;
        assert_eq!(page.nodes.len(), messages.len());
        for (at, message) in page.nodes.iter().enumerate() {
            self.check_message((room, at), message);
        }
        self.check_mentions(person, room).await;
    }

    async fn check_mentions(&self, person: usize, room: usize) {
        let document = "query ($id: ID!) {
            room(id: $id) { messages(first: 100) { nodes { mentions { id } } } }
        }";
        let id = json!({ "id": self.rooms[room].id });
        let answer = self.people[person].ask(document, id).await;
        let found: Vec<Value> = answer.get("/room/messages/nodes");
        let messages = self.ideal.history(person, room).expect("a member");
        let expected = messages.iter().map(|message| {
            let mentioned = message.mentions.iter().map(|one| &self.people[*one].id);
            let mentioned = mentioned.map(|id| json!({ "id": id }));
            json!({ "mentions": mentioned.collect::<Vec<_>>() })
        });
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
}

/// Whether it went well, which both sides must agree on.
fn compare(expected: Verdict<()>, mutation: &str, answer: &Answer) -> bool {
    match expected {
        Ok(()) => {
            answer.success::<Value>(mutation, "");
        }
        Err(code) => assert_eq!(answer.refusal(mutation).code, code),
    }
    expected.is_ok()
}

on_both_databases![the_server_agrees_with_the_model];
