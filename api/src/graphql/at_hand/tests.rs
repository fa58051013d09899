//! What is rendered from what is at hand is what the resolvers give, to the byte.

use std::sync::Arc;

use async_graphql::{Request, Response, Variables};
use futures_util::StreamExt;
use serde::Serialize;
use serde_json::{Value, json};

use super::documents::{Types, Writer};
use crate::graphql::schema::{Schema, unlimited};
use crate::graphql::{Admission, Scope, prepare};
use crate::model::Position;
use crate::realtime::{Batch, Entry, Update};
use crate::services::tests::world::World;
use crate::services::{Services, Viewer};
use crate::storage::fixture::{Backend, Fixture};

/// In an operation's data: everything takes the ordinary path, to compare.
pub struct FieldByField;

const DOCUMENTS: u64 = 120;

struct Case {
    services: Arc<Services>,
    schema: Schema,
    alice: Viewer,
    outsider: Viewer,
    /// A channel, a group and a direct room.
    rooms: Vec<String>,
    entries: Vec<Arc<Entry>>,
    fixture: Fixture,
}

impl Case {
    async fn open(backend: Backend) -> Option<Self> {
        let world = World::open(backend).await?;
        let alice = world.person("alice").await;
        let bob = world.person("bob").await;
        let outsider = world.person("carol").await;
        let (fixture, services) = (world.fixture, Arc::new(world.services));
        let mut case = Self {
            schema: unlimited(Arc::clone(&services)),
            services,
            alice,
            outsider,
            rooms: Vec::new(),
            entries: Vec::new(),
            fixture,
        };
        case.talk(bob).await;
        let database = Arc::clone(&case.fixture.database);
        let mut connection = database.read().await.expect("a connection");
        let events = connection.list_events(Position(0), 1_000).await;
        for (number, event) in events.expect("a query").into_iter().enumerate() {
            let ids = event.kind.message().into_iter().collect();
            let message = connection.find_messages(ids).await.expect("a query").pop();
            // Some are to be read when they are rendered.
            let message = message.filter(|_| number % 3 > 0);
            case.entries.push(Arc::new(Entry { event, message }));
        }
        Some(case)
    }

    async fn talk(&mut self, bob: Viewer) {
        let alice = self.alice;
        let id = bob.user_id.to_string();
        for (field, input) in [
            ("createRoom", json!({ "kind": "CHANNEL", "name": "Open" })),
            (
                "createRoom",
                json!({ "kind": "GROUP", "name": "Ours", "topic": "It", "memberIds": [id] }),
            ),
            ("openDirectRoom", json!({ "userId": id })),
        ] {
            let room = self.change(alice, field, input, "room").await;
            self.rooms.push(room);
        }
        let channel = json!({ "roomId": self.rooms[0] });
        self.change(bob, "joinRoom", channel, "room").await;
        for room in self.rooms.clone() {
            let say = |body: &str, to: Option<&str>| json!({ "roomId": room, "body": body, "replyToId": to, "clientId": format!("key-{room}-{}", body.len()) });
            let first = self.send(alice, say("Hello \"all\"\n", None)).await;
            let second = self.send(bob, say("@alice: no", Some(&first))).await;
            let third = self
                .send(alice, say("@bob yes @carol", Some(&second)))
                .await;
            let edit = json!({ "messageId": third, "body": "@bob well" });
            self.change(alice, "editMessage", edit, "message").await;
            let delete = json!({ "messageId": first });
            self.change(alice, "deleteMessage", delete, "message").await;
            for (person, emoji) in [(alice, "👍"), (bob, "👍"), (bob, "🎉")] {
                let react = json!({ "messageId": second, "emoji": emoji });
                self.change(person, "react", react, "message").await;
            }
        }
        let left = json!({ "roomId": self.rooms[0] });
        self.change(bob, "leaveRoom", left, "room").await;
    }

    async fn send(&self, viewer: Viewer, input: Value) -> String {
        self.change(viewer, "sendMessage", input, "message").await
    }

    /// The id of what a mutation gives back.
    async fn change(&self, viewer: Viewer, field: &str, input: Value, of: &str) -> String {
        let (first, rest) = field.split_at(1);
        let kind = format!("{}{rest}Input", first.to_uppercase());
        let document = format!(
            "mutation($input: {kind}!) {{ {field}(input: $input) \
             {{ {of} {{ id }} userErrors {{ message }} }} }}"
        );
        let variables = Variables::from_json(json!({ "input": input }));
        let request = self.request(&document, Some(viewer)).variables(variables);
        let answer = self.schema.execute(request).await;
        let answer = serde_json::to_value(&answer).expect("JSON");
        let id = answer["data"][field][of]["id"].as_str();
        id.unwrap_or_else(|| panic!("{field}: {answer}")).to_owned()
    }

    fn request(&self, document: &str, viewer: Option<Viewer>) -> Request {
        let mut request = Request::new(document);
        prepare(&self.services, &mut request.data);
        if let Some(viewer) = viewer {
            request = request.data(viewer);
        }
        request
    }

    /// Executes it both ways. Says whether there were no errors.
    async fn compare(&self, document: &str, viewer: Option<Viewer>) -> bool {
        let (ordinary, at_once) = self.both_ways(document, viewer).await;
        assert_eq!(
            json_of(&at_once.data),
            json_of(&ordinary.data),
            "{document}"
        );
        // Of several fields that fail beside one another, any may be the one that is told of.
        let (failed, both) = (!ordinary.errors.is_empty(), !at_once.errors.is_empty());
        assert_eq!(both, failed, "{document}");
        let valid = ordinary.errors.iter().all(|error| !error.path.is_empty());
        assert!(valid, "{:?} in {document}", ordinary.errors);
        !failed
    }

    async fn both_ways(&self, document: &str, viewer: Option<Viewer>) -> (Response, Response) {
        let variables = Variables::from_json(json!({ "yes": true, "no": false }));
        let request = || self.request(document, viewer).variables(variables.clone());
        let ordinary = self.execute(request().data(FieldByField)).await;
        (ordinary, self.execute(request()).await)
    }

    async fn execute(&self, request: Request) -> Response {
        match request.query.starts_with("subscription") {
            true => self.follow(request).await,
            false => self.schema.execute(request).await,
        }
    }

    /// What comes of one update of everything that has happened.
    async fn follow(&self, request: Request) -> Response {
        let scope = match request.data.get(&std::any::TypeId::of::<Viewer>()) {
            Some(_) => Scope::Admitted,
            None => Scope::Audience,
        };
        let admission = Admission::new(scope);
        let request = request.data(Arc::clone(&admission));
        let mut responses = self.schema.execute_stream(request);
        if let std::task::Poll::Ready(response) = futures_util::poll!(responses.next()) {
            return response.expect("a response");
        }
        let admitted = admission.take().expect("an admission");
        let update = Update::Batch(Batch {
            entries: self.entries.clone(),
            cursor: Position(7),
            live: true,
            reset: false,
        });
        admitted.updates.send(update).expect("a listener");
        responses.next().await.expect("a response")
    }

    /// A random document, with the number that it comes from.
    fn document(&self, types: &Types, seed: u64) -> String {
        let mut writer = Writer::new(types, seed);
        let mut write = |name| writer.selection(name);
        let room = &self.rooms[seed as usize % self.rooms.len()];
        let (kind, field) = match seed % 5 {
            0 => ("query", format!("viewer {}", write("Viewer"))),
            1 | 2 => {
                let lists = format!(
                    "messages {{ nodes {} edges {{ node {} }} }} members {{ nodes {} }}",
                    write("Message"),
                    write("Message"),
                    write("Member"),
                );
                ("query", format!("room(id: \"{room}\") {{ {lists} }}"))
            }
            _ => {
                let (some, others) = (write("Event"), write("Event"));
                let events = format!("events {{ events {some} cursor events {others} }}");
                ("subscription", events)
            }
        };
        // Every variable has to be used.
        let used = "{ ... @skip(if: $yes) @include(if: $no) { __typename }";
        let field = field.replacen('{', used, 1);
        let fragments = writer.fragments();
        format!("{kind}($yes: Boolean!, $no: Boolean!) {{ {field} }} {fragments}")
    }

    async fn compare_everything(&self) {
        let types = Types::of_the_schema();
        let mut well = 0;
        for seed in 0..DOCUMENTS {
            let document = self.document(&types, seed);
            for viewer in [Some(self.alice), Some(self.outsider), None] {
                well += u64::from(self.compare(&document, viewer).await);
            }
        }
        assert!(well > DOCUMENTS, "only {well} without errors");
        let hidden = HIDDEN.map(|selection| (selection, Some(self.outsider)));
        let for_someone = FOR_SOMEONE.map(|selection| (selection, None));
        for (selection, viewer) in hidden.into_iter().chain(for_someone) {
            let document = format!("subscription {{ events {{ events {{ {selection} }} }} }}");
            let (ordinary, at_once) = self.both_ways(&document, viewer).await;
            assert!(!ordinary.errors.is_empty(), "{document}");
            assert_eq!(json_of(&at_once), json_of(&ordinary), "{document}");
        }
    }
}

/// What somebody does not get who is not in the rooms.
const HIDDEN: [&str; 3] = [
    "... on MessageSent { room { id } }",
    "... on MessageEdited { message { id room { id name } } }",
    "... on MessageSent { message { room { lastMessage { id } } } }",
];

/// What nobody gets without a login.
const FOR_SOMEONE: [&str; 4] = [
    "room { membership { role } }",
    "... on MessageSent { cursor message { seq author { id presence { state } } } }",
    "... on MessageSent { message { reactions { emoji viewerReacted } } }",
    "... on MemberLeft { user { id presence { state } } }",
];

fn json_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_lead_to_the_same_on_sqlite() {
    if let Some(case) = Case::open(Backend::Sqlite).await {
        case.compare_everything().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_lead_to_the_same_on_postgres() {
    if let Some(case) = Case::open(Backend::Postgres).await {
        case.compare_everything().await;
    }
}
