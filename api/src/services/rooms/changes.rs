//! What a room is called, and what it is about.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::permissions::can_update_room;
use super::super::text;
use super::{NAME_MOST, Rooms, TOPIC_MOST, hold_room};
use crate::model::{EventKind, NewEvent, Room, RoomId};

/// What is to be different; `None` stays.
#[derive(Default)]
pub struct RoomChanges {
    pub name: Option<String>,
    /// `Some(None)` takes the topic away.
    pub topic: Option<Option<String>>,
}

impl Rooms {
    /// Changes a room for everyone. Nothing happens when it is so already.
    pub async fn update(&self, viewer: Viewer, id: RoomId, changes: RoomChanges) -> Result<Room> {
        self.0.check_write(viewer)?;
        let name = changes
            .name
            .map(|name| text::line("name", &name, NAME_MOST));
        let name = name.transpose()?;
        let topic = changes
            .topic
            .map(|topic| text::optional_line("topic", topic.as_deref(), TOPIC_MOST));
        let topic = topic.transpose()?;
        let mut transaction = self.0.begin().await?;
        let (room, membership) = hold_room(&mut transaction, viewer, id).await?;
        if !can_update_room(&room, membership.as_ref()) {
            return Err(Error::Forbidden(
                "Only its owner and admins can change a room",
            ));
        }
        let name = name.unwrap_or_else(|| room.name.clone());
        let topic = topic.unwrap_or_else(|| room.topic.clone());
        if (&name, &topic) == (&room.name, &room.topic) {
            return Ok(room);
        }
        let updated = transaction.update_room(id, &name, topic.as_deref()).await?;
        let room = updated.ok_or(Error::Conflict {
            field: "name",
            message: "This name is taken",
        })?;
        let kind = EventKind::RoomChanged { room: id };
        transaction.record(NewEvent {
            at: self.0.now(),
            kind,
        });
        transaction.commit().await?;
        Ok(room)
    }
}
