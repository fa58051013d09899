//! Fresh databases for tests, on both systems.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tempfile::TempDir;

use super::{Connection, Database, Location};

/// Names one of the two, for tests that are run over each.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// An empty database, with what keeps it in existence.
pub struct Fixture {
    pub database: Arc<Database>,
    _folder: Option<TempDir>,
}

impl Fixture {
    /// `None` without a PostgreSQL server to make it on, except in continuous integration, where
    /// that is a failure. What is made there goes with the throw-away server.
    pub async fn open(backend: Backend) -> Option<Self> {
        let (location, folder) = match backend {
            Backend::Sqlite => {
                let folder = TempDir::new().expect("a temporary folder");
                (
                    Location::Sqlite(folder.path().join("test.db")),
                    Some(folder),
                )
            }
            Backend::Postgres => (Location::Postgres(create_on_server().await?), None),
        };
        let database = Database::open(&location).await.expect("a database");
        Some(Self {
            database: Arc::new(database),
            _folder: folder,
        })
    }

    /// Runs SQL, for what no query of the server does.
    pub async fn execute(&self, sql: &str) {
        self.try_execute(sql).await.expect("SQL that runs");
    }

    /// The same, where the database may refuse it.
    pub async fn try_execute(&self, sql: &str) -> diesel::QueryResult<()> {
        let mut connection = self.database.read().await.expect("a connection");
        match &mut connection {
            Connection::Sqlite(connection) => connection.batch_execute(sql).await,
            Connection::Postgres(connection) => connection.batch_execute(sql).await,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "how tests are told where PostgreSQL is, and say that they were skipped"
)]
async fn create_on_server() -> Option<String> {
    static CREATED: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("CAUSERIE_TEST_POSTGRES_URL") else {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "there is no PostgreSQL"
        );
        eprintln!("SKIPPED: no PostgreSQL; run it under scripts/test-env");
        return None;
    };
    let number = CREATED.fetch_add(1, Ordering::Relaxed);
    let name = format!("causerie_unit_{}_{number}", std::process::id());
    let mut connection = AsyncPgConnection::establish(&server)
        .await
        .expect("the test server");
    connection
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a new database");
    let (place, _) = server.rsplit_once('/').expect("a URL with a database name");
    Some(format!("{place}/{name}"))
}
