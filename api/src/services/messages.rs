//! Messages: sending them exactly once, and reading back.

mod changes;
mod forwarding;
mod pins;
mod reactions;
mod scheduling;
mod writer;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::mentions::{EVERYONE, mentioned};
use super::permissions::can_read_messages;
use super::text;
use crate::model::message::BodyRefused;
use crate::model::{
    Bound, Direction, Member, Message, MessageBody, MessageId, NewMessage, Page, RoomId,
    TimelineId, UserId,
};
use crate::storage::Connection;
pub(super) use changes::erase;
use writer::Writer;

pub struct MessageDraft {
    pub room_id: RoomId,
    /// A message on the room's main line, in whose thread it is said.
    pub thread_root: Option<MessageId>,
    pub body: String,
    /// The sender's idempotency key.
    pub client_id: Option<String>,
    /// An earlier message of the same room.
    pub reply_to: Option<MessageId>,
}

impl MessageDraft {
    /// With what a retry under the same key must match.
    fn checked(self) -> Result<(Self, Vec<u8>)> {
        let body = MessageBody::try_from(self.body).map_err(refused_body)?;
        let draft = Self {
            client_id: text::client_key("clientId", self.client_id)?,
            body: body.into_inner(),
            ..self
        };
        let (room, thread_root) = (draft.room_id, draft.thread_root);
        let fingerprint = fingerprint(room, thread_root, draft.reply_to, &draft.body);
        Ok((draft, fingerprint))
    }
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

    /// A page of a room's main line or of one of its threads, in `seq` order.
    pub async fn list(
        &self,
        viewer: Viewer,
        room: RoomId,
        thread_root: Option<MessageId>,
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
                let seq = find_place(&mut connection, room, message).await?;
                let after = Some(seq - 1 - limit / 2).filter(|after| *after > 0);
                Bound {
                    after,
                    before: None,
                    direction: Direction::Forward,
                    limit,
                }
            }
        };
        let timeline = TimelineId::of(room, thread_root);
        Ok(connection.list_messages(timeline, bound).await?)
    }

    /// Sends a message. A retry with the same `client_id` answers with the first message,
    /// whenever it comes; the same key with other content is a conflict.
    pub async fn send(&self, viewer: Viewer, draft: MessageDraft) -> Result<Message> {
        self.core.check_write(viewer)?;
        self.send_for(viewer.user_id, draft).await
    }

    async fn send_for(&self, author: UserId, draft: MessageDraft) -> Result<Message> {
        let (draft, fingerprint) = draft.checked()?;
        let MessageDraft {
            room_id: room,
            thread_root,
            reply_to,
            body,
            client_id,
        } = draft;
        let mut connection = self.core.read().await?;
        check_references(&mut connection, author, room, thread_root, reply_to).await?;
        drop(connection);
        let mentioned = mentioned(&body);
        let now = self.core.now();
        let new = NewMessage {
            id: self.core.ids.next(now),
            room_id: room,
            thread_root,
            author_id: author,
            client_id,
            fingerprint,
            to_everyone: mentioned.iter().any(|name| name == EVERYONE),
            mentioned,
            reply_to,
            forwarded_from: None,
            body,
            sent_at: now,
        };
        self.write(new).await
    }

    async fn write(&self, new: NewMessage) -> Result<Message> {
        let (room, author, now) = (new.room_id, new.author_id, new.sent_at);
        let fingerprint = new.fingerprint.clone();
        let written = self.writer.write(new).await?;
        self.core.typing.set(room, author, false, now);
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

/// Whether a message may refer to these. Whoever is not in the room is refused where everyone is who
/// sends.
async fn check_references(
    connection: &mut Connection,
    author: UserId,
    room: RoomId,
    thread_root: Option<MessageId>,
    reply_to: Option<MessageId>,
) -> Result<()> {
    let ids: Vec<MessageId> = thread_root.into_iter().chain(reply_to).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let membership = connection.find_member(room, author).await?;
    if !can_read_messages(membership.as_ref()) {
        return Ok(());
    }
    let mut found = connection.find_messages(ids.clone()).await?;
    found.retain(|message| message.room_id == room);
    let is_found = |id: &MessageId| found.iter().any(|message| message.id == *id);
    if !ids.iter().all(is_found) {
        return Err(Error::NotFound("Message"));
    }
    let is_on_thread = |message: &&Message| message.thread_root.is_some();
    let mut on_threads = found.iter().filter(is_on_thread);
    if on_threads.any(|message| Some(message.id) == thread_root) {
        let message = "A thread hangs on a message of the room, not on a reply in a thread";
        return Err(Error::invalid("threadRootId", message));
    }
    Ok(())
}

/// The number of a message on its room's main line; of a reply in a thread, that of the message which
/// the thread hangs on.
async fn find_place(connection: &mut Connection, room: RoomId, id: MessageId) -> Result<i64> {
    let mut place = id;
    loop {
        let found = connection.find_messages(vec![place]).await?.pop();
        let found = found.filter(|message| message.room_id == room);
        let found = found.ok_or(Error::NotFound("Message"))?;
        match found.thread_root {
            Some(root) => place = root,
            None => return Ok(found.seq),
        }
    }
}

/// A message in a room that the viewer is in, and their part in that room.
pub(super) async fn find_readable(
    connection: &mut Connection,
    viewer: Viewer,
    id: MessageId,
) -> Result<(Message, Member)> {
    let found = connection.find_messages(vec![id]).await?.pop();
    let message = found.ok_or(Error::NotFound("Message"))?;
    let membership = connection
        .find_member(message.room_id, viewer.user_id)
        .await?;
    match membership.filter(|member| can_read_messages(Some(member))) {
        Some(membership) => Ok((message, membership)),
        None => Err(Error::NotFound("Message")),
    }
}

fn refused_body(refused: BodyRefused) -> Error {
    let (field, message) = ("body", refused.to_string());
    match refused {
        BodyRefused::TooLong => Error::TooLarge { field, message },
        BodyRefused::Blank | BodyRefused::ControlCharacter => Error::Invalid { field, message },
    }
}

fn fingerprint(
    room: RoomId,
    thread_root: Option<MessageId>,
    reply_to: Option<MessageId>,
    body: &str,
) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(room.as_uuid());
    for reference in [reply_to, thread_root] {
        digest.update([u8::from(reference.is_some())]);
        if let Some(reference) = reference {
            digest.update(reference.as_uuid());
        }
    }
    digest.update(body);
    digest.finalize().to_vec()
}
