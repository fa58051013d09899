//! A client that keeps what it hears: it asks once, and then lives on events.

use std::collections::BTreeMap;
use std::sync::Arc;

use causerie_tests::{Person, Room, Server, Socket};
use serde_json::{Value, json};
use tokio::sync::{Barrier, mpsc};

use super::log::{Batch, Heard, text};
use super::script::Command;

/// What somebody knows of their rooms.
pub type Rooms = BTreeMap<String, RoomState>;

#[derive(Debug, Default, PartialEq)]
pub struct RoomState {
    pub settings: Value,
    /// What each of them is there.
    pub members: BTreeMap<String, Value>,
    /// By `seq`.
    pub messages: BTreeMap<i64, Value>,
    /// By what they hang on, and by `seq`.
    pub threads: BTreeMap<String, BTreeMap<i64, Value>>,
}

/// What a device asks for with each event.
#[derive(Clone, Copy, Debug)]
pub enum Asks {
    /// What is the same for everyone.
    Alike,
    /// Something that depends on who asks.
    ForOneself,
}

pub struct Device<'a> {
    person: &'a Person,
    servers: &'a [&'a Server],
    asks: Asks,
    /// As phones have it that hardly get through.
    is_narrow: bool,
    /// The room in which the last thing happens.
    last_room: Option<String>,
    socket: Option<Socket>,
    is_reading: bool,
    /// Whether the server has said so last.
    is_live: bool,
    cursor: Option<String>,
    rooms: Rooms,
    heard: Vec<Heard>,
    is_done: bool,
}

impl<'a> Device<'a> {
    pub fn new(person: &'a Person, servers: &'a [&'a Server], asks: Asks, is_narrow: bool) -> Self {
        Self {
            person,
            servers,
            asks,
            is_narrow,
            last_room: None,
            socket: None,
            is_reading: true,
            is_live: false,
            cursor: None,
            rooms: Rooms::new(),
            heard: Vec::new(),
            is_done: false,
        }
    }

    /// Does what it is told until there is nobody more to tell it, and after the others have
    /// come as far, reads up to the last thing that happens. What it knows then, and all that it
    /// heard.
    pub async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<Command>,
        over: Arc<Barrier>,
        last_room: &Room,
    ) -> (Rooms, Vec<Heard>) {
        self.last_room = Some(last_room.id.clone());
        if self.socket.is_none() {
            self.connect(true, self.servers[0]).await;
        }
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => break,
                },
                message = wait(&mut self.socket), if self.is_reading => self.take(&message).await,
            }
        }
        over.wait().await;
        if self.socket.is_none() {
            self.connect(false, self.servers[0]).await;
        }
        while !self.is_done {
            let socket = self.socket.as_mut().expect("a connection");
            let message = socket.read().await.expect("a socket that stays open");
            self.take(&message).await;
        }
        (self.rooms, self.heard)
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Pause => self.is_reading = false,
            Command::Resume => self.is_reading = true,
            Command::Cut => self.socket = None,
            Command::Connect { anew, server } => {
                let server = self.servers[server.index(self.servers.len())];
                self.connect(anew, server).await;
            }
        }
    }

    pub async fn connect(&mut self, anew: bool, server: &Server) {
        (self.socket, self.is_live) = (None, false);
        let person = self.person.at(server);
        if anew {
            let answer = person.ask(VIEWER, json!({})).await;
            self.cursor = Some(answer.get("/viewer/cursor"));
            self.rooms = Rooms::new();
            let nodes: Vec<Value> = answer.get("/viewer/rooms/nodes");
            for room in nodes {
                self.load(&person, &text(&room["id"])).await;
            }
        }
        let cursor = self.cursor.clone().expect("where to go on");
        let mut socket = match self.is_narrow {
            true => person.narrow_socket().await,
            false => person.socket().await,
        };
        socket = socket.acknowledged().await;
        let variables = json!({ "after": cursor });
        let payload = json!({ "query": events(self.asks), "variables": variables });
        let subscribe = json!({ "id": "events", "type": "subscribe", "payload": payload });
        socket.write(&subscribe).await;
        self.socket = Some(socket);
        if anew {
            self.heard.push(Heard {
                after: cursor,
                batches: Vec::new(),
                returns: 0,
            });
        }
    }

    async fn take(&mut self, message: &Value) {
        let payload = &message["payload"];
        assert_eq!(message["type"], "next", "{message:#}");
        assert!(payload["errors"].is_null(), "{message:#}");
        let batch = &payload["data"]["events"];
        for event in batch["events"].as_array().expect("events") {
            self.apply(event).await;
        }
        self.cursor = Some(text(&batch["cursor"]));
        let heard = self.heard.last_mut().expect("a subscription");
        let batch = Batch::read(batch);
        heard.returns += usize::from(self.is_live && batch.was_read());
        self.is_live = batch.live;
        heard.batches.push(batch);
    }

    async fn apply(&mut self, event: &Value) {
        let id = text(&event["room"]["id"]);
        let person = self.person.clone();
        match event["__typename"].as_str().expect("a kind") {
            "MemberJoined" => {
                let user = text(&event["member"]["user"]["id"]);
                if user == person.id {
                    self.load(&person, &id).await;
                } else if let Some(room) = self.rooms.get_mut(&id) {
                    room.put_member(&event["member"]);
                }
            }
            "MemberChanged" => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.put_member(&event["member"]);
                }
            }
            "MemberLeft" => {
                let user = text(&event["user"]["id"]);
                if user == person.id {
                    self.rooms.remove(&id);
                } else if let Some(room) = self.rooms.get_mut(&id) {
                    room.members.remove(&user);
                }
            }
            "RoomChanged" => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.settings = event["changed"].clone();
                }
            }
            "MessageSent" | "MessageEdited" | "MessageDeleted" | "ReactionsChanged" => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.put(&event["message"]);
                }
                self.is_done |= Some(id) == self.last_room;
            }
            unknown => panic!("what is {unknown}?"),
        }
    }

    /// Loads what was there before one came. They may have left again meanwhile, as events will
    /// tell.
    async fn load(&mut self, person: &Person, id: &str) {
        match fetch(person, id).await {
            Some(room) => self.rooms.insert(id.to_owned(), room),
            None => self.rooms.remove(id),
        };
    }
}

impl RoomState {
    fn put(&mut self, message: &Value) {
        let mut message = message.clone();
        let body = text(&message["body"]);
        if body.len() > 100 {
            // Enough to tell them apart.
            let start: String = body.chars().take(40).collect();
            message["body"] = json!(format!("{start}… {} bytes", body.len()));
        }
        let seq = message["seq"].as_i64().expect("a number");
        match message["threadRoot"]["id"].as_str() {
            Some(root) => self.threads.entry(root.to_owned()).or_default(),
            None => &mut self.messages,
        }
        .insert(seq, message.clone());
    }

    /// A change may be told after the person has left, who is not there then.
    fn put_member(&mut self, member: &Value) {
        let id = text(&member["user"]["id"]);
        self.members.insert(id, member.clone());
    }

    /// How many messages after that one somebody has to read, and how many speak to them.
    pub fn unread(&self, person: &str, last_read_seq: i64) -> Value {
        let after = self.messages.range(last_read_seq + 1..);
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
}

/// The room as somebody sees it now; `None` if they are not in it.
pub async fn fetch(person: &Person, id: &str) -> Option<RoomState> {
    let document = format!(
        "query ($id: ID!, $after: String) {{
            room(id: $id) {{
                {SETTINGS}
                members(first: 100) {{ nodes {{ {MEMBER} }} }}
                messages(first: 50, after: $after) {{
                    nodes {{ {MESSAGE} thread {{ replyCount }} }}
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
        for name in SETTINGS.split_whitespace() {
            state.settings[name] = room[name].clone();
        }
        let page = &room["messages"];
        for message in page["nodes"].as_array().expect("messages") {
            let mut message = message.clone();
            let fields = message.as_object_mut().expect("a message");
            let thread = fields.remove("thread").expect("whether there is one");
            state.put(&message);
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

/// Without a limit to the wait.
async fn wait(socket: &mut Option<Socket>) -> Value {
    match socket {
        Some(socket) => socket.wait().await.expect("a socket that stays open"),
        None => std::future::pending().await,
    }
}

const VIEWER: &str = "{ viewer { cursor rooms(first: 100) { nodes { id } } } }";
const MESSAGE: &str = "id seq body editedAt deletedAt author { id } mentions { id } mentionsRoom
    threadRoot { id } replyTo { id } forwardedFrom { sentAt } notice { kind }
    reactions { emoji count users(first: 5) { id } }";
const SETTINGS: &str = "topic announcementOnly archivedAt";
const MEMBER: &str = "user { id } role mutedUntil";

fn events(asks: Asks) -> String {
    let room = match asks {
        Asks::Alike => "room { id }",
        Asks::ForOneself => "room { id name membership { lastReadSeq } }",
    };
    format!(
        "subscription ($after: Cursor) {{
            events(after: $after) {{
                events {{
                    __typename cursor {room}
                    ... on MessageSent {{ message {{ {MESSAGE} }} }}
                    ... on MessageEdited {{ message {{ {MESSAGE} }} }}
                    ... on MessageDeleted {{ message {{ {MESSAGE} }} }}
                    ... on ReactionsChanged {{ message {{ {MESSAGE} }} }}
                    ... on MemberJoined {{ member {{ {MEMBER} }} }}
                    ... on MemberChanged {{ member {{ {MEMBER} }} }}
                    ... on MemberLeft {{ user {{ id }} }}
                    ... on RoomChanged {{ changed: room {{ {SETTINGS} }} }}
                }}
                cursor live reset
            }}
        }}"
    )
}
