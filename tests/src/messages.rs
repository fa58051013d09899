//! What people say, and read.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Answer, Person, Room};

const MESSAGE: &str = "id seq clientId body sentAt editedAt deletedAt author { id username }";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: String,
    pub seq: i64,
    pub client_id: Option<String>,
    pub body: String,
    pub sent_at: String,
    pub edited_at: Option<String>,
    pub deleted_at: Option<String>,
    pub author: Author,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Author {
    pub id: String,
    pub username: String,
}

/// A page of a room's messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub nodes: Vec<Message>,
    pub page_info: PageInfo,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

impl Page {
    pub fn seqs(&self) -> Vec<i64> {
        self.nodes.iter().map(|message| message.seq).collect()
    }
}

impl Person {
    pub async fn try_send(&self, input: Value) -> Answer {
        self.mutate("sendMessage", &format!("message {{ {MESSAGE} }}"), input)
            .await
    }

    pub async fn reply(&self, room: &Room, to: &Message, body: &str) -> Message {
        let input = json!({ "roomId": room.id, "body": body, "replyToId": to.id });
        self.try_send(input).await.success("sendMessage", "message")
    }

    /// Says something in the thread that hangs on a message.
    pub async fn reply_in_thread(&self, root: &Message, room: &Room, body: &str) -> Message {
        let input = json!({ "roomId": room.id, "body": body, "threadRootId": root.id });
        self.try_send(input).await.success("sendMessage", "message")
    }

    pub async fn send(&self, room: &Room, body: &str) -> Message {
        let answer = self
            .try_send(json!({ "roomId": room.id, "body": body }))
            .await;
        answer.success("sendMessage", "message")
    }

    /// Sends under an id of the client's own, by which a retry is recognised.
    pub async fn send_as(&self, client_id: &str, room: &Room, body: &str) -> Message {
        let input = json!({ "roomId": room.id, "body": body, "clientId": client_id });
        self.try_send(input).await.success("sendMessage", "message")
    }

    pub async fn try_edit(&self, message_id: &str, body: &str) -> Answer {
        let input = json!({ "messageId": message_id, "body": body });
        self.mutate("editMessage", &format!("message {{ {MESSAGE} }}"), input)
            .await
    }

    pub async fn edit(&self, message: &Message, body: &str) -> Message {
        let answer = self.try_edit(&message.id, body).await;
        answer.success("editMessage", "message")
    }

    pub async fn try_delete(&self, message_id: &str) -> Answer {
        let input = json!({ "messageId": message_id });
        self.mutate("deleteMessage", &format!("message {{ {MESSAGE} }}"), input)
            .await
    }

    pub async fn delete(&self, message: &Message) -> Message {
        let answer = self.try_delete(&message.id).await;
        answer.success("deleteMessage", "message")
    }

    pub async fn pin(&self, message: &Message) {
        let input = json!({ "messageId": message.id });
        self.done("pinMessage", input).await;
    }

    /// A page of history; `arguments` as in `last: 20, before: "…"`, or empty.
    pub async fn try_history(&self, room: &Room, arguments: &str) -> Answer {
        let arguments = match arguments {
            "" => String::new(),
            some => format!("({some})"),
        };
        let document = format!(
            "query ($id: ID!) {{
                room(id: $id) {{
                    messages{arguments} {{
                        nodes {{ {MESSAGE} }}
                        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
                    }}
                }}
            }}"
        );
        self.ask(&document, json!({ "id": room.id })).await
    }

    pub async fn history(&self, room: &Room, arguments: &str) -> Page {
        self.try_history(room, arguments)
            .await
            .get("/room/messages")
    }

    pub async fn try_mark_read(&self, room_id: &str, seq: i64) -> Answer {
        let input = json!({ "roomId": room_id, "seq": seq });
        let fields = "membership { lastReadSeq unread { messages mentions } }";
        self.mutate("markRead", fields, input).await
    }

    /// Says how far this person has read; the marker then, and how many messages are unread.
    pub async fn mark_read(&self, room: &Room, seq: i64) -> (i64, i64) {
        let answer = self.try_mark_read(&room.id, seq).await;
        (
            answer.success("markRead", "membership/lastReadSeq"),
            answer.success("markRead", "membership/unread/messages"),
        )
    }
}
