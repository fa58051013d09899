//! Threads that get replies, on SQLite.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;

use crate::model::{Message, MessageId, NewMessage};
use crate::storage::schema::{sql, thread_members, threads};
use crate::storage::sending::Plan;

/// The numbers of the newest replies in the threads that these messages are for.
pub(super) fn last_seqs(
    conn: &mut SqliteConnection,
    new: &[NewMessage],
) -> QueryResult<HashMap<MessageId, i64>> {
    let roots: HashSet<MessageId> = new.iter().filter_map(|new| new.thread_root).collect();
    let mut known = HashMap::new();
    for root in roots {
        let last: Option<i64> = threads::table
            .find(root)
            .select(threads::last_seq)
            .first(conn)
            .optional()?;
        known.extend(last.map(|last| (root, last)));
    }
    Ok(known)
}

/// Numbers the threads, and lets those follow them who reply, whom the replies mention, and who
/// wrote what they hang on.
pub(super) fn write<R>(conn: &mut SqliteConnection, plan: &Plan<R>) -> QueryResult<()> {
    for (root, thread) in &plan.threads {
        let numbers = (
            threads::last_seq.eq(thread.last_seq),
            threads::last_reply_at.eq(thread.last_reply_at),
        );
        diesel::insert_into(threads::table)
            .values((
                threads::root_id.eq(root),
                threads::room_id.eq(thread.room),
                numbers,
            ))
            .on_conflict(threads::root_id)
            .do_update()
            .set(numbers)
            .execute(conn)?;
    }
    for (reply, _) in &plan.messages {
        if let Some(root) = reply.thread_root {
            follow(conn, root, reply)?;
        }
    }
    Ok(())
}

fn follow(conn: &mut SqliteConnection, root: MessageId, reply: &Message) -> QueryResult<()> {
    diesel::insert_into(thread_members::table)
        .values((
            thread_members::root_id.eq(root),
            thread_members::user_id.eq(reply.author_id),
            thread_members::room_id.eq(reply.room_id),
            thread_members::following.eq(true),
            thread_members::last_read_seq.eq(reply.seq),
        ))
        .on_conflict((thread_members::root_id, thread_members::user_id))
        .do_update()
        .set(thread_members::following.eq(true))
        .execute(conn)?;
    FollowOthers { reply: reply.id }.execute(conn)?;
    Ok(())
}

/// The author of what it hangs on, and those whom it mentions, have read what came before.
#[derive(QueryId)]
struct FollowOthers {
    reply: MessageId,
}

impl RunQueryDsl<SqliteConnection> for FollowOthers {}

impl QueryFragment<Sqlite> for FollowOthers {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO thread_members (root_id, user_id, room_id, following, last_read_seq) \
             SELECT roots.id, members.user_id, members.room_id, TRUE, replies.seq - 1 \
             FROM messages AS replies \
             JOIN messages AS roots ON roots.id = replies.timeline_id \
             JOIN members ON members.room_id = roots.room_id \
             AND members.user_id = roots.author_id WHERE replies.id = ",
        );
        out.push_bind_param::<sql::Uuid, _>(&self.reply)?;
        out.push_sql(
            " UNION ALL SELECT replies.timeline_id, mentions.user_id, replies.room_id, TRUE, \
             replies.seq - 1 FROM mentions \
             JOIN messages AS replies ON replies.id = mentions.message_id \
             WHERE NOT mentions.silent AND mentions.message_id = ",
        );
        out.push_bind_param::<sql::Uuid, _>(&self.reply)?;
        out.push_sql(" ON CONFLICT DO NOTHING");
        Ok(())
    }
}
