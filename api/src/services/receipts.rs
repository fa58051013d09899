//! How far people have read, and what is left to read.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::permissions::{can_read_messages, can_see_room};
use crate::model::{Member, Receipt, RoomId, Unread};

/// How many readers of a room are listed.
const LISTED_MOST: i64 = 100;

pub struct Receipts(Arc<Core>);

impl Receipts {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Says that the viewer has read a room up to a message, or up to its newest one when there
    /// is none of that number yet. Nothing happens when they have read as far.
    pub async fn mark_read(&self, viewer: Viewer, room: RoomId, seq: i64) -> Result<Member> {
        let mut connection = self.0.read().await?;
        let found = connection.find_rooms(vec![room]).await?.pop();
        let found = found.ok_or(Error::NotFound("Room"))?;
        let membership = connection.find_member(room, viewer.user_id).await?;
        drop(connection);
        if !can_see_room(&found, membership.as_ref()) {
            return Err(Error::NotFound("Room"));
        }
        let outside = Error::Forbidden("Join this channel to read its messages");
        let member = membership.filter(|member| can_read_messages(Some(member)));
        let member = member.ok_or(outside)?;
        let seq = seq.min(found.last_seq);
        if seq <= member.last_read_seq {
            return Ok(member);
        }
        self.0.check_write(viewer)?;
        let now = self.0.now();
        let mut transaction = self.0.begin().await?;
        let moved = transaction
            .mark_read(room, viewer.user_id, seq, now)
            .await?;
        // Another device may have been there first.
        let member = match moved {
            Some(member) => Some(member),
            None => transaction.find_member(room, viewer.user_id).await?,
        };
        transaction.commit().await?;
        if let Some(member) = &member {
            let receipt = Receipt {
                user_id: viewer.user_id,
                last_read_seq: member.last_read_seq,
                read_at: now,
            };
            self.0.read_marks.note(room, receipt);
        }
        member.ok_or(Error::NotFound("Room"))
    }

    /// The latest readers of a room that the viewer may read, at most 100.
    pub async fn list(&self, room: RoomId) -> Result<Vec<Receipt>> {
        let mut connection = self.0.read().await?;
        Ok(connection.list_receipts(room, LISTED_MOST).await?)
    }

    /// What the viewer has not read in all their rooms together.
    pub async fn total_unread(&self, viewer: Viewer) -> Result<Unread> {
        let mut connection = self.0.read().await?;
        let rooms = connection.count_unread(viewer.user_id, None).await?;
        Ok(rooms.into_iter().map(|(_, unread)| unread).sum())
    }
}
