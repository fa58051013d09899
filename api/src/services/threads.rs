//! What people have to do with threads: following them, and reading them.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::messages::find_readable;
use crate::model::{
    After, EventKind, Member, MessageId, NewEvent, Page, RoomId, Thread, ThreadMember, Timestamp,
    Unread,
};
use crate::storage::Connection;

pub struct Threads(Arc<Core>);

impl Threads {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// The threads that the viewer follows, those with the newest replies first.
    pub async fn list_followed(
        &self,
        viewer: Viewer,
        page: After<(Timestamp, MessageId)>,
    ) -> Result<Page<Thread>> {
        let mut connection = self.0.read().await?;
        let user = viewer.user_id;
        Ok(connection.list_followed_threads(user, page).await?)
    }

    /// What the viewer has not read in all the threads that they follow together.
    pub async fn total_unread(&self, viewer: Viewer) -> Result<Unread> {
        let mut connection = self.0.read().await?;
        let user = viewer.user_id;
        let threads = connection.count_unread_in_threads(user, None).await?;
        Ok(threads.into_iter().map(|(_, unread)| unread).sum())
    }

    /// Follows a thread, from its newest reply on, or no longer does. Nothing happens when that is
    /// so already.
    pub async fn follow(&self, viewer: Viewer, root: MessageId, following: bool) -> Result<Thread> {
        let change = |thread: &Thread, member: ThreadMember| ThreadMember {
            following,
            last_read_seq: match member.following {
                true => member.last_read_seq,
                false => thread.last_seq,
            },
            ..member
        };
        Ok(self.change(viewer, None, root, change).await?.1)
    }

    /// Says that the viewer has read a thread of a room up to a reply, or up to its newest one when
    /// there is none of that number yet. Nothing happens when they have read as far.
    pub async fn mark_read(
        &self,
        viewer: Viewer,
        room: RoomId,
        root: MessageId,
        seq: i64,
    ) -> Result<(Member, Thread)> {
        let change = |thread: &Thread, member: ThreadMember| ThreadMember {
            last_read_seq: member.last_read_seq.max(seq.min(thread.last_seq)),
            ..member
        };
        self.change(viewer, Some(room), root, change).await
    }

    async fn change(
        &self,
        viewer: Viewer,
        room: Option<RoomId>,
        root: MessageId,
        change: impl Fn(&Thread, ThreadMember) -> ThreadMember,
    ) -> Result<(Member, Thread)> {
        let mut connection = self.0.read().await?;
        let found = find(&mut connection, viewer, room, root).await?;
        drop(connection);
        if change(&found.thread, found.state) == found.state {
            return Ok((found.member, found.thread));
        }
        self.0.check_write(viewer)?;
        let now = self.0.now();
        let mut transaction = self.0.begin().await?;
        // Holds the room: nobody leaves it or replies between the check and the commit.
        let room = found.thread.room_id;
        transaction.hold_room(room).await?;
        let found = find(&mut transaction, viewer, Some(room), root).await?;
        let user = viewer.user_id;
        let changed = change(&found.thread, found.state);
        transaction.put_thread_member(room, user, changed).await?;
        let kind = EventKind::ThreadChanged { room, user, root };
        transaction.record(NewEvent { at: now, kind });
        transaction.commit().await?;
        Ok((found.member, found.thread))
    }
}

struct Found {
    thread: Thread,
    /// What the viewer is in the room.
    member: Member,
    /// What they have to do with the thread.
    state: ThreadMember,
}

/// A thread in a room that the viewer is in.
async fn find(
    connection: &mut Connection,
    viewer: Viewer,
    room: Option<RoomId>,
    root: MessageId,
) -> Result<Found> {
    let (message, member) = find_readable(connection, viewer, root).await?;
    if room.is_some_and(|room| room != message.room_id) {
        return Err(Error::NotFound("Message"));
    }
    let thread = connection.find_threads(vec![root]).await?.pop();
    let thread = thread.ok_or_else(|| {
        let message = "Nobody has replied to this message in a thread yet";
        Error::invalid("messageId", message)
    })?;
    let user = viewer.user_id;
    let state = connection.find_thread_members(user, vec![root]).await?;
    let stranger = ThreadMember {
        root,
        following: false,
        last_read_seq: 0,
    };
    Ok(Found {
        thread,
        member,
        state: state.into_iter().next().unwrap_or(stranger),
    })
}
