//! The simulator's model of the server, against the server: asked the same, both answer the same.

#[expect(dead_code, unused_imports, reason = "the simulator uses the rest")]
#[path = "../../src/simulation/server/mod.rs"]
mod server;

mod documents;
mod script;

use causerie_tests::{Person, Server as Real, on_both_databases};
use documents::{EVENTS, HISTORY, MESSAGE, OVERVIEW, ROOM, STANDING, THREAD};
use script::Script;
use serde_json::{Value, json};
use server::{Request, Server, Sizes, Tail};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const PEOPLE: usize = 3;
/// How many mutations there are, and how many kinds of events.
const DEEDS: usize = 16;
const EVENTS_TOLD: usize = 10;
const STEPS: u32 = 150;
/// One by which all of that happens.
const SEED: u64 = 6;
/// After how many of them everyone follows the log again.
const FOLLOWED: u32 = 25;
/// How many messages a page has.
const PAGE: usize = 5;
/// How many rooms a page has.
const ROOMS: usize = 2;

/// Both, and which ids are the same.
struct Pair {
    model: Server,
    people: Vec<Person>,
    /// The server's, by the model's.
    ids: BTreeMap<String, String>,
    /// How far each of them has followed the log: in the model, and in the server.
    cursors: Vec<(usize, String)>,
    differences: Vec<String>,
    /// What was done, and what was told.
    met: BTreeSet<String>,
}

impl Pair {
    async fn new(real: &Real) -> Self {
        let people = real.people(["usr0", "usr1", "usr2"]).await;
        let sizes = Sizes {
            rooms: ROOMS,
            messages: PAGE,
        };
        let mut model = Server::new(&["usr0", "usr1", "usr2"], sizes);
        let mut ids = BTreeMap::new();
        for (number, person) in people.iter().enumerate() {
            ids.insert(format!("usr_{number}"), person.id.clone());
        }
        let mut begun = Vec::new();
        for person in &people {
            begun.push(person.cursor().await);
        }
        for (kind, members) in [("CHANNEL", [1, 0, 2]), ("GROUP", [0, 1, 2])] {
            let room = model.open_room(kind, &members);
            let others = members[1..].iter().map(|user| people[*user].id.as_str());
            let input = json!({
                "kind": kind,
                "name": format!("room {room}"),
                "memberIds": others.collect::<Vec<_>>(),
            });
            let answer = people[members[0]].try_create_room(input).await;
            ids.insert(
                format!("room_{room}"),
                answer.success("createRoom", "room/id"),
            );
        }
        let room = model.open_room("DIRECT", &[0, 1]);
        let direct = people[0].open_direct_room(&people[1]).await;
        ids.insert(format!("room_{room}"), direct.id);
        let mut cursors = Vec::new();
        for (person, begun) in people.iter().zip(begun) {
            let (_, cursor) = follow(person, &begun).await;
            cursors.push((model.head(), cursor));
        }
        Self {
            model,
            people: people.into(),
            ids,
            cursors,
            differences: Vec::new(),
            met: BTreeSet::new(),
        }
    }

    /// With the server's ids in place of the model's.
    fn translated(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match self.ids.get(text) {
                Some(id) => json!(id),
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.translated(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, value)| (name.clone(), self.translated(value)));
                Value::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    /// What is noted in a room by the last who leaves it has an id that nobody was told.
    fn is_nameless(&self, name: &Value) -> bool {
        let id = name.as_str().filter(|id| id.starts_with("msg_"));
        id.is_some_and(|id| !self.ids.contains_key(id))
    }

    /// Asks both. What the model answers.
    async fn ask(&mut self, user: usize, name: &str, document: &str, variables: Value) -> Value {
        let names = variables["input"].as_object().or(variables.as_object());
        if names.is_some_and(|names| names.values().any(|name| self.is_nameless(name))) {
            return Value::Null;
        }
        let request = Request {
            name: name.to_owned(),
            variables: variables.clone(),
        };
        let should = self.model.answer((user, (user, 0)), &request);
        let real = self.people[user]
            .ask(document, self.translated(&variables))
            .await;
        let given = variables.to_string();
        let given = given.replace("null", "").replace('"', "");
        let what = format!("{name} {given} by {user} at {:?}", self.model.now);
        self.compare_answers(&what, &should, &real.body);
        should
    }

    async fn mutate(&mut self, user: usize, name: &str, input: Value) {
        let field = name[..1].to_lowercase() + &name[1..];
        let selection = match name {
            "MarkRead" | "SaveDraft" => documents::own(name),
            "SendMessage" | "EditMessage" | "DeleteMessage" | "React" | "PinMessage"
            | "ForwardMessage" => format!("message {{ {MESSAGE} }}"),
            _ => format!("room {{ {ROOM} }}"),
        };
        let document = format!(
            "mutation ($input: {name}Input!) {{
                {field}(input: $input) {{ {selection} userErrors {{ code }} }}
            }}"
        );
        let input = json!({ "input": input });
        let answer = self.ask(user, name, &document, input).await;
        if answer["data"][field]["userErrors"] == json!([]) {
            self.met.insert(name.to_owned());
        }
    }

    /// All that is found is told of at once, because one is often why there are others.
    fn check(&mut self, is_same: bool, what: impl FnOnce() -> String) {
        if !is_same {
            self.differences.push(what());
        }
    }

    fn compare_answers(&mut self, what: &str, model: &Value, real: &Value) {
        let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
        let (should, is) = (code(model), code(real));
        let why = &real["errors"][0]["message"];
        self.check(should == is, || format!("{what}: {should}, {is} {why}"));
        if is.is_null() && should.is_null() {
            self.compare(what, &model["data"], &real["data"]);
        }
    }

    /// Whatever was selected is the same, apart from ids, instants and cursors, which are there or not.
    fn compare(&mut self, what: &str, model: &Value, real: &Value) {
        match (model, real) {
            (Value::Object(model), Value::Object(real)) => {
                for (name, real) in real {
                    let model = model.get(name).unwrap_or(&Value::Null);
                    self.compare_field(&format!("{what}.{name}"), name, model, real);
                }
            }
            (Value::Array(model), Value::Array(real)) if self.are_same_in_order(model, real) => {
                for (number, (model, real)) in model.iter().zip(real).enumerate() {
                    self.compare(&format!("{what}.{number}"), model, real);
                }
            }
            _ => self.check(model == real, || format!("{what}: {model}, {real}")),
        }
    }

    /// As many, and none of them where another one belongs, as far as their ids are known.
    fn are_same_in_order(&self, model: &[Value], real: &[Value]) -> bool {
        let id = |item: &Value| item["id"].as_str().map(str::to_owned);
        let is_same = |(model, real): (&Value, &Value)| match id(model) {
            Some(id) => self.ids.get(&id).is_none_or(|known| real["id"] == **known),
            None => true,
        };
        model.len() == real.len() && model.iter().zip(real).all(is_same)
    }

    fn compare_field(&mut self, what: &str, name: &str, model: &Value, real: &Value) {
        let is_opaque = name.ends_with("At") || name.ends_with("Until") || name.ends_with("ursor");
        match (name, model, real) {
            ("id", Value::String(model), Value::String(real)) => {
                let known = self.ids.entry(model.clone());
                let is_same = known.or_insert_with(|| real.clone()) == real;
                self.check(is_same, || format!("{what}: it is not {model}"));
            }
            (_, Value::String(model), Value::String(real)) if name.ends_with("Cursor") => {
                self.ids.insert(model.clone(), real.clone());
            }
            _ if is_opaque => {
                let is_same = model.is_null() == real.is_null();
                self.check(is_same, || format!("{what}: {model}, {real}"));
            }
            _ => self.compare(what, model, real),
        }
    }

    /// Everything that somebody is told who was away since they followed last.
    async fn compare_events(&mut self, user: usize) {
        let (begun, cursor) = &self.cursors[user];
        let mut tail = Tail::after(user, &begun.to_string());
        let batch = self.model.read_on(&mut tail, usize::MAX / 2);
        let should = batch["events"]["events"]
            .as_array()
            .expect("events")
            .clone();
        let (events, cursor) = follow(&self.people[user], cursor).await;
        self.cursors[user] = (self.model.head(), cursor);
        let kinds = |events: &[Value]| -> Vec<String> {
            let kinds = events.iter().map(|event| event["__typename"].to_string());
            kinds.collect()
        };
        let (told, heard) = (kinds(&should), kinds(&events));
        self.met.extend(heard.iter().cloned());
        self.check(told == heard, || {
            let from = told
                .iter()
                .zip(&heard)
                .position(|(one, other)| one != other);
            format!("events of {user}, from {from:?}: {told:?}, {heard:?}")
        });
        for (number, (should, event)) in should.iter().zip(&events).enumerate() {
            self.compare(&format!("event {number} of {user}"), should, event);
        }
    }

    /// Rooms, and what their newest messages are.
    async fn compare_rooms(&mut self, user: usize) {
        let rooms: Vec<String> = (0..3).map(|room| format!("room_{room}")).collect();
        let variables = json!({ "ids": rooms, "pinsOf": rooms });
        self.ask(user, "StandingQuery", STANDING, variables).await;
    }

    async fn compare_views(&mut self, user: usize, script: &mut Script) {
        let variables = json!({ "first": ROOMS, "after": null });
        self.compare_pages(user, "OverviewQuery", OVERVIEW, variables)
            .await;
        let variables = script.history(&self.model);
        self.compare_pages(user, "History", HISTORY, variables)
            .await;
        if let Some(variables) = script.thread(&self.model) {
            self.compare_pages(user, "ThreadHistory", THREAD, variables)
                .await;
        }
    }

    /// A page, and the one after or before it.
    async fn compare_pages(&mut self, user: usize, name: &str, document: &str, asked: Value) {
        let answer = self.ask(user, name, document, asked.clone()).await;
        let Some(info) = find(&answer, "pageInfo") else {
            return;
        };
        let mut next = asked;
        if next["first"].is_number() && info["hasNextPage"] == true {
            next["after"] = info["endCursor"].clone();
        } else if next["last"].is_number() && info["hasPreviousPage"] == true {
            next["before"] = info["startCursor"].clone();
        } else {
            return;
        }
        if !next["around"].is_null() {
            next["around"] = Value::Null;
        }
        self.ask(user, name, document, next).await;
    }
}

/// What somebody is told who was away since then, and where the log ends.
async fn follow(person: &Person, after: &str) -> (Vec<Value>, String) {
    let variables = json!({ "after": after });
    let mut subscription = person.follow_document("events", EVENTS, variables).await;
    let mut events = Vec::new();
    loop {
        let batch = subscription.next().await;
        events.extend(batch["events"].as_array().expect("events").clone());
        if batch["live"] == true {
            let cursor = batch["cursor"].as_str().expect("a cursor");
            return (events, cursor.to_owned());
        }
    }
}

/// The first field of this name, wherever it is.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = value.as_object()?;
    let deeper = || fields.values().find_map(|value| find(value, name));
    fields.get(name).or_else(deeper)
}

/// What people do, by chance and always the same.
async fn the_model_answers_as_the_server_does(real: &mut Real) {
    let mut pair = Pair::new(real).await;
    let mut script = Script::new(SEED);
    for step in 0..STEPS {
        pair.model.now = Duration::from_secs(u64::from(step) + 1);
        let (user, name, input) = script.deed(&pair.model);
        pair.mutate(user, name, input).await;
        // Notices have ids that only reading tells.
        for user in 0..PEOPLE {
            pair.compare_rooms(user).await;
        }
        let reader = step as usize % PEOPLE;
        pair.compare_views(reader, &mut script).await;
        for user in (0..PEOPLE).filter(|_| (step + 1).is_multiple_of(FOLLOWED)) {
            pair.compare_events(user).await;
        }
    }
    let count = pair.differences.len();
    pair.differences.truncate(30);
    let first = pair.differences.join("\n");
    assert_eq!(count, 0, "the model, and the server\n{first}");
    let met = &pair.met;
    assert_eq!(
        met.len(),
        DEEDS + EVENTS_TOLD,
        "all was met, and not {met:?}"
    );
}

on_both_databases![the_model_answers_as_the_server_does];
