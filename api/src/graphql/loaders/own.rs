//! Batched reads of what things are to their viewer: what they have not read, wrote or gave.

use std::collections::HashMap;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use super::{Loaders, found, grouped};
use crate::graphql::batching::{Batches, Key};
use crate::model::{
    Draft, MessageId, RoomId, Session, SessionId, ThreadMember, Unread, User, UserId,
};
use crate::services::{Error, Result, Services};

pub(super) struct Own {
    unread: Batches<PerViewer<UnreadInRoom>>,
    counterparts: Batches<PerViewer<Counterpart>>,
    drafts: Batches<PerViewer<DraftInRoom>>,
    reactions: Batches<PerViewer<OwnReactions>>,
    sessions: Batches<PerViewer<OwnSession>>,
    thread_members: Batches<PerViewer<InThread>>,
    unread_in_threads: Batches<PerViewer<UnreadInThread>>,
}

impl Own {
    pub(super) fn new(services: &Arc<Services>) -> Self {
        Self {
            unread: Batches::new(services),
            counterparts: Batches::new(services),
            drafts: Batches::new(services),
            reactions: Batches::new(services),
            sessions: Batches::new(services),
            thread_members: Batches::new(services),
            unread_in_threads: Batches::new(services),
        }
    }
}

impl Loaders {
    /// Nothing where the viewer is not, or no longer, a member.
    pub(in crate::graphql) async fn unread(&self, viewer: UserId, room: RoomId) -> Result<Unread> {
        let unread = load(&self.own.unread, viewer, room).await?;
        Ok(unread.unwrap_or_default())
    }

    /// The other person of a direct room.
    pub(in crate::graphql) async fn counterpart(
        &self,
        viewer: UserId,
        room: RoomId,
    ) -> Result<Option<User>> {
        load(&self.own.counterparts, viewer, room).await
    }

    /// What the viewer began to write there.
    pub(in crate::graphql) async fn draft(
        &self,
        viewer: UserId,
        room: RoomId,
    ) -> Result<Option<Draft>> {
        load(&self.own.drafts, viewer, room).await
    }

    /// The emoji that the viewer gave to a message.
    pub(in crate::graphql) async fn own_reactions(
        &self,
        viewer: UserId,
        message: MessageId,
    ) -> Result<Vec<String>> {
        let emoji = load(&self.own.reactions, viewer, message).await?;
        Ok(emoji.unwrap_or_default())
    }

    /// Nothing where it is another's, or over.
    pub(in crate::graphql) async fn session(
        &self,
        viewer: UserId,
        id: SessionId,
    ) -> Result<Option<Session>> {
        load(&self.own.sessions, viewer, id).await
    }

    /// Nothing where the viewer never had to do with it.
    pub(in crate::graphql) async fn thread_member(
        &self,
        viewer: UserId,
        root: MessageId,
    ) -> Result<Option<ThreadMember>> {
        load(&self.own.thread_members, viewer, root).await
    }

    /// Nothing where the viewer does not follow it.
    pub(in crate::graphql) async fn unread_in_thread(
        &self,
        viewer: UserId,
        root: MessageId,
    ) -> Result<Unread> {
        let unread = load(&self.own.unread_in_threads, viewer, root).await?;
        Ok(unread.unwrap_or_default())
    }
}

async fn load<What: OfViewer>(
    batches: &Batches<PerViewer<What>>,
    viewer: UserId,
    id: What::Id,
) -> Result<Option<What::Value>> {
    found(batches.load(PerViewer::new(viewer, id)).await)
}

/// One of many rooms or messages, as one viewer has to do with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct PerViewer<What: OfViewer> {
    viewer: UserId,
    id: What::Id,
    what: PhantomData<What>,
}

/// What is read of many rooms or messages for one viewer.
trait OfViewer: Copy + Eq + Hash + Send + Sync + 'static {
    type Id: Copy + Eq + Hash + Send + Sync + 'static;
    type Value: Clone + Send + Sync + 'static;

    fn read(
        services: Arc<Services>,
        viewer: UserId,
        ids: Vec<Self::Id>,
    ) -> impl Future<Output = Result<Vec<(Self::Id, Self::Value)>>> + Send;
}

impl<What: OfViewer> Key for PerViewer<What> {
    type Value = What::Value;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
        let mut found = HashMap::new();
        // An operation has one viewer, so this is one group.
        for (viewer, ids) in grouped(keys.into_iter().map(|key| (key.viewer, key.id))) {
            let read = What::read(Arc::clone(&services), viewer, ids).await?;
            found.extend(
                read.into_iter()
                    .map(|(id, value)| (Self::new(viewer, id), value)),
            );
        }
        Ok(found)
    }
}

impl<What: OfViewer> PerViewer<What> {
    fn new(viewer: UserId, id: What::Id) -> Self {
        Self {
            viewer,
            id,
            what: PhantomData,
        }
    }
}

/// Declares kinds of [`OfViewer`]: of what, giving what, and how it is read.
macro_rules! of_viewer {
    ($($(#[$doc:meta])* $what:ident($id:ty) -> $value:ty {
        |$services:ident, $viewer:ident, $ids:ident| $read:expr
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        struct $what;

        impl OfViewer for $what {
            type Id = $id;
            type Value = $value;

            async fn read(
                $services: Arc<Services>,
                $viewer: UserId,
                $ids: Vec<$id>,
            ) -> Result<Vec<($id, $value)>> {
                $read
            }
        }
    )*};
}

of_viewer! {
    /// What they have not read in a room.
    UnreadInRoom(RoomId) -> Unread {
        |services, viewer, rooms| services.lookups.unread(viewer, rooms).await
    }

    /// The other side of a direct room.
    Counterpart(RoomId) -> User {
        |services, viewer, rooms| services.lookups.counterparts(viewer, rooms).await
    }

    /// What they began to write in a room.
    DraftInRoom(RoomId) -> Draft {
        |services, viewer, rooms| {
            let drafts = services.lookups.drafts(viewer, rooms).await?.into_iter();
            Ok(drafts.map(|draft| (draft.room_id, draft)).collect())
        }
    }

    /// The emoji that they gave to a message.
    OwnReactions(MessageId) -> Vec<String> {
        |services, viewer, messages| {
            let own = services.lookups.own_reactions(viewer, messages).await?;
            Ok(grouped(own.into_iter()).into_iter().collect())
        }
    }

    /// A login of theirs.
    OwnSession(SessionId) -> Session {
        |services, viewer, ids| {
            let sessions = services.sessions.find(viewer, ids).await?.into_iter();
            Ok(sessions.map(|session| (session.id, session)).collect())
        }
    }

    /// What they have to do with the thread that hangs on a message.
    InThread(MessageId) -> ThreadMember {
        |services, viewer, roots| {
            let members = services.lookups.thread_members(viewer, roots).await?.into_iter();
            Ok(members.map(|member| (member.root, member)).collect())
        }
    }

    /// What they have not read in that thread.
    UnreadInThread(MessageId) -> Unread {
        |services, viewer, roots| services.lookups.unread_in_threads(viewer, roots).await
    }
}
