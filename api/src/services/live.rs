//! Following what happens, from a cursor or from now.

use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::permissions::{can_read_messages, can_see_room};
use crate::model::{Event, Position, RoomId};
use crate::realtime::{NotAMember, Tail};

pub struct Live(Arc<Core>);

impl Live {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// A position that everything read from now on is at least as new as.
    pub fn position(&self) -> Position {
        self.0.hub.position()
    }

    /// The position of the newest event.
    async fn head(&self) -> Result<Position> {
        Ok(self.0.read().await?.log_head().await?)
    }

    /// What happens to messages in one room, or in all of the viewer's rooms, after a position.
    /// Ends when the viewer leaves the one room.
    pub async fn messages(
        &self,
        viewer: Viewer,
        room: Option<RoomId>,
        after: Option<Position>,
    ) -> Result<impl Stream<Item = Arc<Event>> + use<>> {
        if let Some(room) = room {
            self.check_room(viewer, room).await?;
        }
        let head = self.head().await?;
        let after = after.unwrap_or(head);
        if after > head {
            return Err(Error::Expired(
                "This cursor is not of this log: start again without one",
            ));
        }
        let tail = Tail::new(
            Arc::clone(&self.0.database),
            Arc::clone(&self.0.hub),
            viewer.user_id,
            room,
            after,
        );
        Ok(stream::unfold(tail, |mut tail| async {
            loop {
                match tail.next().await {
                    Ok(event) if event.kind.message().is_some() => return Some((event, tail)),
                    Ok(_) => {}
                    Err(NotAMember) => return None,
                }
            }
        }))
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
