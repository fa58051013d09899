//! Threads that get replies, on PostgreSQL: the same few statements for a batch of any length.

use std::collections::{HashMap, HashSet};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{MessageId, NewMessage, RoomId, Timestamp, UserId};
use crate::storage::schema::{sql, threads};
use crate::storage::sending::Plan;

/// The numbers of the newest replies in the threads that these messages are for.
pub(super) async fn last_seqs(
    conn: &mut Conn,
    new: &[NewMessage],
) -> QueryResult<HashMap<MessageId, i64>> {
    let roots: HashSet<MessageId> = new.iter().filter_map(|new| new.thread_root).collect();
    if roots.is_empty() {
        return Ok(HashMap::new());
    }
    let known: Vec<(MessageId, i64)> = threads::table
        .filter(threads::root_id.eq_any(roots))
        .select((threads::root_id, threads::last_seq))
        .load(conn)
        .await?;
    Ok(known.into_iter().collect())
}

/// Numbers the threads, and lets those follow them who reply, whom the replies mention, and who
/// wrote what they hang on.
pub(super) fn write<'a, R>(
    conn: &'a mut Conn,
    plan: &'a Plan<R>,
) -> impl Future<Output = QueryResult<()>> + use<'a, R> {
    let (number, replied) = (NumberThreads::of(plan), FollowReplied::of(plan));
    let others = FollowOthers::of(plan);
    async move {
        if !number.roots.is_empty() {
            number.execute(conn).await?;
            replied.execute(conn).await?;
            others.execute(conn).await?;
        }
        Ok(())
    }
}

prepared_once!(NumberThreads, FollowReplied, FollowOthers);

struct NumberThreads<'a> {
    roots: Vec<&'a MessageId>,
    rooms: Vec<&'a RoomId>,
    last_seqs: Vec<i64>,
    last_replies_at: Vec<&'a Timestamp>,
}

impl<'a> NumberThreads<'a> {
    fn of<R>(plan: &'a Plan<R>) -> Self {
        let threads = || plan.threads.values();
        Self {
            roots: plan.threads.keys().collect(),
            rooms: threads().map(|thread| &thread.room).collect(),
            last_seqs: threads().map(|thread| thread.last_seq).collect(),
            last_replies_at: threads().map(|thread| &thread.last_reply_at).collect(),
        }
    }
}

impl QueryFragment<Pg> for NumberThreads<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO threads (root_id, room_id, last_seq, last_reply_at) SELECT * FROM unnest(",
        );
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.roots)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.rooms)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.last_seqs)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Instant>, _>(&self.last_replies_at)?;
        out.push_sql(
            ") ON CONFLICT (root_id) DO UPDATE SET last_seq = excluded.last_seq, \
             last_reply_at = excluded.last_reply_at",
        );
        Ok(())
    }
}

/// Those who reply have read as far.
#[derive(Default)]
struct FollowReplied<'a> {
    roots: Vec<MessageId>,
    users: Vec<&'a UserId>,
    rooms: Vec<&'a RoomId>,
    seqs: Vec<i64>,
}

impl<'a> FollowReplied<'a> {
    fn of<R>(plan: &'a Plan<R>) -> Self {
        let mut follow = Self::default();
        for (reply, _) in &plan.messages {
            if let Some(root) = reply.thread_root {
                follow.roots.push(root);
                follow.users.push(&reply.author_id);
                follow.rooms.push(&reply.room_id);
                follow.seqs.push(reply.seq);
            }
        }
        follow
    }
}

impl QueryFragment<Pg> for FollowReplied<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO thread_members (root_id, user_id, room_id, following, last_read_seq) \
             SELECT root_id, user_id, room_id, TRUE, min(seq) FROM unnest(",
        );
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.roots)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.users)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.rooms)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.seqs)?;
        out.push_sql(
            ") AS replies (root_id, user_id, room_id, seq) GROUP BY root_id, user_id, room_id \
             ON CONFLICT (root_id, user_id) DO UPDATE SET following = TRUE",
        );
        Ok(())
    }
}

/// The authors of what they hang on, and those whom they mention, have read what came before.
#[derive(Default)]
struct FollowOthers<'a> {
    replies: Vec<&'a MessageId>,
    roots: Vec<MessageId>,
    rooms: Vec<&'a RoomId>,
    seqs: Vec<i64>,
}

impl<'a> FollowOthers<'a> {
    fn of<R>(plan: &'a Plan<R>) -> Self {
        let mut follow = Self::default();
        for (reply, _) in &plan.messages {
            if let Some(root) = reply.thread_root {
                follow.replies.push(&reply.id);
                follow.roots.push(root);
                follow.rooms.push(&reply.room_id);
                follow.seqs.push(reply.seq);
            }
        }
        follow
    }
}

/// The plan of this is kept, perhaps from when the tables were all but empty and reading them whole
/// cost nothing. `OFFSET 0` has each row looked up by its key whatever they had in them.
impl QueryFragment<Pg> for FollowOthers<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH replies (id, root_id, room_id, seq) AS (SELECT * FROM unnest(");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.replies)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.roots)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.rooms)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.seqs)?;
        out.push_sql(
            ")) INSERT INTO thread_members (root_id, user_id, room_id, following, last_read_seq) \
             (SELECT root_id, author.user_id, room_id, TRUE, seq - 1 FROM replies \
             CROSS JOIN LATERAL (SELECT author_id FROM messages \
             WHERE messages.id = replies.root_id OFFSET 0) AS root \
             CROSS JOIN LATERAL (SELECT user_id FROM members \
             WHERE members.room_id = replies.room_id AND members.user_id = root.author_id \
             OFFSET 0) AS author \
             UNION ALL SELECT root_id, mentioned.user_id, room_id, TRUE, seq - 1 FROM replies \
             CROSS JOIN LATERAL (SELECT user_id FROM mentions \
             WHERE mentions.message_id = replies.id AND NOT silent OFFSET 0) AS mentioned \
             ORDER BY 5) ON CONFLICT DO NOTHING",
        );
        Ok(())
    }
}
