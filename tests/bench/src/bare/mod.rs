//! What the databases cost by themselves: the same rows through diesel, and nothing around it.

mod postgres;
mod sqlite;

use std::io;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;

use crate::servers::causerie::Causerie;

type PgConnection = AsyncConnectionWrapper<AsyncPgConnection>;

/// A database system that Causerie runs on.
#[derive(Debug, Clone)]
pub enum System {
    Sqlite,
    /// By the URL of a server on which databases may be made.
    Postgres(String),
}

/// A connection to a server's database, and the room that is written to and read.
pub enum Bare {
    Sqlite(SqliteConnection, sqlite::queries::Room),
    Postgres(Box<PgConnection>, postgres::queries::Room),
}

/// A database of PostgreSQL, removed when this is dropped.
pub struct Created {
    system: String,
    name: String,
    pub url: String,
}

impl System {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// A new database where a server does not make its own.
    pub fn create(&self) -> io::Result<Option<Created>> {
        let Self::Postgres(system) = self else {
            return Ok(None);
        };
        let name = format!("causerie_bench_{}", std::process::id());
        let (place, _) = system.rsplit_once('/').unwrap_or((system, ""));
        let url = format!("{place}/{name}");
        let created = Created {
            system: system.clone(),
            name,
            url,
        };
        created.administer("DROP DATABASE IF EXISTS")?;
        created.administer("CREATE DATABASE")?;
        Ok(Some(created))
    }
}

impl Created {
    fn connect(&self) -> io::Result<PgConnection> {
        PgConnection::establish(&self.url).map_err(io::Error::other)
    }

    fn administer(&self, what: &str) -> io::Result<()> {
        let mut connection = PgConnection::establish(&self.system).map_err(io::Error::other)?;
        let statement = format!("{what} {}", self.name);
        connection
            .batch_execute(&statement)
            .map_err(io::Error::other)
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        // A database that stays is a nuisance, and no fault of what was measured.
        let _ = self.administer("DROP DATABASE");
    }
}

impl Bare {
    /// Fills the one room of a server up to so many messages, by its members in turn.
    pub fn fill(server: &Causerie, created: Option<&Created>, messages: usize) -> io::Result<()> {
        let filled = match created {
            None => sqlite::open(&server.database())?.batch_execute(&sqlite::fill(messages)),
            Some(created) => {
                let mut connection = created.connect()?;
                connection
                    .batch_execute(&postgres::fill(messages))
                    .and_then(|()| connection.batch_execute("VACUUM ANALYZE"))
            }
        };
        filled.map_err(io::Error::other)
    }

    /// Opens the database of a server in which something was said.
    pub fn open(server: &Causerie, created: Option<&Created>) -> io::Result<Self> {
        let opened = match created {
            None => {
                let mut connection = sqlite::open(&server.database())?;
                sqlite::queries::Room::find(&mut connection)
                    .map(|room| Self::Sqlite(connection, room))
            }
            Some(created) => {
                let mut connection = created.connect()?;
                postgres::queries::Room::find(&mut connection)
                    .map(|room| Self::Postgres(Box::new(connection), room))
            }
        };
        opened.map_err(io::Error::other)
    }

    /// Commits one more message: the `number`th.
    pub fn commit(&mut self, number: u32) -> io::Result<()> {
        let committed = match self {
            Self::Sqlite(connection, room) => room.commit(connection, number),
            Self::Postgres(connection, room) => room.commit(connection, number),
        };
        committed.map_err(io::Error::other)
    }

    /// Reads the last messages before this `seq` with their authors; the least `seq` of them.
    pub fn page(&mut self, before: i64, length: i64) -> io::Result<i64> {
        let read = match self {
            Self::Sqlite(connection, room) => room.page(connection, before, length),
            Self::Postgres(connection, room) => room.page(connection, before, length),
        };
        read.map_err(io::Error::other)
    }
}
