//! Following what happens, from a cursor or from now.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::messages::find_readable;
use super::permissions::{can_read_messages, can_see_room};
use crate::model::{MessageId, Position, RoomId};
use crate::realtime::{Follow, Interest};

pub struct Live(Arc<Core>);

impl Live {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// A position that everything read from now on is at least as new as.
    pub fn position(&self) -> Position {
        self.0.hub.position()
    }

    /// Everything in the viewer's rooms, also those that they join later, after a position or
    /// from now.
    pub async fn follow_rooms(&self, viewer: Viewer, after: Option<Position>) -> Result<Follow> {
        self.follow(viewer, None, Interest::Everything, after).await
    }

    /// What happens to messages on the main line of one room, or of all of the viewer's rooms,
    /// after a position or from now.
    pub async fn follow_messages(
        &self,
        viewer: Viewer,
        room: Option<RoomId>,
        after: Option<Position>,
    ) -> Result<Follow> {
        if let Some(room) = room {
            self.check_room(viewer, room).await?;
        }
        self.follow(viewer, room, Interest::Messages, after).await
    }

    /// What happens to messages in the thread that hangs on one, after a position or from now.
    pub async fn follow_thread(
        &self,
        viewer: Viewer,
        root: MessageId,
        after: Option<Position>,
    ) -> Result<Follow> {
        let mut connection = self.0.read().await?;
        let (root, _) = find_readable(&mut connection, viewer, root).await?;
        drop(connection);
        let (interest, room) = (Interest::Thread(root.id), Some(root.room_id));
        self.follow(viewer, room, interest, after).await
    }

    async fn follow(
        &self,
        viewer: Viewer,
        room: Option<RoomId>,
        interest: Interest,
        after: Option<Position>,
    ) -> Result<Follow> {
        let after = match after {
            Some(after) => after,
            None => self.0.read().await?.log_head().await?,
        };
        Ok(Follow {
            database: Arc::clone(&self.0.database),
            hub: Arc::clone(&self.0.hub),
            user: viewer.user_id,
            room,
            interest,
            after,
        })
    }

    async fn check_room(&self, viewer: Viewer, id: RoomId) -> Result<()> {
        let mut connection = self.0.read().await?;
        let room = connection
            .find_rooms(vec![id])
            .await?
            .pop()
            .ok_or(Error::NotFound("Room"))?;
        let membership = connection.find_member(id, viewer.user_id).await?;
        if !can_see_room(&room, membership.as_ref()) {
            return Err(Error::NotFound("Room"));
        }
        if !can_read_messages(membership.as_ref()) {
            return Err(Error::Forbidden("Join this channel to read its messages"));
        }
        Ok(())
    }
}
