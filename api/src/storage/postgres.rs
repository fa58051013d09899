//! PostgreSQL: one pool, and the queries compiled for it.

use std::time::Duration;

use diesel::ConnectionResult;
use diesel::prelude::*;
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
    TransactionManager,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::error::{OpenError, Result};
use super::event_row::{EventRow, place};
use super::migrations;
use super::pool::{Establish, Pool, Pooled};
use super::rows::RoomRow;
use super::schema::{events as events_table, log_head, rooms as rooms_table};
use super::sending::{SendRule, Sent};
use crate::model::{Event, MessageId, NewEvent, NewMessage, Room, RoomId};

/// Gives a statement of fixed text its identity, so that it is prepared once for each connection.
macro_rules! prepared_once {
    ($($statement:ident),*) => {$(
        impl QueryId for $statement<'_> {
            type QueryId = $statement<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
    )*};
}

mod mentioning;
mod sending;
mod threading;

#[path = "queries/audit.rs"]
pub(super) mod audit;
#[path = "queries/blocks.rs"]
pub(super) mod blocks;
#[path = "queries/changes.rs"]
pub(super) mod changes;
#[path = "queries/departures.rs"]
pub(super) mod departures;
#[path = "queries/drafts.rs"]
pub(super) mod drafts;
#[path = "queries/events.rs"]
pub(super) mod events;
#[path = "queries/invites.rs"]
pub(super) mod invites;
#[path = "queries/members.rs"]
pub(super) mod members;
#[path = "queries/mentions.rs"]
pub(super) mod mentions;
#[path = "queries/messages.rs"]
pub(super) mod messages;
#[path = "queries/name_words.rs"]
pub(super) mod name_words;
#[path = "queries/reactions.rs"]
pub(super) mod reactions;
#[path = "queries/receipts.rs"]
pub(super) mod receipts;
#[path = "queries/rooms.rs"]
pub(super) mod rooms;
#[path = "queries/sanctions.rs"]
pub(super) mod sanctions;
#[path = "queries/sessions.rs"]
pub(super) mod sessions;
#[path = "queries/threads.rs"]
pub(super) mod threads;
#[path = "queries/usernames.rs"]
pub(super) mod usernames;
#[path = "queries/users.rs"]
pub(super) mod users;

pub(super) type Conn = AsyncPgConnection;

/// Those who wait for each other's locks hold none of the connections that reading needs: the hub,
/// logins and queries go on.
const WRITERS: u32 = 6;
const READERS: u32 = 10;

/// How many events one statement inserts: it can have 65,535 parameters.
const EVENTS_MOST: usize = 4_096;

/// No statement and no idle transaction may hold the log for long.
const PREPARE: &str = "SET statement_timeout = '15s'; \
     SET idle_in_transaction_session_timeout = '15s'; SET timezone = 'UTC';";

/// How long the server may take to answer at the start.
const REACH: Duration = Duration::from_secs(10);

/// Any number will do, as long as every node takes the same.
const MIGRATION_LOCK: &str = "SET lock_timeout = '60s'; SELECT pg_advisory_lock(4851627)";

pub struct Postgres {
    writers: Pool<Conn>,
    readers: Pool<Conn>,
}

impl Postgres {
    pub(super) async fn open(
        url: &str,
        establish: Establish<Conn>,
    ) -> std::result::Result<Self, OpenError> {
        let reached = tokio::time::timeout(REACH, Conn::establish(url)).await;
        let reached =
            reached.map_err(|_| OpenError::Unreachable("it does not answer".to_owned()))?;
        let mut first = reached.map_err(|cause| OpenError::Unreachable(cause.to_string()))?;
        // Freed when this connection closes, also if migrating fails.
        first
            .batch_execute(MIGRATION_LOCK)
            .await
            .map_err(|cause| OpenError::Migration(cause.to_string()))?;
        migrations::run(&mut AsyncMigrationHarness::new(first), migrations::POSTGRES)?;
        Ok(Self {
            writers: Pool::open(url, WRITERS, establish).await?,
            readers: Pool::open(url, READERS, establish).await?,
        })
    }

    pub(super) async fn read(&self) -> Result<Pooled<Conn>> {
        self.readers.get().await
    }

    pub(super) async fn send<R: Send>(
        &self,
        new: &[NewMessage],
        rule: SendRule<R>,
    ) -> Result<Vec<Sent<R>>> {
        let mut conn = self.writers.get().await?;
        sending::send(&mut conn, new, rule).await
    }

    pub(super) async fn begin(&self) -> Result<Pooled<Conn>> {
        let mut conn = self.writers.get().await?;
        <Conn as AsyncConnection>::TransactionManager::begin_transaction(&mut *conn).await?;
        Ok(conn)
    }
}

/// Without writing to it.
pub(super) async fn hold_room(conn: &mut Conn, room: RoomId) -> Result<Option<Room>> {
    let room = rooms_table::table.find(room).select(RoomRow::as_select());
    let held: Option<RoomRow> = room.for_no_key_update().first(conn).await.optional()?;
    Ok(held.map(Room::from))
}

pub(super) async fn append_events(conn: &mut Conn, new: Vec<NewEvent>) -> QueryResult<Vec<Event>> {
    let head = diesel::update(log_head::table.find(1))
        .set(log_head::position.eq(log_head::position + new.len() as i64))
        .returning(log_head::position)
        .get_result(conn)
        .await?;
    let placed = place(new, head);
    for some in placed.chunks(EVENTS_MOST) {
        diesel::insert_into(events_table::table)
            .values(some.iter().map(EventRow::from).collect::<Vec<_>>())
            .execute(conn)
            .await?;
    }
    Ok(placed)
}

pub(super) async fn insert_mentions(
    conn: &mut Conn,
    named: Vec<(MessageId, String)>,
) -> QueryResult<()> {
    mentioning::insert(conn, &named).await
}

pub(super) fn establish(url: &str) -> BoxFuture<'_, ConnectionResult<Conn>> {
    prepare(url).boxed()
}

/// Commits do not wait for the disk.
pub(super) fn establish_for_filling(url: &str) -> BoxFuture<'_, ConnectionResult<Conn>> {
    async {
        let mut conn = prepare(url).await?;
        set(&mut conn, "SET synchronous_commit = off").await?;
        Ok(conn)
    }
    .boxed()
}

async fn prepare(url: &str) -> ConnectionResult<Conn> {
    let mut conn = Conn::establish(url).await?;
    set(&mut conn, PREPARE).await?;
    Ok(conn)
}

async fn set(conn: &mut Conn, settings: &str) -> ConnectionResult<()> {
    let done = conn.batch_execute(settings).await;
    done.map_err(diesel::ConnectionError::CouldntSetupConfiguration)
}
