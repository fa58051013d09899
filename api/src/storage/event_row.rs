//! Events as diesel reads and writes them, and their places in the log.

use diesel::prelude::*;

use super::schema::events;
use crate::model::{
    Event, EventKind, MessageId, NewEvent, Position, RoomId, SessionId, Timestamp, UserId,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(super) struct EventRow {
    position: Position,
    at: Timestamp,
    kind: String,
    room_id: Option<RoomId>,
    user_id: Option<UserId>,
    message_id: Option<MessageId>,
    session_id: Option<SessionId>,
}

/// Gives new events their places in the log, of which the last one's is `head`.
pub(super) fn place(new: Vec<NewEvent>, head: Position) -> Vec<Event> {
    let first = head.0 - new.len() as i64 + 1;
    let placed = (first..).zip(new);
    placed
        .map(|(position, event)| event.placed_at(Position(position)))
        .collect()
}

impl From<&Event> for EventRow {
    fn from(event: &Event) -> Self {
        let row = Self {
            position: event.position,
            at: event.at,
            kind: String::new(),
            room_id: event.kind.room(),
            user_id: None,
            message_id: None,
            session_id: None,
        };
        let kind = |name: &str| name.to_owned();
        match event.kind {
            EventKind::MessageSent { message, .. } => Self {
                kind: kind("message_sent"),
                message_id: Some(message),
                ..row
            },
            EventKind::MessageEdited { message, .. } => Self {
                kind: kind("message_edited"),
                message_id: Some(message),
                ..row
            },
            EventKind::MessageDeleted { message, .. } => Self {
                kind: kind("message_deleted"),
                message_id: Some(message),
                ..row
            },
            EventKind::ReactionsChanged { message, .. } => Self {
                kind: kind("reactions_changed"),
                message_id: Some(message),
                ..row
            },
            EventKind::RoomChanged { .. } => Self {
                kind: kind("room_changed"),
                ..row
            },
            EventKind::MemberJoined { user, .. } => Self {
                kind: kind("member_joined"),
                user_id: Some(user),
                ..row
            },
            EventKind::MemberChanged { user, .. } => Self {
                kind: kind("member_changed"),
                user_id: Some(user),
                ..row
            },
            EventKind::MemberLeft { user, .. } => Self {
                kind: kind("member_left"),
                user_id: Some(user),
                ..row
            },
            EventKind::ThreadChanged { user, root, .. } => Self {
                kind: kind("thread_changed"),
                user_id: Some(user),
                message_id: Some(root),
                ..row
            },
            EventKind::DraftChanged { user, .. } => Self {
                kind: kind("draft_changed"),
                user_id: Some(user),
                ..row
            },
            EventKind::ScheduledMessagesChanged { user, .. } => Self {
                kind: kind("scheduled_messages_changed"),
                user_id: Some(user),
                ..row
            },
            EventKind::SessionEnded { session } => Self {
                kind: kind("session_ended"),
                session_id: Some(session),
                ..row
            },
        }
    }
}

impl TryFrom<EventRow> for Event {
    type Error = diesel::result::Error;

    fn try_from(row: EventRow) -> Result<Self, Self::Error> {
        Ok(Self {
            position: row.position,
            at: row.at,
            kind: row.read_kind()?,
        })
    }
}

impl EventRow {
    fn read_kind(&self) -> QueryResult<EventKind> {
        let kind = match self.kind.as_str() {
            "message_sent" => self
                .room_id
                .zip(self.message_id)
                .map(|(room, message)| EventKind::MessageSent { room, message }),
            "message_edited" => self
                .room_id
                .zip(self.message_id)
                .map(|(room, message)| EventKind::MessageEdited { room, message }),
            "message_deleted" => self
                .room_id
                .zip(self.message_id)
                .map(|(room, message)| EventKind::MessageDeleted { room, message }),
            "reactions_changed" => self
                .room_id
                .zip(self.message_id)
                .map(|(room, message)| EventKind::ReactionsChanged { room, message }),
            "room_changed" => self.room_id.map(|room| EventKind::RoomChanged { room }),
            "member_joined" => self
                .room_id
                .zip(self.user_id)
                .map(|(room, user)| EventKind::MemberJoined { room, user }),
            "member_changed" => self
                .room_id
                .zip(self.user_id)
                .map(|(room, user)| EventKind::MemberChanged { room, user }),
            "member_left" => self
                .room_id
                .zip(self.user_id)
                .map(|(room, user)| EventKind::MemberLeft { room, user }),
            "thread_changed" => self
                .room_id
                .zip(self.user_id)
                .zip(self.message_id)
                .map(|((room, user), root)| EventKind::ThreadChanged { room, user, root }),
            "draft_changed" => self
                .room_id
                .zip(self.user_id)
                .map(|(room, user)| EventKind::DraftChanged { room, user }),
            "scheduled_messages_changed" => self
                .room_id
                .zip(self.user_id)
                .map(|(room, user)| EventKind::ScheduledMessagesChanged { room, user }),
            "session_ended" => self
                .session_id
                .map(|session| EventKind::SessionEnded { session }),
            _ => None,
        };
        kind.ok_or_else(|| {
            let cause = format!("event {} cannot be read: {}", self.position.0, self.kind);
            diesel::result::Error::DeserializationError(cause.into())
        })
    }
}
