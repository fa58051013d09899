//! Threads, and what people have to do with them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{
    After, MessageId, Page, RoomId, Thread, ThreadMember, Timestamp, Unread, UserId,
};
use crate::storage::error::Result;
use crate::storage::schema::{messages, thread_members, threads};
use crate::storage::unread::{Counts, unread, unread_counts};

/// A thread with how many of its replies are deleted.
type ThreadRow = (MessageId, RoomId, i64, Timestamp, Option<i64>);

/// The threads that hang on these messages; of those without a reply, nothing.
pub(in crate::storage) async fn find_threads(
    conn: &mut Conn,
    roots: Vec<MessageId>,
) -> Result<Vec<Thread>> {
    let deleted = messages::table
        .filter(messages::timeline_id.eq(threads::root_id))
        .filter(messages::deleted_at.is_not_null())
        .count();
    let rows: Vec<ThreadRow> = threads::table
        .filter(threads::root_id.eq_any(roots))
        .select((
            threads::root_id,
            threads::room_id,
            threads::last_seq,
            threads::last_reply_at,
            deleted.single_value(),
        ))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(thread).collect())
}

/// The threads that a person follows, those with the newest replies first.
pub(in crate::storage) async fn list_followed_threads(
    conn: &mut Conn,
    user: UserId,
    page: After<(Timestamp, MessageId)>,
) -> Result<Page<Thread>> {
    let deleted = messages::table
        .filter(messages::timeline_id.eq(threads::root_id))
        .filter(messages::deleted_at.is_not_null())
        .count();
    let mut query = thread_members::table
        .inner_join(threads::table)
        .filter(thread_members::user_id.eq(user))
        .filter(thread_members::following)
        .order((threads::last_reply_at.desc(), threads::root_id.desc()))
        .select((
            threads::root_id,
            threads::room_id,
            threads::last_seq,
            threads::last_reply_at,
            deleted.single_value(),
        ))
        .limit(page.limit + 1)
        .into_boxed();
    if let Some((at, root)) = page.after {
        let same_instant = threads::last_reply_at.eq(at).and(threads::root_id.lt(root));
        query = query.filter(threads::last_reply_at.lt(at).or(same_instant));
    }
    let rows: Vec<ThreadRow> = query.load(conn).await?;
    Ok(page.cut(rows).map(thread))
}

fn thread((root, room_id, last_seq, last_reply_at, deleted): ThreadRow) -> Thread {
    Thread {
        root,
        room_id,
        reply_count: last_seq - deleted.unwrap_or(0),
        last_seq,
        last_reply_at,
    }
}

/// What a person has to do with these threads; of those that they never had to do with, nothing.
pub(in crate::storage) async fn find_thread_members(
    conn: &mut Conn,
    user: UserId,
    roots: Vec<MessageId>,
) -> Result<Vec<ThreadMember>> {
    let rows: Vec<(MessageId, bool, i64)> = thread_members::table
        .filter(thread_members::user_id.eq(user))
        .filter(thread_members::root_id.eq_any(roots))
        .select((
            thread_members::root_id,
            thread_members::following,
            thread_members::last_read_seq,
        ))
        .load(conn)
        .await?;
    let member = |(root, following, last_read_seq)| ThreadMember {
        root,
        following,
        last_read_seq,
    };
    Ok(rows.into_iter().map(member).collect())
}

pub(in crate::storage) async fn put_thread_member(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    member: ThreadMember,
) -> Result<()> {
    let state = (
        thread_members::following.eq(member.following),
        thread_members::last_read_seq.eq(member.last_read_seq),
    );
    diesel::insert_into(thread_members::table)
        .values((
            thread_members::root_id.eq(member.root),
            thread_members::user_id.eq(user),
            thread_members::room_id.eq(room),
            state,
        ))
        .on_conflict((thread_members::root_id, thread_members::user_id))
        .do_update()
        .set(state)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whoever leaves a room has nothing to do with its threads any more.
pub(in crate::storage) async fn delete_thread_member(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
) -> Result<()> {
    diesel::delete(thread_members::table)
        .filter(thread_members::user_id.eq(user))
        .filter(thread_members::room_id.eq(room))
        .execute(conn)
        .await?;
    Ok(())
}

/// What a person has not read in the threads that they follow; in these only, when some are given.
pub(in crate::storage) async fn count_unread_in_threads(
    conn: &mut Conn,
    user: UserId,
    roots: Option<Vec<MessageId>>,
) -> Result<Vec<(MessageId, Unread)>> {
    let counts = unread_counts!(
        user,
        thread_members::root_id,
        threads::last_seq,
        thread_members::last_read_seq
    );
    let mut query = thread_members::table
        .inner_join(threads::table)
        .filter(thread_members::user_id.eq(user))
        .filter(thread_members::following)
        .select((thread_members::root_id, counts))
        .into_boxed();
    if let Some(roots) = roots {
        query = query.filter(thread_members::root_id.eq_any(roots));
    }
    let rows: Vec<(MessageId, Counts)> = query.load(conn).await?;
    let rows = rows.into_iter();
    Ok(rows.map(|(root, counts)| (root, unread(counts))).collect())
}
