//! Messages: sending them exactly once, and reading back.

mod changes;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::mentions::{mentioned, note_mentions};
use super::permissions::{can_read_messages, can_see_room, can_send_message};
use super::text;
use crate::model::message::BodyRefused;
use crate::model::{
    Bound, Direction, EventKind, Message, MessageBody, MessageId, NewEvent, NewMessage, Page,
    RoomId,
};

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

pub struct Messages(Arc<Core>);

impl Messages {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// A page of a room that the viewer may see, in `seq` order.
    pub async fn list(
        &self,
        viewer: Viewer,
        room: RoomId,
        history: History,
    ) -> Result<Page<Message>> {
        let mut connection = self.0.read().await?;
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
        let body = MessageBody::try_from(draft.body).map_err(refused_body)?;
        let client_id = text::client_key("clientId", draft.client_id)?;
        let body = body.into_inner();
        let fingerprint = fingerprint(draft.room_id, &body);
        if let Some(sent) = self
            .find_sent(viewer, client_id.as_deref(), &fingerprint)
            .await?
        {
            return Ok(sent);
        }
        let now = self.0.now();
        let new = NewMessage {
            id: self.0.ids.next(now),
            room_id: draft.room_id,
            author_id: viewer.user_id,
            client_id,
            fingerprint,
            mentioned: mentioned(&body),
            body,
            sent_at: now,
        };
        match self.store(viewer, &new).await? {
            Some(message) => Ok(message),
            None => {
                let client_id = new.client_id.as_deref();
                let sent = self.find_sent(viewer, client_id, &new.fingerprint).await?;
                sent.ok_or(Error::NotFound("Message"))
            }
        }
    }

    /// `None` when a concurrent retry was first.
    async fn store(&self, viewer: Viewer, new: &NewMessage) -> Result<Option<Message>> {
        let mut transaction = self.0.begin().await?;
        // Taking the number first holds the room, so that the membership cannot change between
        // the check and the commit.
        let room = transaction.allot_seq(new.room_id, new.sent_at).await?;
        let room = room.ok_or(Error::NotFound("Room"))?;
        let membership = transaction.find_member(room.id, viewer.user_id).await?;
        if !can_see_room(&room, membership.as_ref()) {
            return Err(Error::NotFound("Room"));
        }
        if !can_send_message(membership.as_ref()) {
            return Err(Error::Forbidden("Join this channel to send messages to it"));
        }
        let Some(message) = transaction.insert_message(new, room.last_seq).await? else {
            return Ok(None);
        };
        note_mentions(&mut transaction, [(message.id, new.mentioned.as_slice())]).await?;
        let kind = EventKind::MessageSent {
            room: room.id,
            message: message.id,
        };
        let event = NewEvent {
            at: new.sent_at,
            kind,
        };
        transaction.record_about(event, message.clone());
        transaction.commit().await?;
        Ok(Some(message))
    }

    async fn find_sent(
        &self,
        viewer: Viewer,
        client_id: Option<&str>,
        fingerprint: &[u8],
    ) -> Result<Option<Message>> {
        let Some(client_id) = client_id else {
            return Ok(None);
        };
        let sent = self
            .0
            .read()
            .await?
            .find_sent(viewer.user_id, client_id)
            .await?;
        match sent {
            Some((message, first)) if first == fingerprint => Ok(Some(message)),
            Some(_) => Err(Error::Conflict {
                field: "clientId",
                message: "Another message was sent with this clientId",
            }),
            None => Ok(None),
        }
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
