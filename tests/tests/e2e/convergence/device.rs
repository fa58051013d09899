//! A client that keeps what it hears: it asks once, and then lives on events.

use std::sync::Arc;

use causerie_tests::{Person, Room, Server, Socket};
use serde_json::{Value, json};
use tokio::sync::{Barrier, mpsc};

use super::log::{Batch, Heard, text};
use super::script::Command;
use super::state::{
    Known, MEMBER, MESSAGE, SETTINGS, THREAD_STATE, fetch, fetch_pins, fetch_scheduled,
    fetch_thread_state,
};

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
    known: Known,
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
            known: Known::default(),
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
    ) -> (Known, Vec<Heard>) {
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
        (self.known, self.heard)
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
            self.known = Known::default();
            self.known.scheduled = fetch_scheduled(&person).await;
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
            "MemberJoined" if text(&event["member"]["user"]["id"]) == person.id => {
                self.load(&person, &id).await;
                self.known.scheduled = fetch_scheduled(&person).await;
            }
            "MemberLeft" if text(&event["user"]["id"]) == person.id => {
                self.known.rooms.remove(&id);
            }
            "ScheduledMessagesChanged" => self.known.scheduled = fetch_scheduled(&person).await,
            _ => self.apply_to_room(&person, &id, event).await,
        }
    }

    async fn apply_to_room(&mut self, person: &Person, id: &str, event: &Value) {
        let is_last = Some(id) == self.last_room.as_deref();
        let Some(room) = self.known.rooms.get_mut(id) else {
            return;
        };
        match event["__typename"].as_str().expect("a kind") {
            "MemberJoined" | "MemberChanged" => room.put_member(&event["member"]),
            "MemberLeft" => drop(room.members.remove(&text(&event["user"]["id"]))),
            "RoomChanged" => {
                let pins = match self.asks {
                    Asks::Alike => fetch_pins(person, id).await,
                    Asks::ForOneself => event["changed"]["pinnedMessages"].clone(),
                };
                room.put_settings(&event["changed"]);
                room.put_pins(&pins);
            }
            "MessageSent" | "MessageEdited" | "MessageDeleted" | "ReactionsChanged" => {
                room.put(&event["message"]);
                let root = &event["message"]["threadRoot"];
                if !root.is_null() {
                    let state = match self.asks {
                        Asks::Alike => fetch_thread_state(person, &root["id"]).await,
                        Asks::ForOneself => root["thread"].clone(),
                    };
                    room.put_thread_state(&root["id"], &state);
                }
                self.is_done |= is_last;
            }
            "ThreadChanged" => {
                let thread = &event["thread"];
                room.put_thread_state(&thread["root"]["id"], thread);
            }
            "DraftChanged" => room.draft = event["draft"].clone(),
            unknown => panic!("what is {unknown}?"),
        }
    }

    /// Loads what was there before one came. They may have left again meanwhile, as events will
    /// tell.
    async fn load(&mut self, person: &Person, id: &str) {
        match fetch(person, id).await {
            Some(room) => self.known.rooms.insert(id.to_owned(), room),
            None => self.known.rooms.remove(id),
        };
    }
}

/// Without a limit to the wait.
async fn wait(socket: &mut Option<Socket>) -> Value {
    match socket {
        Some(socket) => socket.wait().await.expect("a socket that stays open"),
        None => std::future::pending().await,
    }
}

const VIEWER: &str = "{ viewer { cursor rooms(first: 100) { nodes { id } } } }";

fn events(asks: Asks) -> String {
    let (room, thread, pins) = match asks {
        Asks::Alike => ("room { id }", String::new(), ""),
        Asks::ForOneself => (
            "room { id name membership { lastReadSeq } }",
            format!("threadRoot {{ thread {{ {THREAD_STATE} }} }}"),
            "pinnedMessages { id pinnedAt }",
        ),
    };
    format!(
        "subscription ($after: Cursor) {{
            events(after: $after) {{
                events {{
                    __typename cursor {room}
                    ... on MessageSent {{ message {{ {MESSAGE} {thread} }} }}
                    ... on MessageEdited {{ message {{ {MESSAGE} {thread} }} }}
                    ... on MessageDeleted {{ message {{ {MESSAGE} {thread} }} }}
                    ... on ReactionsChanged {{ message {{ {MESSAGE} {thread} }} }}
                    ... on MemberJoined {{ member {{ {MEMBER} }} }}
                    ... on MemberChanged {{ member {{ {MEMBER} }} }}
                    ... on MemberLeft {{ user {{ id }} }}
                    ... on RoomChanged {{ changed: room {{ {SETTINGS} {pins} }} }}
                    ... on ThreadChanged {{ thread {{ root {{ id }} {THREAD_STATE} }} }}
                    ... on DraftChanged {{ draft {{ body replyTo {{ id }} }} }}
                }}
                cursor live reset
            }}
        }}"
    )
}
