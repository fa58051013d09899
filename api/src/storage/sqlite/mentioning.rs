//! Noting mentions on SQLite: one statement for the messages of a transaction.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use crate::model::MessageId;

/// Notes those who are in the room of a message that names them, its author apart. Who is noted
/// already stays so. Who has blocked the author is noted silently.
pub(in crate::storage) fn insert(
    conn: &mut SqliteConnection,
    named: &[(MessageId, String)],
) -> QueryResult<()> {
    if named.is_empty() {
        return Ok(());
    }
    tracing::trace!(query = "mention");
    let named = named
        .iter()
        .map(|(message, name)| (message.as_uuid().simple().to_string(), name));
    let named = serde_json::to_string(&named.collect::<Vec<_>>())
        .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    InsertMentions { named }.execute(conn)?;
    Ok(())
}

/// Of pairs in JSON: a message's id in hexadecimal, and a username.
#[derive(QueryId)]
struct InsertMentions {
    named: String,
}

impl RunQueryDsl<SqliteConnection> for InsertMentions {}

impl QueryFragment<Sqlite> for InsertMentions {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        // The order of the joins is given, for a room may have far more members than a message
        // names. WHERE is needed before ON CONFLICT, after a SELECT.
        out.push_sql(
            "INSERT INTO mentions (message_id, user_id, timeline_id, seq, silent) \
             SELECT messages.id, users.id, messages.timeline_id, messages.seq, EXISTS (\
             SELECT 1 FROM blocks WHERE blocks.blocker_id = users.id \
             AND blocks.blocked_id = messages.author_id) FROM json_each(",
        );
        out.push_bind_param::<Text, _>(&self.named)?;
        out.push_sql(
            ") AS named \
             CROSS JOIN messages ON messages.id = unhex(named.value ->> 0) \
             CROSS JOIN users ON users.username = named.value ->> 1 \
             CROSS JOIN members ON members.room_id = messages.room_id \
             AND members.user_id = users.id \
             WHERE users.id <> messages.author_id ON CONFLICT DO NOTHING",
        );
        Ok(())
    }
}
