//! What those see who keep a room: its bans, its invites, and what was done there.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::permissions::can_see_records;
use crate::model::{After, AuditEntry, Invite, Page, Room, Sanction, Timestamp, UserId};
use crate::storage::Connection;

pub struct Audit(Arc<Core>);

impl Audit {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// What was done in a room, with the numbers of the entries, the newest first.
    pub async fn list(
        &self,
        viewer: Viewer,
        room: &Room,
        page: After<i64>,
    ) -> Result<Page<(i64, AuditEntry)>> {
        let mut connection = self.open(viewer, room).await?;
        Ok(connection.list_audit_entries(room.id, page).await?)
    }

    /// The bans in force, the newest first.
    pub async fn list_bans(
        &self,
        viewer: Viewer,
        room: &Room,
        page: After<(Timestamp, UserId)>,
    ) -> Result<Page<Sanction>> {
        let mut connection = self.open(viewer, room).await?;
        Ok(connection.list_bans(room.id, self.0.now(), page).await?)
    }

    /// The invites that are still good, the newest first.
    pub async fn list_invites(
        &self,
        viewer: Viewer,
        room: &Room,
        page: After<(Timestamp, String)>,
    ) -> Result<Page<Invite>> {
        let mut connection = self.open(viewer, room).await?;
        Ok(connection.list_invites(room.id, self.0.now(), page).await?)
    }

    async fn open(&self, viewer: Viewer, room: &Room) -> Result<Connection> {
        let mut connection = self.0.read().await?;
        let membership = connection.find_member(room.id, viewer.user_id).await?;
        if !can_see_records(room, membership.as_ref()) {
            return Err(Error::Forbidden("Only its owner and admins see this"));
        }
        Ok(connection)
    }
}
