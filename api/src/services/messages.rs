//! Messages: sending them exactly once, and reading back.

mod changes;
mod writer;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::mentions::mentioned;
use super::permissions::can_read_messages;
use super::text;
use crate::model::message::BodyRefused;
use crate::model::{Bound, Direction, Message, MessageBody, MessageId, NewMessage, Page, RoomId};
use writer::Writer;

pub struct MessageDraft {
    pub room_id: RoomId,
    pub body: String,
    /// The sender's idempotency key.
    pub client_id: Option<String>,
}

/// Which part of a room's history.
pub enum History {
    Range(Bound<i64>),
    /// Half a page before a message, then the message and what follows.
    Around {
        message: MessageId,
        limit: i64,
    },
}

pub struct Messages {
    core: Arc<Core>,
    writer: Writer,
}

impl Messages {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let writer = Writer::start(&core);
        Self { core, writer }
    }

    /// A page of a room that the viewer may see, in `seq` order.
    pub async fn list(
        &self,
        viewer: Viewer,
        room: RoomId,
        history: History,
    ) -> Result<Page<Message>> {
        let mut connection = self.core.read().await?;
        let membership = connection.find_member(room, viewer.user_id).await?;
        if !can_read_messages(membership.as_ref()) {
            return Err(Error::Forbidden("Join this channel to read its messages"));
        }
        let bound = match history {
            History::Range(bound) => bound,
            History::Around { message, limit } => {
                let found = connection.find_messages(vec![message]).await?.pop();
                let found = found.filter(|message| message.room_id == room);
                let seq = found.ok_or(Error::NotFound("Message"))?.seq;
                let after = Some(seq - 1 - limit / 2).filter(|after| *after > 0);
                Bound {
                    after,
                    before: None,
                    direction: Direction::Forward,
                    limit,
                }
            }
        };
        Ok(connection.list_messages(room, bound).await?)
    }

    /// Sends a message. A retry with the same `client_id` answers with the first message,
    /// whenever it comes; the same key with other content is a conflict.
    pub async fn send(&self, viewer: Viewer, draft: MessageDraft) -> Result<Message> {
        self.core.check_write(viewer)?;
        let body = MessageBody::try_from(draft.body).map_err(refused_body)?;
        let client_id = text::client_key("clientId", draft.client_id)?;
        let body = body.into_inner();
        let fingerprint = fingerprint(draft.room_id, &body);
        let now = self.core.now();
        let new = NewMessage {
            id: self.core.ids.next(now),
            room_id: draft.room_id,
            author_id: viewer.user_id,
            client_id,
            fingerprint: fingerprint.clone(),
            mentioned: mentioned(&body),
            body,
            sent_at: now,
        };
        let room = new.room_id;
        let written = self.writer.write(new).await?;
        let typing = &self.core.typing;
        typing.set(room, viewer.user_id, false, now);
        match written.sent_before {
            Some(first) if first != fingerprint => Err(Error::Conflict {
                field: "clientId",
                message: "Another message was sent with this clientId",
            }),
            _ => Ok(written.message),
        }
    }

    /// Returns when every message that was taken is on disk; no more are taken.
    pub async fn finish(&self) {
        self.writer.finish().await;
    }
}

fn refused_body(refused: BodyRefused) -> Error {
    let (field, message) = ("body", refused.to_string());
    match refused {
        BodyRefused::TooLong => Error::TooLarge { field, message },
        BodyRefused::Blank | BodyRefused::ControlCharacter => Error::Invalid { field, message },
    }
}

fn fingerprint(room: RoomId, body: &str) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(room.as_uuid());
    digest.update(body);
    digest.finalize().to_vec()
}
