//! The message event that every server delivers: what it is asked for with, and its shape.

use serde_json::{Value, json};

use crate::driver::{Script, from_client};
use crate::http::upgrade_request;

/// What is said.
pub const BODY: &str = "Shall we meet at the station at nine, or is that too early for everybody?";

/// What a subscriber of a GraphQL server asks for, with the arguments of the operation and of its
/// field.
fn subscription(variables: &str, arguments: &str) -> String {
    format!(
        "subscription({variables}) {{ messages({arguments}) {{ ... on MessageSent {{ \
         cursor message {{ id seq body sentAt author {{ id displayName }} }} room {{ id }} \
         }} }} }}"
    )
}

/// What a subscriber says to hear a room from now on.
pub fn from_now(room: &str) -> Value {
    let document = subscription("$room: ID", "roomId: $room");
    json!({ "query": document, "variables": { "room": room } })
}

/// What a subscriber of Causerie says to hear what it missed first.
pub fn from_cursor(room: &str, cursor: &str) -> Value {
    let document = subscription("$room: ID, $after: Cursor", "roomId: $room, after: $after");
    json!({ "query": document, "variables": { "room": room, "after": cursor } })
}

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
    }
}
