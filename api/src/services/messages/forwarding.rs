//! Saying somewhere what was said elsewhere.

use sha2::{Digest, Sha256};

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::permissions::can_forward_message;
use super::super::text;
use super::{Messages, find_readable};
use crate::model::{Message, MessageId, NewMessage, RoomId};

impl Messages {
    /// Sends what a message says, in a room that the viewer may read, to another or the same one. A
    /// retry with the same `client_id` answers with the first message, whatever became of the source.
    pub async fn forward(
        &self,
        viewer: Viewer,
        source: MessageId,
        room: RoomId,
        client_id: Option<String>,
    ) -> Result<Message> {
        self.core.check_write(viewer)?;
        let client_id = text::client_key("clientId", client_id)?;
        let mut connection = self.core.read().await?;
        let found = match find_readable(&mut connection, viewer, source).await {
            Ok((message, _)) if !can_forward_message(&message) => {
                return Err(Error::Forbidden("A notice cannot be forwarded"));
            }
            Ok((message, _)) => Some(message),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        drop(connection);
        let first = found.as_ref().and_then(|found| found.forwarded_from);
        let now = self.core.now();
        self.write(NewMessage {
            id: self.core.ids.next(now),
            room_id: room,
            thread_root: None,
            author_id: viewer.user_id,
            client_id,
            fingerprint: fingerprint(room, source),
            // A body that is gone is refused where messages are written, unless it was sent before.
            body: found.map(|found| found.body).unwrap_or_default(),
            mentioned: Vec::new(),
            to_everyone: false,
            reply_to: None,
            forwarded_from: Some(first.unwrap_or(source)),
            sent_at: now,
        })
        .await
    }
}

fn fingerprint(room: RoomId, source: MessageId) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(b"forwarded");
    digest.update(room.as_uuid());
    digest.update(source.as_uuid());
    digest.finalize().to_vec()
}
