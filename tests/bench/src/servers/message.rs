//! The message event that every server delivers: what it is asked for with, and its shape.

use serde_json::{Value, json};

use crate::driver::{Script, from_client};
use crate::http::upgrade_request;

/// What is said.
pub const BODY: &str = "Shall we meet at the station at nine, or is that too early for everybody?";

/// What a subscriber of a GraphQL server asks for.
pub const SUBSCRIPTION: &str = "subscription($room: ID) { messages(roomId: $room) { \
    ... on MessageSent { cursor message { id seq body sentAt author { id displayName } } \
    room { id } } } }";

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

/// How to subscribe to a room with graphql-transport-ws. The ping at the end is answered once the
/// subscription was read.
pub fn graphql_script(room: usize, variables: &Value, authorization: Option<&str>) -> Script {
    let payload = authorization.map(|value| json!({ "authorization": value }));
    let init = match payload {
        Some(payload) => json!({ "type": "connection_init", "payload": payload }),
        None => json!({ "type": "connection_init" }),
    };
    let operation = json!({ "query": SUBSCRIPTION, "variables": variables });
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": operation });
    let text = |message: Value| from_client(1, message.to_string().as_bytes());
    Script {
        room,
        upgrades: true,
        lines: vec![
            upgrade_request("/graphql", Some("graphql-transport-ws")),
            text(init),
            [text(subscribe), text(json!({ "type": "ping" }))].concat(),
        ],
    }
}
