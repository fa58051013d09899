//! The audit log as diesel reads and writes it.

use diesel::prelude::*;

use super::schema::audit_log;
use crate::model::{AuditAction, AuditEntry, MessageId, Role, RoomId, Timestamp, UserId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub(super) struct AuditRow {
    room_id: RoomId,
    actor_id: UserId,
    action: AuditAction,
    target_id: Option<UserId>,
    message_id: Option<MessageId>,
    reason: Option<String>,
    role: Option<Role>,
    until: Option<Timestamp>,
    at: Timestamp,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            room_id: row.room_id,
            actor_id: row.actor_id,
            action: row.action,
            target_id: row.target_id,
            message_id: row.message_id,
            reason: row.reason,
            role: row.role,
            until: row.until,
            at: row.at,
        }
    }
}

impl From<&AuditEntry> for AuditRow {
    fn from(entry: &AuditEntry) -> Self {
        let entry = entry.clone();
        Self {
            room_id: entry.room_id,
            actor_id: entry.actor_id,
            action: entry.action,
            target_id: entry.target_id,
            message_id: entry.message_id,
            reason: entry.reason,
            role: entry.role,
            until: entry.until,
            at: entry.at,
        }
    }
}
