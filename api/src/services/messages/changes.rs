//! Editing and deleting messages.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::latest_changes::is_to_be_made;
use super::super::members::check_not_muted;
use super::super::mentions::{EVERYONE, mentioned};
use super::super::permissions::{can_delete_message, can_edit_message, can_mention_room};
use super::super::rooms::check_open;
use super::{Messages, find_readable, refused_body};
use crate::model::{
    AuditAction, AuditEntry, EventKind, Member, Message, MessageBody, MessageId, MessageVersion,
    NewEvent, Room, Timestamp,
};
use crate::storage::Connection;

enum Change {
    Edit {
        body: String,
        mentioned: Vec<String>,
    },
    Delete,
}

impl Messages {
    /// Replaces what the viewer's own message says. Nothing happens when it says that already.
    pub async fn edit(
        &self,
        viewer: Viewer,
        id: MessageId,
        body: String,
        made_at: Option<Timestamp>,
    ) -> Result<Message> {
        let body = MessageBody::try_from(body).map_err(refused_body)?;
        let body = body.into_inner();
        let mentioned = mentioned(&body);
        let edit = Change::Edit { body, mentioned };
        self.change(viewer, id, edit, made_at).await
    }

    /// Deletes what a message says; its id and its place stay. Nothing happens when it is deleted
    /// already.
    pub async fn delete(&self, viewer: Viewer, id: MessageId) -> Result<Message> {
        self.change(viewer, id, Change::Delete, None).await
    }

    async fn change(
        &self,
        viewer: Viewer,
        id: MessageId,
        change: Change,
        made_at: Option<Timestamp>,
    ) -> Result<Message> {
        self.core.check_write(viewer)?;
        let now = self.core.now();
        // Looked at first without a transaction, so that what is refused or needs no change holds
        // nobody up.
        let mut connection = self.core.read().await?;
        let found = find_changeable(&mut connection, viewer, id, None, &change, now).await?;
        drop(connection);
        if made_at.is_none() && change.is_made(&found.message) {
            return Ok(found.message);
        }
        let mut transaction = self.core.begin().await?;
        // Holds the room, so that neither the membership nor the message can change between the
        // check and the commit.
        let held = transaction.hold_room(found.room.id).await?;
        let found = find_changeable(&mut transaction, viewer, id, held, &change, now).await?;
        if !is_to_be_made(&mut transaction, viewer, id.into(), made_at).await? {
            return Ok(found.message);
        }
        if change.is_made(&found.message) {
            transaction.commit().await?;
            return Ok(found.message);
        }
        let changed = change.make(&mut transaction, &found, now).await?;
        if found.message.author_id != viewer.user_id {
            let (room, action) = (found.room.id, AuditAction::DeleteMessage);
            let entry = AuditEntry::new(room, viewer.user_id, action, now);
            let entry = AuditEntry {
                message_id: Some(id),
                ..entry.about(found.message.author_id)
            };
            transaction.append_audit_entry(&entry).await?;
        }
        let kind = change.event(&found.message);
        transaction.record_about(NewEvent { at: now, kind }, changed.clone());
        transaction.commit().await?;
        Ok(changed)
    }
}

/// A message, and who wants to change it.
struct Found {
    message: Message,
    room: Room,
    member: Member,
    /// Its author's part in the room, if they are in it.
    author: Option<Member>,
}

/// The message, if this viewer may change it so. Its room is looked up unless it is at hand.
async fn find_changeable(
    connection: &mut Connection,
    viewer: Viewer,
    id: MessageId,
    room: Option<Room>,
    change: &Change,
    now: Timestamp,
) -> Result<Found> {
    let (message, member) = find_readable(connection, viewer, id).await?;
    let room = match room {
        Some(room) => Some(room),
        None => connection.find_rooms(vec![message.room_id]).await?.pop(),
    };
    let author = match message.author_id == member.user_id {
        true => Some(member.clone()),
        false => {
            connection
                .find_member(message.room_id, message.author_id)
                .await?
        }
    };
    let found = Found {
        room: room.ok_or(Error::NotFound("Message"))?,
        message,
        member,
        author,
    };
    change.check(&found, now)?;
    Ok(found)
}

impl Change {
    fn check(&self, found: &Found, now: Timestamp) -> Result<()> {
        let Found {
            message,
            room,
            member,
            author,
        } = found;
        match self {
            Self::Edit { .. } if !can_edit_message(message, member) => {
                Err(Error::Forbidden("Only its author can edit a message"))
            }
            Self::Edit { .. } if message.deleted_at.is_some() => Err(Error::Conflict {
                field: "messageId",
                message: "This message is deleted",
            }),
            Self::Delete if !can_delete_message(room, message, member, author.as_ref()) => Err(
                Error::Forbidden("Only its author and those above them can delete a message"),
            ),
            Self::Edit { .. } => {
                check_open(room)?;
                // What they have said before is not a way around it.
                check_not_muted(Some(member), now)
            }
            Self::Delete => Ok(()),
        }
    }

    fn is_made(&self, message: &Message) -> bool {
        match self {
            Self::Edit { body, .. } => message.body == *body,
            Self::Delete => message.deleted_at.is_some(),
        }
    }

    /// Changes the message, and whom it mentions.
    async fn make(
        &self,
        connection: &mut Connection,
        found: &Found,
        now: Timestamp,
    ) -> Result<Message> {
        let message = &found.message;
        let id = message.id;
        let (changed, mentioned) = match self {
            Self::Edit { body, mentioned } => {
                let version = MessageVersion {
                    body: message.body.clone(),
                    written_at: message.edited_at.unwrap_or(message.sent_at),
                };
                connection.insert_version(id, &version).await?;
                let to_everyone = mentioned.iter().any(|name| name == EVERYONE)
                    && can_mention_room(&found.room, &found.member);
                let edited = connection.edit_message(id, body, to_everyone, now).await?;
                (edited, mentioned.as_slice())
            }
            Self::Delete => return erase(connection, message, now).await,
        };
        if message.body.contains('@') {
            connection.delete_mentions(id, mentioned.to_vec()).await?;
        }
        if !mentioned.is_empty() {
            let named = mentioned.iter().map(|name| (id, name.clone()));
            connection.insert_mentions(named.collect()).await?;
        }
        changed.ok_or(Error::NotFound("Message"))
    }

    fn event(&self, message: &Message) -> EventKind {
        let (room, message) = (message.room_id, message.id);
        match self {
            Self::Edit { .. } => EventKind::MessageEdited { room, message },
            Self::Delete => EventKind::MessageDeleted { room, message },
        }
    }
}

/// Deletes what a message says, and whatever hangs on that.
pub(in crate::services) async fn erase(
    connection: &mut Connection,
    message: &Message,
    now: Timestamp,
) -> Result<Message> {
    connection.delete_reactions(message.id).await?;
    connection.delete_versions(message.id).await?;
    let erased = connection.erase_message(message.id, now).await?;
    if message.body.contains('@') {
        connection.delete_mentions(message.id, Vec::new()).await?;
    }
    erased.ok_or(Error::NotFound("Message"))
}
