//! Reacting to messages.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::latest_changes::is_to_be_made;
use super::super::members::check_not_muted;
use super::super::rooms::check_open;
use super::super::text;
use super::{Messages, find_readable};
use crate::model::{EventKind, Message, MessageId, NewEvent, Room, Timestamp};
use crate::storage::Connection;

/// How many different emoji one message can have.
const DIFFERENT_MOST: usize = 50;

impl Messages {
    /// Gives an emoji to a message, or takes it back. Nothing happens when that is so already.
    pub async fn react(
        &self,
        viewer: Viewer,
        id: MessageId,
        emoji: &str,
        remove: bool,
        made_at: Option<Timestamp>,
    ) -> Result<Message> {
        self.core.check_write(viewer)?;
        let emoji = text::emoji("emoji", emoji)?;
        let now = self.core.now();
        let mut connection = self.core.read().await?;
        let message = find_reactable(&mut connection, viewer, id, None, now).await?;
        let user = viewer.user_id;
        let given = connection.find_own_reactions(user, vec![id]).await?;
        let is_made = given.iter().any(|(_, given)| given == emoji) != remove;
        if made_at.is_none() && is_made {
            return Ok(message);
        }
        drop(connection);
        let mut transaction = self.core.begin().await?;
        // Holds the room, so that neither the membership nor the message can change between the
        // check and the commit.
        let held = transaction.hold_room(message.room_id).await?;
        let message = find_reactable(&mut transaction, viewer, id, held, now).await?;
        if !is_to_be_made(&mut transaction, viewer, id.into(), made_at).await? {
            return Ok(message);
        }
        let is_changed = if remove {
            transaction.delete_reaction(id, user, emoji).await?
        } else {
            check_room_for(&mut transaction, &message, emoji).await?;
            transaction.insert_reaction(id, user, emoji, now).await?
        };
        if !is_changed {
            transaction.commit().await?;
            return Ok(message);
        }
        let kind = EventKind::ReactionsChanged {
            room: message.room_id,
            message: id,
        };
        transaction.record_about(NewEvent { at: now, kind }, message.clone());
        transaction.commit().await?;
        Ok(message)
    }
}

/// The message, if this viewer may react to it. Its room is looked up unless it is at hand.
async fn find_reactable(
    connection: &mut Connection,
    viewer: Viewer,
    id: MessageId,
    room: Option<Room>,
    now: Timestamp,
) -> Result<Message> {
    let (message, membership) = find_readable(connection, viewer, id).await?;
    check_not_muted(Some(&membership), now)?;
    let room = match room {
        Some(room) => Some(room),
        None => connection.find_rooms(vec![message.room_id]).await?.pop(),
    };
    check_open(&room.ok_or(Error::NotFound("Message"))?)?;
    Ok(message)
}

async fn check_room_for(connection: &mut Connection, message: &Message, emoji: &str) -> Result<()> {
    if message.deleted_at.is_some() {
        return Err(Error::Conflict {
            field: "messageId",
            message: "This message is deleted",
        });
    }
    let given = connection.count_reactions(vec![message.id]).await?;
    let is_new = given.iter().all(|reaction| reaction.emoji != emoji);
    if is_new && given.len() >= DIFFERENT_MOST {
        let message = "This message has as many different reactions as it can have";
        return Err(Error::invalid("emoji", message));
    }
    Ok(())
}
