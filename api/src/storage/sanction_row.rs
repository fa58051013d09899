//! Sanctions as diesel reads and writes them.

use diesel::prelude::*;

use super::schema::sanctions;
use crate::model::{RoomId, Sanction, SanctionKind, Timestamp, UserId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sanctions, treat_none_as_default_value = false)]
pub(super) struct SanctionRow {
    room_id: RoomId,
    user_id: UserId,
    kind: SanctionKind,
    reason: Option<String>,
    creator_id: UserId,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl From<SanctionRow> for Sanction {
    fn from(row: SanctionRow) -> Self {
        Self {
            room_id: row.room_id,
            user_id: row.user_id,
            kind: row.kind,
            reason: row.reason,
            creator_id: row.creator_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

impl From<&Sanction> for SanctionRow {
    fn from(sanction: &Sanction) -> Self {
        Self {
            room_id: sanction.room_id,
            user_id: sanction.user_id,
            kind: sanction.kind,
            reason: sanction.reason.clone(),
            creator_id: sanction.creator_id,
            created_at: sanction.created_at,
            expires_at: sanction.expires_at,
        }
    }
}
