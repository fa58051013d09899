//! Somebody listening to the `messages` subscription.

use serde::Deserialize;
use serde_json::json;

use crate::{Message, Socket};

const MESSAGES: &str = "
    subscription ($roomId: ID, $after: Cursor) {
        messages(roomId: $roomId, after: $after) {
            __typename
            cursor
            room { id }
            ... on MessageSent { message { ...Fields } }
            ... on MessageEdited { message { ...Fields } }
            ... on MessageDeleted { message { ...Fields } }
        }
    }
    fragment Fields on Message {
        id seq clientId body sentAt editedAt deletedAt author { id username }
    }";

/// One event, as the subscription delivered it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Heard {
    /// The name of its type.
    #[serde(rename = "__typename")]
    pub kind: String,
    pub cursor: String,
    pub room: HeardRoom,
    pub message: Message,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HeardRoom {
    pub id: String,
}

/// A socket with one subscription on it.
pub struct Listener {
    socket: Socket,
    /// The cursor of what was heard last; where to resume.
    pub cursor: Option<String>,
}

impl Listener {
    /// Subscribes on an acknowledged socket and makes sure that the subscription runs: what is
    /// sent from now on is heard.
    pub(crate) async fn start(
        mut socket: Socket,
        room_id: Option<&str>,
        after: Option<&str>,
    ) -> Self {
        let variables = json!({ "roomId": room_id, "after": after });
        let payload = json!({ "query": MESSAGES, "variables": variables });
        let subscribe = json!({ "id": "messages", "type": "subscribe", "payload": payload });
        socket.write(&subscribe).await;
        Self {
            socket,
            cursor: after.map(str::to_owned),
        }
    }

    /// The next event, or how the subscription or its socket ended instead.
    pub async fn try_next(&mut self) -> Result<Heard, Ended> {
        let message = self.socket.read().await.map_err(Ended::Closed)?;
        assert_eq!(message["id"], "messages", "{message:#}");
        match message["type"].as_str() {
            Some("next") => {
                let errors = &message["payload"]["errors"];
                assert!(errors.is_null(), "{message:#}");
                let event = message["payload"]["data"]["messages"].clone();
                let heard: Heard = serde_json::from_value(event)
                    .unwrap_or_else(|error| panic!("{error} in {message:#}"));
                self.cursor = Some(heard.cursor.clone());
                Ok(heard)
            }
            Some("error") => {
                let code = &message["payload"][0]["extensions"]["code"];
                Err(Ended::Refused(code.as_str().unwrap_or_default().into()))
            }
            Some("complete") => Err(Ended::Completed),
            _ => panic!("unexpected: {message:#}"),
        }
    }

    /// The next event, which must come.
    pub async fn next(&mut self) -> Heard {
        let next = self.try_next().await;
        next.unwrap_or_else(|ended| panic!("expected a message, but {ended:?}"))
    }

    /// The bodies of the next `count` events.
    pub async fn bodies(&mut self, count: usize) -> Vec<String> {
        let mut bodies = Vec::new();
        while bodies.len() < count {
            bodies.push(self.next().await.message.body);
        }
        bodies
    }

    /// How it ends, when nothing but the end is to come.
    pub async fn ended(&mut self) -> Ended {
        match self.try_next().await {
            Err(ended) => ended,
            Ok(heard) => panic!("expected the end, but heard {heard:?}"),
        }
    }
}

/// How a subscription ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The server completed it.
    Completed,
    /// The server refused it with this code.
    Refused(String),
    /// The socket was closed with this code.
    Closed(u16),
}
