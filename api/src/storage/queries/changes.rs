//! In which order sessions made their changes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{SessionId, SubjectId, Timestamp};
use crate::storage::error::Result;
use crate::storage::schema::latest_changes;

/// When a session last changed this, if it has said so.
pub(in crate::storage) async fn find_latest_change(
    conn: &mut Conn,
    session: SessionId,
    subject: SubjectId,
) -> Result<Option<Timestamp>> {
    let latest: Option<i64> = latest_changes::table
        .find((session, subject))
        .select(latest_changes::made_at)
        .first(conn)
        .await
        .optional()?;
    Ok(latest.map(Timestamp::from_millis))
}

pub(in crate::storage) async fn put_latest_change(
    conn: &mut Conn,
    session: SessionId,
    subject: SubjectId,
    made_at: Timestamp,
) -> Result<()> {
    let made_at = latest_changes::made_at.eq(made_at.as_millis());
    diesel::insert_into(latest_changes::table)
        .values((
            latest_changes::session_id.eq(session),
            latest_changes::subject_id.eq(subject),
            made_at,
        ))
        .on_conflict((latest_changes::session_id, latest_changes::subject_id))
        .do_update()
        .set(made_at)
        .execute(conn)
        .await?;
    Ok(())
}
