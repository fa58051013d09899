//! What a room is called, what it is about, and how it is kept.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::notices;
use super::super::permissions::{can_archive_room, can_update_room};
use super::super::text;
use super::{NAME_MOST, Rooms, TOPIC_MOST, check_open, hold_room};
use crate::model::{
    AuditAction, AuditEntry, EventKind, NewEvent, NoticeKind, Room, RoomId, Timestamp,
};

/// The longest that slow mode makes a member wait: six hours.
const SLOWEST_SECONDS: i32 = 6 * 60 * 60;

/// What is to be different; `None` stays.
#[derive(Default)]
pub struct RoomChanges {
    pub name: Option<String>,
    /// `Some(None)` takes the topic away.
    pub topic: Option<Option<String>>,
    pub slow_mode_seconds: Option<i32>,
    pub announcement_only: Option<bool>,
    pub announces_members: Option<bool>,
    pub archived: Option<bool>,
}

impl Rooms {
    /// Changes a room for everyone. Nothing happens when it is so already.
    pub async fn update(&self, viewer: Viewer, id: RoomId, changes: RoomChanges) -> Result<Room> {
        self.0.check_write(viewer)?;
        let changes = changes.checked()?;
        let now = self.0.now();
        let mut transaction = self.0.begin().await?;
        let (room, membership) = hold_room(&mut transaction, viewer, id).await?;
        if !can_update_room(&room, membership.as_ref()) {
            return Err(Error::Forbidden(
                "Only its owner and admins can change a room",
            ));
        }
        let changed = changes.apply(room.clone(), now);
        if changed == room {
            return Ok(room);
        }
        if changed.archived_at == room.archived_at {
            check_open(&room)?;
        } else if !can_archive_room(&room, membership.as_ref()) {
            return Err(Error::Forbidden("Only its owner can archive a room"));
        }
        let updated = transaction.update_room(&changed).await?;
        let mut changed = updated.ok_or(Error::Conflict {
            field: "name",
            message: "This name is taken",
        })?;
        let entry = AuditEntry::new(id, viewer.user_id, AuditAction::UpdateRoom, now);
        transaction.append_audit_entry(&entry).await?;
        let kind = EventKind::RoomChanged { room: id };
        transaction.record(NewEvent { at: now, kind });
        for (kind, is_different) in [
            (NoticeKind::Renamed, changed.name != room.name),
            (NoticeKind::TopicChanged, changed.topic != room.topic),
        ] {
            if is_different {
                let room = &mut changed;
                notices::tell_of_change(&self.0, &mut transaction, room, viewer, kind).await?;
            }
        }
        transaction.commit().await?;
        Ok(changed)
    }
}

impl RoomChanges {
    fn checked(self) -> Result<Self> {
        let name = self.name.map(|name| text::line("name", &name, NAME_MOST));
        let topic = self
            .topic
            .map(|topic| text::optional_line("topic", topic.as_deref(), TOPIC_MOST));
        let is_slow = |seconds: &i32| (0..=SLOWEST_SECONDS).contains(seconds);
        if !self.slow_mode_seconds.as_ref().is_none_or(is_slow) {
            let message = format!("This must be between 0 and {SLOWEST_SECONDS}");
            return Err(Error::invalid("slowModeSeconds", message));
        }
        Ok(Self {
            name: name.transpose()?,
            topic: topic.transpose()?,
            ..self
        })
    }

    fn apply(self, room: Room, now: Timestamp) -> Room {
        let archived_at = match self.archived {
            Some(true) => room.archived_at.or(Some(now)),
            Some(false) => None,
            None => room.archived_at,
        };
        Room {
            name: self.name.unwrap_or(room.name),
            topic: self.topic.unwrap_or(room.topic),
            slow_mode_seconds: self.slow_mode_seconds.unwrap_or(room.slow_mode_seconds),
            announcement_only: self.announcement_only.unwrap_or(room.announcement_only),
            announces_members: self.announces_members.unwrap_or(room.announces_members),
            archived_at,
            ..room
        }
    }
}
