//! The message event that every server delivers: what it is asked for with, and its shape.

use serde_json::{Value, json};

use crate::driver::{Script, from_client};
use crate::http::upgrade_request;

/// What is said.
pub const BODY: &str = "Shall we meet at the station at nine, or is that too early for everybody?";

/// What is asked for of an event.
macro_rules! event {
    () => {
        "... on MessageSent { cursor message { id seq body sentAt author { id displayName } } \
         room { id } }"
    };
}

const FROM_NOW: &str = concat!(
    "subscription($room: ID) { messages(roomId: $room) { ",
    event!(),
    " } }"
);
const FROM_CURSOR: &str = concat!(
    "subscription($after: Cursor) { events(after: $after) { cursor live reset events { ",
    event!(),
    " } } }"
);

/// What a subscriber of a GraphQL server says to hear a room from now on.
pub fn from_now(room: &str) -> Value {
    json!({ "query": FROM_NOW, "variables": { "room": room } })
}

/// What a subscriber of Causerie says to hear all that it missed, many events at a time.
pub fn from_cursor(cursor: &str) -> Value {
    json!({ "query": FROM_CURSOR, "variables": { "after": cursor } })
}

/// What each event contains once.
pub const MARK: &[u8] = b"\"seq\":";

/// An event as Causerie writes it. The peers' events have other ids, as long as these.
pub fn event() -> Value {
    json!({
        "cursor": "bG9nOjEyMzQ1",
        "message": {
            "id": "msg_01jd0000000000000000000001",
            "seq": 12345,
            "body": BODY,
            "sentAt": "2026-01-01T00:00:00.000Z",
            "author": { "id": "usr_01jd0000000000000000000001", "displayName": "person-1" },
        },
        "room": { "id": "room_01jd0000000000000000000001" },
    })
}

/// How to subscribe to a room with graphql-transport-ws.
pub fn graphql_script(room: usize, operation: &Value, token: Option<&str>) -> Script {
    let init = match token {
        Some(token) => {
            let authorization = format!("Bearer {token}");
            json!({ "type": "connection_init", "payload": { "authorization": authorization } })
        }
        None => json!({ "type": "connection_init" }),
    };
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": operation });
    let text = |message: Value| from_client(1, message.to_string().as_bytes());
    Script {
        room,
        upgrades: true,
        lines: vec![
            upgrade_request("/graphql", Some("graphql-transport-ws")),
            text(init),
            text(subscribe),
        ],
        mark: None,
    }
}
