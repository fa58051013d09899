//! What somebody knows of their rooms, and how one asks for all of it at once.

use std::collections::BTreeMap;

use causerie_tests::Person;
use serde_json::{Value, json};

use super::log::text;

/// All that somebody knows.
#[derive(Debug, Default, PartialEq)]
pub struct Known {
    pub rooms: BTreeMap<String, RoomState>,
    /// What they want to be sent later, by its id.
    pub scheduled: BTreeMap<String, Value>,
}

#[derive(Debug, Default, PartialEq)]
pub struct RoomState {
    pub settings: Value,
    /// What each of them is there.
    pub members: BTreeMap<String, Value>,
    /// By `seq`.
    pub messages: BTreeMap<i64, Value>,
    /// By what they hang on, and by `seq`.
    pub threads: BTreeMap<String, BTreeMap<i64, Value>>,
    /// What they themselves have to do with these.
    pub thread_states: BTreeMap<String, Value>,
    /// What they themselves began to write.
    pub draft: Value,
}

pub const MESSAGE: &str = "id seq body editedAt deletedAt pinnedAt author { id } mentions { id }
    mentionsRoom threadRoot { id } replyTo { id } forwardedFrom { sentAt } notice { kind }
    reactions { emoji count users(first: 5) { id } }";
pub const SETTINGS: &str = "topic announcementOnly archivedAt";
pub const MEMBER: &str = "user { id } role mutedUntil";
pub const THREAD_STATE: &str = "following lastReadSeq unread { messages mentions }";

impl Known {
    /// Without what is to be sent to rooms that they are not in: they hear no more of that.
    pub fn in_rooms(mut self) -> Self {
        let rooms = &self.rooms;
        self.scheduled
            .retain(|_, one| rooms.contains_key(one["room"]["id"].as_str().unwrap_or_default()));
        self
    }
}

impl RoomState {
    pub fn put(&mut self, message: &Value) {
        let mut message = message.clone();
        let body = text(&message["body"]);
        if body.len() > 100 {
            // Enough to tell them apart.
            let start: String = body.chars().take(40).collect();
            message["body"] = json!(format!("{start}… {} bytes", body.len()));
        }
        let seq = message["seq"].as_i64().expect("a number");
        if let Some(root) = message["threadRoot"].as_object_mut() {
            root.remove("thread");
        }
        match message["threadRoot"]["id"].as_str() {
            Some(root) => self.threads.entry(root.to_owned()).or_default(),
            None => &mut self.messages,
        }
        .insert(seq, message.clone());
    }

    /// A change may be told after the person has left, who is not there then.
    pub fn put_member(&mut self, member: &Value) {
        let id = text(&member["user"]["id"]);
        self.members.insert(id, member.clone());
    }

    pub fn put_settings(&mut self, room: &Value) {
        for name in SETTINGS.split_whitespace() {
            self.settings[name] = room[name].clone();
        }
    }

    /// These messages are pinned, and no others. Nothing, if somebody may not know any more.
    pub fn put_pins(&mut self, pins: &Value) {
        let Some(pins) = pins.as_array() else {
            return;
        };
        let threads = self.threads.values_mut().flat_map(BTreeMap::values_mut);
        for message in self.messages.values_mut().chain(threads) {
            let pin = pins.iter().find(|pin| pin["id"] == message["id"]);
            message["pinnedAt"] = pin.map_or(Value::Null, |pin| pin["pinnedAt"].clone());
        }
    }

    /// What somebody has to do with a thread.
    pub fn put_thread_state(&mut self, root: &Value, thread: &Value) {
        if thread.is_null() {
            return;
        }
        let names = ["following", "lastReadSeq", "unread"];
        let state = names.map(|name| (name.to_owned(), thread[name].clone()));
        self.thread_states
            .insert(text(root), state.into_iter().collect());
    }

    /// Whether what is said to be unread in threads is what there is.
    pub fn check_threads(&self, person: &str) {
        assert!(self.thread_states.keys().eq(self.threads.keys()));
        for (root, state) in &self.thread_states {
            let expected = match state["following"] == true {
                true => {
                    let last_read_seq = state["lastReadSeq"].as_i64().expect("a number");
                    unread(&self.threads[root], person, last_read_seq)
                }
                false => json!({ "messages": 0, "mentions": 0 }),
            };
            assert_eq!(state["unread"], expected, "in the thread of {root}");
        }
    }
}

/// How many messages of a timeline after that one somebody has to read, and how many speak to them.
pub fn unread(timeline: &BTreeMap<i64, Value>, person: &str, last_read_seq: i64) -> Value {
    let after = timeline.range(last_read_seq + 1..);
    let unread = after.filter(|(_, message)| {
        let is_said = message["deletedAt"].is_null() && message["notice"].is_null();
        is_said && message["author"]["id"] != person
    });
    let unread: Vec<&Value> = unread.map(|(_, message)| message).collect();
    let speaks_to_them = |message: &&&Value| {
        let mentions = message["mentions"].as_array().expect("a list");
        mentions.iter().any(|user| user["id"] == person)
    };
    let mentions = unread.iter().filter(speaks_to_them).count();
    json!({ "messages": unread.len(), "mentions": mentions })
}

/// The room as somebody sees it now; `None` if they are not in it.
pub async fn fetch(person: &Person, id: &str) -> Option<RoomState> {
    let document = format!(
        "query ($id: ID!, $after: String) {{
            room(id: $id) {{
                {SETTINGS}
                membership {{ draft {{ body replyTo {{ id }} }} }}
                members(first: 100) {{ nodes {{ {MEMBER} }} }}
                messages(first: 50, after: $after) {{
                    nodes {{ {MESSAGE} thread {{ {THREAD_STATE} }} }}
                    pageInfo {{ hasNextPage endCursor }}
                }}
            }}
        }}"
    );
    let mut state = RoomState::default();
    let mut after = Value::Null;
    loop {
        let variables = json!({ "id": id, "after": after });
        let answer = person.ask(&document, variables).await;
        if let Some(errors) = answer.body["errors"].as_array() {
            // They have left since the question was asked.
            for error in errors {
                let code = error["extensions"]["code"].as_str();
                assert!(matches!(code, Some("FORBIDDEN" | "NOT_FOUND")), "{error}");
            }
            return None;
        }
        let room: Option<Value> = answer.get("/room");
        let room = room?;
        let members = room["members"]["nodes"].as_array().expect("members");
        state.members.clear();
        for member in members {
            state.put_member(member);
        }
        state.put_settings(&room);
        state.draft = room["membership"]["draft"].clone();
        let page = &room["messages"];
        for message in page["nodes"].as_array().expect("messages") {
            let mut message = message.clone();
            let fields = message.as_object_mut().expect("a message");
            let thread = fields.remove("thread").expect("whether there is one");
            state.put(&message);
            state.put_thread_state(&message["id"], &thread);
            if !thread.is_null() && !fetch_thread(person, &message["id"], &mut state).await {
                return None;
            }
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return Some(state);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// False if they are not in the room any more.
async fn fetch_thread(person: &Person, root: &Value, state: &mut RoomState) -> bool {
    let document = format!(
        "query ($id: ID!) {{ node(id: $id) {{ ... on Message {{
            thread {{ messages(first: 100) {{ nodes {{ {MESSAGE} }} }} }}
        }} }} }}"
    );
    let answer = person.ask(&document, json!({ "id": root })).await;
    let replies = &answer.body["data"]["node"]["thread"]["messages"]["nodes"];
    for reply in replies.as_array().into_iter().flatten() {
        state.put(reply);
    }
    replies.is_array()
}

/// Null if they are not in the room any more, like the next one.
pub async fn fetch_thread_state(person: &Person, root: &Value) -> Value {
    let document = format!(
        "query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ thread {{ {THREAD_STATE} }} }} }} }}"
    );
    let answer = person.ask(&document, json!({ "id": root })).await;
    answer.body["data"]["node"]["thread"].clone()
}

pub async fn fetch_pins(person: &Person, id: &str) -> Value {
    let document = "query ($id: ID!) { room(id: $id) { pinnedMessages { id pinnedAt } } }";
    let answer = person.ask(document, json!({ "id": id })).await;
    answer.body["data"]["room"]["pinnedMessages"].clone()
}

pub async fn fetch_scheduled(person: &Person) -> BTreeMap<String, Value> {
    let document = "{ viewer { scheduledMessages { id body sendAt failure room { id } } } }";
    let answer = person.ask(document, json!({})).await;
    let scheduled: Vec<Value> = answer.get("/viewer/scheduledMessages");
    let by_id = scheduled.into_iter().map(|one| (text(&one["id"]), one));
    by_id.collect()
}
