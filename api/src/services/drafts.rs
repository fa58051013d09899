//! What people began to write, on whichever device.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::latest_changes::is_to_be_made;
use super::permissions::can_read_messages;
use super::rooms::hold_room;
use crate::model::text::is_blank;
use crate::model::{Draft, EventKind, Member, MessageBody, MessageId, NewEvent, RoomId, Timestamp};

pub struct Drafts(Arc<Core>);

impl Drafts {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Keeps what the viewer began to write in a room; a blank text is no draft. Nothing happens when
    /// it is so already.
    pub async fn save(
        &self,
        viewer: Viewer,
        room: RoomId,
        body: String,
        reply_to: Option<MessageId>,
        made_at: Option<Timestamp>,
    ) -> Result<Member> {
        self.0.check_write(viewer)?;
        if body.len() > MessageBody::MAX_BYTES {
            let message = format!("A draft is at most {} bytes long", MessageBody::MAX_BYTES);
            return Err(Error::TooLarge {
                field: "body",
                message,
            });
        }
        if body.contains('\0') {
            return Err(Error::invalid("body", "This contains control characters"));
        }
        let (user, now) = (viewer.user_id, self.0.now());
        let mut transaction = self.0.begin().await?;
        let (found, membership) = hold_room(&mut transaction, viewer, room).await?;
        let outside = Error::Forbidden("Join this channel to write in it");
        let member = membership.filter(|member| can_read_messages(Some(member)));
        let member = member.ok_or(outside)?;
        if let Some(reply_to) = reply_to {
            let replied = transaction.find_messages(vec![reply_to]).await?.pop();
            let replied = replied.filter(|message| message.room_id == found.id);
            replied.ok_or(Error::NotFound("Message"))?;
        }
        if !is_to_be_made(&mut transaction, viewer, room.into(), made_at).await? {
            return Ok(member);
        }
        let before = transaction.find_drafts(user, vec![room]).await?.pop();
        let draft = (!is_blank(&body)).then_some(Draft {
            room_id: room,
            body,
            reply_to,
            updated_at: now,
        });
        let content = |draft: &Draft| (draft.body.clone(), draft.reply_to);
        if before.as_ref().map(content) == draft.as_ref().map(content) {
            transaction.commit().await?;
            return Ok(member);
        }
        match &draft {
            Some(draft) => transaction.put_draft(user, draft).await?,
            None => transaction.delete_draft(user, room).await?,
        }
        let kind = EventKind::DraftChanged { room, user };
        transaction.record(NewEvent { at: now, kind });
        transaction.commit().await?;
        Ok(member)
    }
}
