//! The audit log: appending, and reading backwards. The database refuses anything else.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{After, AuditEntry, Page, RoomId};
use crate::storage::audit_row::AuditRow;
use crate::storage::error::Result;
use crate::storage::schema::audit_log;

pub(in crate::storage) async fn append_audit_entry(
    conn: &mut Conn,
    entry: &AuditEntry,
) -> Result<()> {
    diesel::insert_into(audit_log::table)
        .values(AuditRow::from(entry))
        .execute(conn)
        .await?;
    Ok(())
}

/// What was done in a room, with the numbers of the entries, the newest first.
pub(in crate::storage) async fn list_audit_entries(
    conn: &mut Conn,
    room: RoomId,
    page: After<i64>,
) -> Result<Page<(i64, AuditEntry)>> {
    let mut query = audit_log::table
        .filter(audit_log::room_id.eq(room))
        .order(audit_log::number.desc())
        .select((audit_log::number, AuditRow::as_select()))
        .limit(page.limit + 1)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(audit_log::number.lt(after));
    }
    let rows: Vec<(i64, AuditRow)> = query.load(conn).await?;
    Ok(page.cut(rows).map(|(number, row)| (number, row.into())))
}
