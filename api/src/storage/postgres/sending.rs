//! Sending on PostgreSQL: the same few statements for a batch of any length.

use std::collections::HashMap;

use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::{append_events, mentioning, threading};
use crate::model::{Member, MessageId, NewMessage, Room, RoomId, TimelineId, Timestamp, UserId};
use crate::storage::error::Result;
use crate::storage::rows::{MemberRow, MessageRow, RoomRow};
use crate::storage::schema::{members, messages, rooms, sql};
use crate::storage::sending::{ByKey, Known, Plan, SendRule, Sent, Stop};

pub(super) async fn send<R: Send>(
    conn: &mut AsyncPgConnection,
    new: &[NewMessage],
    rule: SendRule<R>,
) -> Result<Vec<Sent<R>>> {
    match attempt(conn, new, rule, false).await {
        Err(Stop::LookUp) => attempt(conn, new, rule, true).await,
        ended => ended,
    }
    .map_err(|stop| stop.into_error().into())
}

async fn attempt<R: Send>(
    conn: &mut AsyncPgConnection,
    new: &[NewMessage],
    rule: SendRule<R>,
    look_up: bool,
) -> std::result::Result<Vec<Sent<R>>, Stop> {
    conn.transaction(async |conn| {
        let known = known(conn, new, look_up).await?;
        let plan = Plan::make(new, known, rule).ok_or(Stop::LookUp)?;
        if plan.messages.is_empty() {
            return Ok(plan.fulfilled(Vec::new()));
        }
        let inserted = InsertMessages::of(&plan).execute(conn).await?;
        if inserted < plan.messages.len() {
            return Err(Stop::LookUp);
        }
        note_slowed(conn, &plan.slowed).await?;
        mentioning::insert(conn, &plan.mentioned).await?;
        threading::write(conn, &plan).await?;
        let events = append_events(conn, plan.events()).await?;
        Ok(plan.fulfilled(events))
    })
    .await
}

/// One statement each: whoever is slowed down sends little.
async fn note_slowed(
    conn: &mut AsyncPgConnection,
    slowed: &[(RoomId, UserId, Timestamp)],
) -> QueryResult<()> {
    for (room, user, at) in slowed {
        diesel::update(members::table.find((room, user)))
            .set(members::last_sent_at.eq(at))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn known(
    conn: &mut AsyncPgConnection,
    new: &[NewMessage],
    look_up: bool,
) -> QueryResult<Known> {
    let mut ids: Vec<RoomId> = new.iter().map(|message| message.room_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // Locked in this order everywhere, so that no two transactions wait for each other. What is
    // read after this is what the rooms' last holders left.
    let rooms: Vec<RoomRow> = rooms::table
        .filter(rooms::id.eq_any(ids))
        .order(rooms::id)
        .for_no_key_update()
        .select(RoomRow::as_select())
        .load(conn)
        .await?;
    let rooms = rooms.into_iter().map(Room::from);
    let members: Vec<MemberRow> = FindSenders::of(new).load(conn).await?;
    let members = members.into_iter().map(Member::from);
    Ok(Known {
        rooms: rooms.map(|room| (room.id, room)).collect(),
        members: members
            .map(|member| ((member.room_id, member.user_id), member))
            .collect(),
        threads: threading::last_seqs(conn, new).await?,
        sent_before: match look_up {
            true => Some(sent_before(conn, new).await?),
            false => None,
        },
    })
}

async fn sent_before(conn: &mut AsyncPgConnection, new: &[NewMessage]) -> QueryResult<ByKey> {
    let rows: Vec<(MessageRow, Vec<u8>)> = FindSent::of(new).load(conn).await?;
    let mut sent = HashMap::new();
    for (row, fingerprint) in rows {
        let message = crate::model::Message::from(row);
        if let Some(client_id) = message.client_id.clone() {
            sent.insert((message.author_id, client_id), (message, fingerprint));
        }
    }
    Ok(sent)
}

prepared_once!(FindSenders, FindSent, InsertMessages);

/// The memberships of those who send, in the rooms that they send to.
struct FindSenders<'a> {
    columns: AsSelect<MemberRow, Pg>,
    rooms: Vec<&'a RoomId>,
    users: Vec<&'a UserId>,
}

impl<'a> FindSenders<'a> {
    fn of(new: &'a [NewMessage]) -> Self {
        let mut senders: Vec<_> = new
            .iter()
            .map(|one| (&one.room_id, &one.author_id))
            .collect();
        senders.sort_unstable();
        senders.dedup();
        let (rooms, users) = senders.into_iter().unzip();
        let columns = MemberRow::as_select();
        Self {
            columns,
            rooms,
            users,
        }
    }
}

impl Query for FindSenders<'_> {
    type SqlType = SqlTypeOf<AsSelect<MemberRow, Pg>>;
}

impl QueryFragment<Pg> for FindSenders<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.columns.walk_ast(out.reborrow())?;
        out.push_sql(" FROM members JOIN unnest(");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.rooms)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.users)?;
        out.push_sql(") AS senders (room_id, user_id) USING (room_id, user_id)");
        Ok(())
    }
}

/// What was sent under the keys of a batch, with its fingerprints.
struct FindSent<'a> {
    columns: (AsSelect<MessageRow, Pg>, messages::fingerprint),
    authors: Vec<&'a UserId>,
    keys: Vec<&'a str>,
}

impl<'a> FindSent<'a> {
    fn of(new: &'a [NewMessage]) -> Self {
        let keyed = new.iter().filter_map(|message| {
            let key = message.client_id.as_deref()?;
            Some((&message.author_id, key))
        });
        let (authors, keys) = keyed.unzip();
        let columns = (MessageRow::as_select(), messages::fingerprint);
        Self {
            columns,
            authors,
            keys,
        }
    }
}

impl Query for FindSent<'_> {
    type SqlType = SqlTypeOf<(AsSelect<MessageRow, Pg>, messages::fingerprint)>;
}

impl QueryFragment<Pg> for FindSent<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT DISTINCT ");
        self.columns.walk_ast(out.reborrow())?;
        out.push_sql(" FROM messages JOIN unnest(");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.authors)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.keys)?;
        out.push_sql(
            ") AS sent (author_id, client_id) ON messages.author_id = sent.author_id \
             AND messages.client_id = sent.client_id COLLATE \"C\"",
        );
        Ok(())
    }
}

/// Inserts what is not there yet, and numbers the rooms.
#[derive(Default)]
struct InsertMessages<'a> {
    rooms: Vec<&'a RoomId>,
    last_seqs: Vec<i64>,
    last_active: Vec<&'a Timestamp>,
    ids: Vec<&'a MessageId>,
    in_rooms: Vec<&'a RoomId>,
    timelines: Vec<TimelineId>,
    seqs: Vec<i64>,
    authors: Vec<&'a UserId>,
    keys: Vec<Option<&'a str>>,
    fingerprints: Vec<&'a [u8]>,
    bodies: Vec<&'a str>,
    replies_to: Vec<Option<&'a MessageId>>,
    sent_at: Vec<&'a Timestamp>,
    mention_room: Vec<bool>,
    forwarded_from: Vec<Option<&'a MessageId>>,
}

impl<'a> InsertMessages<'a> {
    fn of<R>(plan: &'a Plan<R>) -> Self {
        let mut insert = Self::default();
        for room in &plan.rooms {
            insert.rooms.push(&room.id);
            insert.last_seqs.push(room.last_seq);
            insert.last_active.push(&room.last_active_at);
        }
        for (message, fingerprint) in &plan.messages {
            insert.ids.push(&message.id);
            insert.in_rooms.push(&message.room_id);
            insert.timelines.push(message.timeline());
            insert.seqs.push(message.seq);
            insert.authors.push(&message.author_id);
            insert.keys.push(message.client_id.as_deref());
            insert.fingerprints.push(fingerprint);
            insert.bodies.push(&message.body);
            insert.replies_to.push(message.reply_to.as_ref());
            insert.sent_at.push(&message.sent_at);
            insert.mention_room.push(message.mentions_room);
            insert.forwarded_from.push(message.forwarded_from.as_ref());
        }
        insert
    }
}

impl QueryFragment<Pg> for InsertMessages<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH numbered AS (UPDATE rooms SET last_seq = held.last_seq, \
             last_active_at = held.last_active_at FROM unnest(",
        );
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.rooms)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.last_seqs)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Instant>, _>(&self.last_active)?;
        out.push_sql(
            ") AS held (id, last_seq, last_active_at) WHERE rooms.id = held.id) \
             INSERT INTO messages (id, room_id, timeline_id, seq, author_id, client_id, \
             fingerprint, body, reply_to_id, sent_at, mentions_room, forwarded_from_id) \
             SELECT * FROM unnest(",
        );
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.in_rooms)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.timelines)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.seqs)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.authors)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.keys)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.fingerprints)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.bodies)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<sql::Uuid>>, _>(&self.replies_to)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<sql::Instant>, _>(&self.sent_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bool>, _>(&self.mention_room)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<sql::Uuid>>, _>(&self.forwarded_from)?;
        out.push_sql(") ON CONFLICT (author_id, client_id) DO NOTHING");
        Ok(())
    }
}
