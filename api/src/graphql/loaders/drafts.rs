//! Batched reads of drafts.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Loaders, found, grouped};
use crate::graphql::batching::Key;
use crate::model::{Draft, RoomId, UserId};
use crate::services::{Error, Result, Services};

/// What a viewer began to write in a room.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct DraftKey {
    viewer: UserId,
    room: RoomId,
}

impl Loaders {
    pub(in crate::graphql) async fn draft(
        &self,
        viewer: UserId,
        room: RoomId,
    ) -> Result<Option<Draft>> {
        found(self.drafts.load(DraftKey { viewer, room }).await)
    }
}

impl Key for DraftKey {
    type Value = Draft;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Draft>> {
        let mut found = HashMap::new();
        // An operation has one viewer, so this is one group.
        for (viewer, rooms) in grouped(keys.into_iter().map(|key| (key.viewer, key.room))) {
            let drafts = services.lookups.drafts(viewer, rooms).await?.into_iter();
            let key = |draft: Draft| {
                (
                    Self {
                        viewer,
                        room: draft.room_id,
                    },
                    draft,
                )
            };
            found.extend(drafts.map(key));
        }
        Ok(found)
    }
}
