//! Editing and deleting messages.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::members::check_not_muted;
use super::super::mentions::mentioned;
use super::super::permissions::{can_delete_message, can_edit_message};
use super::{Messages, find_readable, refused_body};
use crate::model::{EventKind, Member, Message, MessageBody, MessageId, NewEvent, Timestamp};
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
    pub async fn edit(&self, viewer: Viewer, id: MessageId, body: String) -> Result<Message> {
        let body = MessageBody::try_from(body).map_err(refused_body)?;
        let body = body.into_inner();
        let mentioned = mentioned(&body);
        self.change(viewer, id, Change::Edit { body, mentioned })
            .await
    }

    /// Deletes what a message says; its id and its place stay. Nothing happens when it is deleted
    /// already.
    pub async fn delete(&self, viewer: Viewer, id: MessageId) -> Result<Message> {
        self.change(viewer, id, Change::Delete).await
    }

    async fn change(&self, viewer: Viewer, id: MessageId, change: Change) -> Result<Message> {
        self.core.check_write(viewer)?;
        let now = self.core.now();
        // Looked at first without a transaction, so that what is refused or needs no change holds
        // nobody up.
        let mut connection = self.core.read().await?;
        let message = find_changeable(&mut connection, viewer, id, &change, now).await?;
        drop(connection);
        if change.is_made(&message) {
            return Ok(message);
        }
        let mut transaction = self.core.begin().await?;
        // Holds the room, so that neither the membership nor the message can change between the
        // check and the commit.
        transaction.add_to_member_count(message.room_id, 0).await?;
        let message = find_changeable(&mut transaction, viewer, id, &change, now).await?;
        if change.is_made(&message) {
            return Ok(message);
        }
        let changed = change.make(&mut transaction, &message, now).await?;
        let kind = change.event(&message);
        transaction.record_about(NewEvent { at: now, kind }, changed.clone());
        transaction.commit().await?;
        Ok(changed)
    }
}

/// The message, if this viewer may change it so.
async fn find_changeable(
    connection: &mut Connection,
    viewer: Viewer,
    id: MessageId,
    change: &Change,
    now: Timestamp,
) -> Result<Message> {
    let (message, membership) = find_readable(connection, viewer, id).await?;
    change.check(&message, Some(&membership), now)?;
    Ok(message)
}

impl Change {
    fn check(&self, message: &Message, membership: Option<&Member>, now: Timestamp) -> Result<()> {
        match self {
            Self::Edit { .. } if !can_edit_message(message, membership) => {
                Err(Error::Forbidden("Only its author can edit a message"))
            }
            Self::Edit { .. } if message.deleted_at.is_some() => Err(Error::Conflict {
                field: "messageId",
                message: "This message is deleted",
            }),
            Self::Delete if !can_delete_message(message, membership) => {
                Err(Error::Forbidden("Only its author can delete a message"))
            }
            // What they have said before is not a way around it.
            Self::Edit { .. } => check_not_muted(membership, now),
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
        message: &Message,
        now: Timestamp,
    ) -> Result<Message> {
        let id = message.id;
        let (changed, mentioned) = match self {
            Self::Edit { body, mentioned } => {
                let edited = connection.edit_message(id, body, now).await?;
                (edited, mentioned.as_slice())
            }
            Self::Delete => {
                connection.delete_reactions(id).await?;
                (connection.erase_message(id, now).await?, [].as_slice())
            }
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
