//! What hearing of events costs: of each kind as many queries, however many of them wait in the log,
//! and however much else there is.

use std::collections::BTreeSet;
use std::ops::Range;

use causerie_tests::{Message, Person, Room, Server, Subscription, from_now, on_both_databases};
use serde_json::{Value, json};

/// Every kind of event, in an order in which they can happen, with what clients ask of it.
const KINDS: [(&str, &str); 11] = [
    ("MemberJoined", "member { user { username } role }"),
    ("MemberChanged", "member { user { username } role }"),
    (
        "MessageSent",
        "message { body author { username } thread { replyCount } viewerReactions: reactions {
            emoji viewerReacted } }",
    ),
    (
        "ReactionsChanged",
        "message { body reactions { emoji count users(first: 5) { username } } }",
    ),
    (
        "MessageEdited",
        "message { body mentions { username } replyTo { body } }",
    ),
    (
        "ThreadChanged",
        "thread { root { body } replyCount following lastReadSeq unread { messages mentions } }",
    ),
    ("DraftChanged", "draft { body replyTo { body } }"),
    ("ScheduledMessagesChanged", ""),
    (
        "RoomChanged",
        "changed: room { topic membership { role unread { messages } } lastMessage { body } }",
    ),
    ("MessageDeleted", "message { body deletedAt }"),
    ("MemberLeft", "user { username }"),
];

const FEW: Range<usize> = 0..3;
const MANY: Range<usize> = 3..33;
const CROWD: [&str; 4] = ["bob", "carol", "dave", "erin"];

struct World {
    /// Is in all rooms, keeps them, and hears of everything.
    alice: Person,
    crowd: [Person; CROWD.len()],
    rooms: Vec<Room>,
    /// What was said in each room.
    said: Vec<Message>,
}

/// The queries that something cost.
struct Cost {
    caught_up: Vec<String>,
    live: Vec<String>,
}

impl World {
    async fn make(server: &Server) -> Self {
        let alice = server.register("alice").await;
        let mut rooms = Vec::new();
        for number in 0..MANY.end {
            rooms.push(alice.create_channel(&format!("channel {number}")).await);
        }
        let (crowd, said) = (server.people(CROWD).await, Vec::new());
        Self {
            alice,
            crowd,
            rooms,
            said,
        }
    }

    /// Has one event of this kind happen in each of these rooms, while somebody listens, and then
    /// has somebody come back who has missed them all.
    async fn cost(&mut self, server: &Server, (kind, fields): Kind, rooms: Range<usize>) -> Cost {
        for at in rooms.clone() {
            self.prepare(kind, at).await;
        }
        let batch = format!(
            "{{ events {{ __typename room {{ name kind memberCount }}
                ... on {kind} {{ at {fields} }} }} live }}"
        );
        let after = format!("(after: {:?}) {batch}", self.alice.cursor().await);
        let mut listening = self.alice.follow("events", &after).await;
        listening.until(|batch| batch["live"] == true).await;
        for at in rooms.start..rooms.end - 1 {
            self.act(kind, at).await;
            hear(&mut listening, kind, 1).await;
        }
        let last = async {
            self.act(kind, rooms.end - 1).await;
            hear(&mut listening, kind, 1).await;
        };
        let ((), live) = server.queries_of(last).await;
        let coming_back = async {
            let mut reading = self.alice.follow("events", &after).await;
            read(&mut reading, kind, rooms.len()).await;
        };
        let ((), caught_up) = server.queries_of(coming_back).await;
        Cost { caught_up, live }
    }

    /// What has to be there for it to happen.
    async fn prepare(&self, kind: &str, at: usize) {
        if kind == "ThreadChanged" {
            let (author, room) = self.at(at);
            author.reply_in_thread(&self.said[at], room, "and").await;
        }
    }

    async fn act(&mut self, kind: &str, at: usize) {
        let (person, room) = self.at(at);
        let (alice, said) = (&self.alice, self.said.get(at));
        let said = || said.expect("something that was said");
        match kind {
            "MemberJoined" => drop(person.join(room).await),
            "MemberChanged" => alice.set_role(room, person, "ADMIN").await,
            "MessageSent" => {
                let message = person.send(room, "hello @alice").await;
                self.said.push(message);
            }
            "ReactionsChanged" => {
                let input = json!({ "messageId": said().id, "emoji": "👍" });
                person.done("react", input).await;
            }
            "MessageEdited" => drop(person.edit(said(), "goodbye @alice").await),
            "ThreadChanged" => {
                let input = json!({ "messageId": said().id, "following": true });
                alice.done("followThread", input).await;
            }
            "DraftChanged" => {
                let input = json!({ "roomId": room.id, "body": "I", "replyToId": said().id });
                alice.done("saveDraft", input).await;
            }
            "ScheduledMessagesChanged" => {
                let at = from_now(std::time::Duration::from_secs(3_600));
                let input = json!({ "roomId": room.id, "body": "later", "sendAt": at });
                alice.done("scheduleMessage", input).await;
            }
            "RoomChanged" => drop(alice.update_room(room, json!({ "topic": "tea" })).await),
            "MessageDeleted" => drop(person.delete(said()).await),
            "MemberLeft" => person.leave(room).await,
            unknown => panic!("how does {unknown} come about?"),
        }
    }

    fn at(&self, at: usize) -> (&Person, &Room) {
        (&self.crowd[at % self.crowd.len()], &self.rooms[at])
    }
}

type Kind = (&'static str, &'static str);

/// Hears so many of this kind, whatever else comes.
async fn hear(listening: &mut Subscription, kind: &str, many: usize) {
    let mut heard = 0;
    while heard < many {
        heard += count(&listening.next().await, kind);
    }
    assert_eq!(heard, many, "{kind}");
}

/// Reads so many of this kind, and all that there is.
async fn read(reading: &mut Subscription, kind: &str, many: usize) {
    let (mut read, mut is_live) = (0, false);
    while !is_live {
        let batch = reading.next().await;
        read += count(&batch, kind);
        is_live = batch["live"] == true;
    }
    assert_eq!(read, many, "{kind}");
}

fn count(batch: &Value, kind: &str) -> usize {
    let events = batch["events"].as_array().expect("events").iter();
    events.filter(|event| event["__typename"] == kind).count()
}

/// Ten times as much costs no more. Fields that are read side by side may or may not look things up
/// together, so the same query may come twice.
fn assert_no_more(kind: &str, few: &[String], many: &[String]) {
    let times = |queries: &[String], name: &String| {
        let same = queries.iter().filter(|query| *query == name);
        same.count()
    };
    for name in many.iter().filter(|name| *name != "find_session") {
        let is_flat = times(many, name) <= 2 * times(few, name);
        assert!(is_flat, "{kind}: {name}\nfew: {few:?}\nmany: {many:?}");
    }
}

async fn an_event_of_any_kind(server: &mut Server) {
    let mut world = World::make(server).await;
    for kind in KINDS {
        let few = world.cost(server, kind, FEW).await;
        let many = world.cost(server, kind, MANY).await;
        assert_no_more(kind.0, &few.caught_up, &many.caught_up);
        assert_no_more(kind.0, &few.live, &many.live);
    }
}

async fn every_kind_of_event_is_counted(server: &mut Server) {
    let document = r#"{ __type(name: "Event") { possibleTypes { name } } }"#;
    let answer = server.ask(document, json!({})).await;
    let kinds: Vec<Value> = answer.get("/__type/possibleTypes");
    let kinds: BTreeSet<&str> = kinds
        .iter()
        .filter_map(|kind| kind["name"].as_str())
        .collect();
    assert_eq!(kinds, BTreeSet::from(KINDS.map(|kind| kind.0)));
}

on_both_databases![an_event_of_any_kind, every_kind_of_event_is_counted];
