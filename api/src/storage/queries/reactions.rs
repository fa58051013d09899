//! Who reacted to messages, and with what.

use diesel::dsl::{EqAny, count_star, min};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};

use super::Conn;
use crate::model::{MessageId, Reaction, Timestamp, UserId};
use crate::storage::error::Result;
use crate::storage::schema::{reactions, sql};

type Backend = <Conn as AsyncConnectionCore>::Backend;

/// How often each emoji was given to each of these messages, in the order of the first ones.
pub(in crate::storage) async fn count_reactions(
    conn: &mut Conn,
    ids: Vec<MessageId>,
) -> Result<Vec<Reaction>> {
    let rows: Vec<(MessageId, String, i64)> = reactions::table
        .filter(reactions::message_id.eq_any(ids))
        .group_by((reactions::message_id, reactions::emoji))
        .order((min(reactions::reacted_at).asc(), reactions::emoji.asc()))
        .select((reactions::message_id, reactions::emoji, count_star()))
        .load(conn)
        .await?;
    let reaction = |(message, emoji, count)| Reaction {
        message,
        emoji,
        count,
    };
    Ok(rows.into_iter().map(reaction).collect())
}

/// What a person gave to these messages.
pub(in crate::storage) async fn find_own_reactions(
    conn: &mut Conn,
    user: UserId,
    ids: Vec<MessageId>,
) -> Result<Vec<(MessageId, String)>> {
    Ok(reactions::table
        .filter(reactions::user_id.eq(user))
        .filter(reactions::message_id.eq_any(ids))
        .select((reactions::message_id, reactions::emoji))
        .load(conn)
        .await?)
}

/// Who gave each emoji to each of these messages: so many, those who were first, in their order.
pub(in crate::storage) async fn list_reactors(
    conn: &mut Conn,
    ids: Vec<MessageId>,
    most: i64,
) -> Result<Vec<(MessageId, String, UserId)>> {
    let of_messages = reactions::message_id.eq_any(ids);
    Ok(FirstReactors { of_messages, most }.load(conn).await?)
}

/// False when the person has given it already.
pub(in crate::storage) async fn insert_reaction(
    conn: &mut Conn,
    message: MessageId,
    user: UserId,
    emoji: &str,
    now: Timestamp,
) -> Result<bool> {
    let inserted = diesel::insert_into(reactions::table)
        .values((
            reactions::message_id.eq(message),
            reactions::user_id.eq(user),
            reactions::emoji.eq(emoji),
            reactions::reacted_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted > 0)
}

/// False when the person has not given it.
pub(in crate::storage) async fn delete_reaction(
    conn: &mut Conn,
    message: MessageId,
    user: UserId,
    emoji: &str,
) -> Result<bool> {
    let deleted = diesel::delete(reactions::table.find((message, user, emoji)))
        .execute(conn)
        .await?;
    Ok(deleted > 0)
}

/// Forgets all that was given to a message.
pub(in crate::storage) async fn delete_reactions(
    conn: &mut Conn,
    message: MessageId,
) -> Result<()> {
    diesel::delete(reactions::table.filter(reactions::message_id.eq(message)))
        .execute(conn)
        .await?;
    Ok(())
}

struct FirstReactors {
    of_messages: EqAny<reactions::message_id, Vec<MessageId>>,
    most: i64,
}

impl QueryId for FirstReactors {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for FirstReactors {
    type SqlType = (sql::Uuid, Text, sql::Uuid);
}

impl QueryFragment<Backend> for FirstReactors {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql(
            "SELECT message_id, emoji, user_id FROM (SELECT message_id, emoji, user_id, \
             row_number() OVER (PARTITION BY message_id, emoji ORDER BY reacted_at, user_id) \
             AS place FROM reactions WHERE ",
        );
        self.of_messages.walk_ast(out.reborrow())?;
        out.push_sql(") AS placed WHERE place <= ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(" ORDER BY message_id, emoji, place");
        Ok(())
    }
}
