//! Pinning messages to their rooms.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::members::check_not_muted;
use super::super::notices;
use super::super::permissions::can_pin_message;
use super::super::rooms::check_open;
use super::{Messages, find_readable};
use crate::model::{EventKind, Message, MessageId, NewEvent, RoomId};

/// How many messages can be pinned in a room.
const PINNED_MOST: usize = 50;

impl Messages {
    /// Pins a message to its room, or no longer does. Nothing happens when that is so already.
    pub async fn pin(&self, viewer: Viewer, id: MessageId, pinned: bool) -> Result<Message> {
        self.core.check_write(viewer)?;
        let mut connection = self.core.read().await?;
        let (message, _) = find_readable(&mut connection, viewer, id).await?;
        drop(connection);
        let now = self.core.now();
        let mut transaction = self.core.begin().await?;
        let held = transaction.hold_room(message.room_id).await?;
        let mut room = held.ok_or(Error::NotFound("Message"))?;
        let (message, member) = find_readable(&mut transaction, viewer, id).await?;
        check_open(&room)?;
        check_not_muted(Some(&member), now)?;
        if !can_pin_message(&room, &member) {
            return Err(Error::Forbidden(
                "Only its owner and admins pin messages here",
            ));
        }
        if message.pinned_at.is_some() == pinned {
            return Ok(message);
        }
        if pinned {
            check_pinnable(&message, transaction.list_pinned(room.id).await?.len())?;
        }
        let changed = transaction.set_pinned(id, pinned.then_some(now)).await?;
        let kind = EventKind::RoomChanged { room: room.id };
        transaction.record(NewEvent { at: now, kind });
        if pinned {
            notices::tell_of_pin(&self.core, &mut transaction, &mut room, viewer, id).await?;
        }
        transaction.commit().await?;
        changed.ok_or(Error::NotFound("Message"))
    }

    /// The pinned messages of a room that the viewer may read, the newest pins first.
    pub async fn list_pinned(&self, room: RoomId) -> Result<Vec<Message>> {
        let mut connection = self.core.read().await?;
        Ok(connection.list_pinned(room).await?)
    }
}

fn check_pinnable(message: &Message, pinned: usize) -> Result<()> {
    if message.deleted_at.is_some() {
        return Err(Error::Conflict {
            field: "messageId",
            message: "This message is deleted",
        });
    }
    if pinned >= PINNED_MOST {
        let message = format!("At most {PINNED_MOST} messages can be pinned in a room");
        return Err(Error::invalid("messageId", message));
    }
    Ok(())
}
