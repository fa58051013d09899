//! Whom messages speak to.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{MessageId, User};
use crate::storage::error::Result;
use crate::storage::schema::{mentions, users};
use crate::storage::user_row::UserRow;

/// Whom each of these messages speaks to, by username.
pub(in crate::storage) async fn find_mentioned(
    conn: &mut Conn,
    ids: Vec<MessageId>,
) -> Result<Vec<(MessageId, User)>> {
    let rows: Vec<(MessageId, UserRow)> = mentions::table
        .inner_join(users::table)
        .filter(mentions::message_id.eq_any(ids))
        .order(users::username.asc())
        .select((mentions::message_id, UserRow::as_select()))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(message, user)| (message, user.into()))
        .collect())
}

/// Notes that messages speak to those with these usernames, as far as they are in the message's
/// room and have not written it. Who is noted already stays so.
pub(in crate::storage) async fn insert_mentions(
    conn: &mut Conn,
    named: Vec<(MessageId, String)>,
) -> Result<()> {
    Ok(super::insert_mentions(conn, named).await?)
}

/// Forgets whom a message spoke to, apart from those with these names.
pub(in crate::storage) async fn delete_mentions(
    conn: &mut Conn,
    id: MessageId,
    except: Vec<String>,
) -> Result<()> {
    let kept = users::table
        .filter(users::username.eq_any(except))
        .select(users::id);
    diesel::delete(mentions::table)
        .filter(mentions::message_id.eq(id))
        .filter(mentions::user_id.ne_all(kept))
        .execute(conn)
        .await?;
    Ok(())
}
