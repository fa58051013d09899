//! Batched reads of threads.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Loaders, found, grouped};
use crate::graphql::batching::{Batches, Key};
use crate::model::{MessageId, Thread, ThreadMember, Unread, UserId};
use crate::services::{Error, Result, Services};

pub(super) struct Threads {
    threads: Batches<ThreadKey>,
    members: Batches<MemberKey>,
    unread: Batches<UnreadKey>,
}

/// The thread that hangs on a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ThreadKey(MessageId);

/// What a viewer has to do with a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct MemberKey {
    viewer: UserId,
    root: MessageId,
}

/// What a viewer has not read in a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct UnreadKey {
    viewer: UserId,
    root: MessageId,
}

impl Threads {
    pub(super) fn new(services: &Arc<Services>) -> Self {
        Self {
            threads: Batches::new(services),
            members: Batches::new(services),
            unread: Batches::new(services),
        }
    }
}

impl Loaders {
    /// Nothing where nobody has replied.
    pub(in crate::graphql) async fn thread(&self, root: MessageId) -> Result<Option<Thread>> {
        found(self.threads.threads.load(ThreadKey(root)).await)
    }

    /// Nothing where the viewer never had to do with it.
    pub(in crate::graphql) async fn thread_member(
        &self,
        viewer: UserId,
        root: MessageId,
    ) -> Result<Option<ThreadMember>> {
        found(self.threads.members.load(MemberKey { viewer, root }).await)
    }

    /// Nothing where the viewer does not follow it.
    pub(in crate::graphql) async fn unread_in_thread(
        &self,
        viewer: UserId,
        root: MessageId,
    ) -> Result<Unread> {
        let unread = found(self.threads.unread.load(UnreadKey { viewer, root }).await)?;
        Ok(unread.unwrap_or_default())
    }
}

impl Key for ThreadKey {
    type Value = Thread;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Thread>> {
        let roots = keys.into_iter().map(|key| key.0).collect();
        let threads = services.lookups.threads(roots).await?.into_iter();
        Ok(threads.map(|one| (Self(one.root), one)).collect())
    }
}

impl Key for MemberKey {
    type Value = ThreadMember;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, ThreadMember>> {
        let mut found = HashMap::new();
        // An operation has one viewer, so this is one group.
        for (viewer, roots) in grouped(keys.into_iter().map(|key| (key.viewer, key.root))) {
            let members = services.lookups.thread_members(viewer, roots).await?;
            let key = |one: ThreadMember| {
                (
                    Self {
                        viewer,
                        root: one.root,
                    },
                    one,
                )
            };
            found.extend(members.into_iter().map(key));
        }
        Ok(found)
    }
}

impl Key for UnreadKey {
    type Value = Unread;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Unread>> {
        let mut found = HashMap::new();
        // An operation has one viewer, so this is one group.
        for (viewer, roots) in grouped(keys.into_iter().map(|key| (key.viewer, key.root))) {
            let unread = services.lookups.unread_in_threads(viewer, roots).await?;
            let key = |(root, unread)| (Self { viewer, root }, unread);
            found.extend(unread.into_iter().map(key));
        }
        Ok(found)
    }
}
