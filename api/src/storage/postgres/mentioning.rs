//! Noting mentions on PostgreSQL: one statement for the messages of a transaction.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::MessageId;
use crate::storage::schema::sql;

/// Notes those who are in the room of a message that names them, its author apart. Who is noted
/// already stays so. Who has blocked the author is noted silently.
pub(in crate::storage) async fn insert(
    conn: &mut Conn,
    named: &[(MessageId, String)],
) -> QueryResult<()> {
    if named.is_empty() {
        return Ok(());
    }
    tracing::trace!(query = "mention");
    let (messages, usernames) = named
        .iter()
        .map(|(message, name)| (message, name.as_str()))
        .unzip();
    let insert = InsertMentions {
        messages,
        usernames,
    };
    insert.execute(conn).await?;
    Ok(())
}

struct InsertMentions<'a> {
    messages: Vec<&'a MessageId>,
    usernames: Vec<&'a str>,
}

prepared_once!(InsertMentions);

/// `OFFSET 0` has each message looked up by its id, also when the plan was made, to be kept, while
/// there were next to none.
impl QueryFragment<Pg> for InsertMentions<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO mentions (message_id, user_id, timeline_id, seq, silent) \
             SELECT messages.id, users.id, messages.timeline_id, messages.seq, EXISTS (\
             SELECT 1 FROM blocks WHERE blocks.blocker_id = users.id \
             AND blocks.blocked_id = messages.author_id) FROM unnest(",
        );
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.messages)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.usernames)?;
        out.push_sql(
            ") AS named (message_id, username) \
             CROSS JOIN LATERAL (SELECT * FROM messages \
             WHERE messages.id = named.message_id OFFSET 0) AS messages \
             JOIN users ON users.username = named.username COLLATE \"C\" \
             JOIN members ON members.room_id = messages.room_id AND members.user_id = users.id \
             WHERE users.id <> messages.author_id ON CONFLICT DO NOTHING",
        );
        Ok(())
    }
}
