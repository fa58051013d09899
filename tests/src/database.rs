//! A fresh database for each case, on either system.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::within;

/// Which database system a case runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database of its own: a file in a temporary folder, or a database on the test server.
pub struct Database {
    /// What `CAUSERIE_DATABASE_URL` is set to.
    pub url: String,
    pub backend: Backend,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Server { url: String, name: String },
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

static CREATED: AtomicU32 = AtomicU32::new(0);

impl Database {
    /// `None` when the test server is needed and there is none, which is said on standard error;
    /// in continuous integration that is a failure.
    pub async fn create(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Sqlite => Some(Self::create_file()),
            Backend::Postgres => match variable("CAUSERIE_TEST_POSTGRES_URL") {
                Some(server) => Some(Self::create_on(server).await),
                None if variable("CI").is_some_and(|ci| ci == "true") => {
                    panic!("CAUSERIE_TEST_POSTGRES_URL is not set")
                }
                None => {
                    eprintln!("SKIPPED: no PostgreSQL; run it under scripts/test-env");
                    None
                }
            },
        }
    }

    fn create_file() -> Self {
        let folder = TempDir::with_prefix("causerie-test-").expect("a temporary folder");
        Self {
            url: format!("sqlite://{}", folder.path().join("chat.db").display()),
            backend: Backend::Sqlite,
            place: Place::Folder(folder),
        }
    }

    async fn create_on(server: String) -> Self {
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let name = format!("causerie_{}_{number}", std::process::id());
        execute(&server, &format!("CREATE DATABASE {name}")).await;
        let (base, _) = server.rsplit_once('/').expect("a URL with a database name");
        Self {
            url: format!("{base}/{name}"),
            backend: Backend::Postgres,
            place: Place::Server { url: server, name },
        }
    }

    /// Runs SQL beside the server, to bring about what the API cannot.
    pub async fn execute(&self, sql: &str) {
        match &self.place {
            Place::Server { .. } => execute(&self.url, sql).await,
            Place::Folder(folder) => {
                let file = folder.path().join("chat.db").display().to_string();
                let mut connection = SqliteConnection::establish(&file).expect("the database");
                connection.batch_execute(sql).expect(sql);
            }
        }
    }

    /// The number that a query calls `number`, of what nobody sees as a whole.
    pub async fn number(&self, sql: &str) -> i64 {
        match &self.place {
            Place::Server { .. } => {
                let (client, connection) = within(sql, tokio_postgres::connect(&self.url, NoTls))
                    .await
                    .expect("the database");
                let connection = tokio::spawn(connection);
                let row = within(sql, client.query_one(sql, &[])).await;
                connection.abort();
                row.expect(sql).get("number")
            }
            Place::Folder(folder) => {
                let file = folder.path().join("chat.db").display().to_string();
                let mut connection = SqliteConnection::establish(&file).expect("the database");
                let row: Number = sql_query(sql).get_result(&mut connection).expect(sql);
                row.number
            }
        }
    }

    /// Takes the database away again.
    pub async fn remove(self) {
        match self.place {
            Place::Folder(folder) => drop(folder),
            Place::Server { url, name } => {
                execute(&url, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

async fn execute(url: &str, sql: &str) {
    let run = async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let connection = tokio::spawn(connection);
        let outcome = client.batch_execute(sql).await;
        connection.abort();
        outcome
    };
    if let Err(error) = within(sql, run).await {
        panic!("{sql}: {error:?}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are set up through the environment"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
