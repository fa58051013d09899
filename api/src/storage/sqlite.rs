//! SQLite: one connection that writes, several that read, and the queries compiled for it.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use diesel::connection::AnsiTransactionManager;
use diesel::prelude::*;
use diesel::{ConnectionResult, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::error::{OpenError, Result};
use super::event_row::{EventRow, place};
use super::migrations;
use super::pool::{Pool, Pooled};
use super::schema::{events as events_table, log_head};
use super::sending::{SendRule, Sent};
use crate::model::{Event, MessageId, NewEvent, NewMessage, Room, RoomId};

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

pub(super) type Conn = SyncConnectionWrapper<SqliteConnection>;

const READERS: u32 = 4;

/// The wait for a lock must be set before the switch to WAL, which may itself find it taken.
/// Deleted messages are overwritten in the file, not only marked as free space.
const PREPARE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

pub struct Sqlite {
    writer: Pool<Conn>,
    readers: Pool<Conn>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> std::result::Result<Self, OpenError> {
        let unreachable =
            |cause: String| OpenError::Unreachable(format!("{}: {cause}", path.display()));
        make_private(path).map_err(|cause| unreachable(cause.to_string()))?;
        let url = path.to_string_lossy();
        let mut first = establish(&url)
            .await
            .map_err(|cause| unreachable(cause.to_string()))?;
        // Two servers that start together must not both find the tables missing.
        let migrate = |conn: &mut SqliteConnection| {
            conn.exclusive_transaction(|conn| Ok(migrations::run(conn, migrations::SQLITE)))
        };
        let migrated = first.spawn_blocking(migrate).await;
        migrated.map_err(|cause| OpenError::Migration(cause.to_string()))??;
        Ok(Self {
            writer: Pool::open(&url, 1, establish).await?,
            readers: Pool::open(&url, READERS, establish).await?,
        })
    }

    pub(super) async fn read(&self) -> Result<Pooled<Conn>> {
        self.readers.get().await
    }

    /// The transaction takes the write lock at once: one that reads first and writes later would
    /// fail when another has written in between.
    pub(super) async fn begin(&self) -> Result<Pooled<Conn>> {
        let mut conn = self.writer.get().await?;
        conn.spawn_blocking(|conn| {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
        })
        .await?;
        Ok(conn)
    }

    pub(super) async fn send<R: Send + 'static>(
        &self,
        new: Arc<Vec<NewMessage>>,
        rule: SendRule<R>,
    ) -> Result<Vec<Sent<R>>> {
        let mut conn = self.writer.get().await?;
        let send = move |conn: &mut SqliteConnection| sending::send(conn, &new, rule);
        Ok(conn.spawn_blocking(send).await?)
    }
}

/// A transaction has the whole database to itself.
pub(super) async fn hold_room(conn: &mut Conn, room: RoomId) -> Result<Option<Room>> {
    Ok(rooms::find_rooms(conn, vec![room]).await?.pop())
}

/// All in one go, since each way to the thread that queries run on costs as much as a query.
pub(super) async fn append_events(conn: &mut Conn, new: Vec<NewEvent>) -> QueryResult<Vec<Event>> {
    conn.spawn_blocking(|conn| append(conn, new)).await
}

fn append(conn: &mut SqliteConnection, new: Vec<NewEvent>) -> QueryResult<Vec<Event>> {
    let head = diesel::update(log_head::table.find(1))
        .set(log_head::position.eq(log_head::position + new.len() as i64))
        .returning(log_head::position)
        .get_result(conn)?;
    let placed = place(new, head);
    for event in &placed {
        diesel::insert_into(events_table::table)
            .values(EventRow::from(event))
            .execute(conn)?;
    }
    Ok(placed)
}

pub(super) async fn insert_mentions(
    conn: &mut Conn,
    named: Vec<(MessageId, String)>,
) -> QueryResult<()> {
    conn.spawn_blocking(move |conn| mentioning::insert(conn, &named))
        .await
}

/// A new database is for its owner only, wherever it is and whatever the umask.
fn make_private(path: &Path) -> io::Result<()> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    Ok(())
}

fn establish(path: &str) -> BoxFuture<'_, ConnectionResult<Conn>> {
    async move {
        let mut conn = Conn::establish(path).await?;
        conn.batch_execute(PREPARE)
            .await
            .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }
    .boxed()
}
