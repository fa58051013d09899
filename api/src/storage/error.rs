//! What can go wrong with the database.

pub type Result<T> = std::result::Result<T, Error>;

/// A failure while the server runs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database did not answer: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("no database connection: {0}")]
    Connection(String),
}

/// Why the database cannot be used at all. One line, without secrets, for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot reach the database: {0}")]
    Unreachable(String),
    #[error("the database was migrated by a newer causerie (migration {0} is unknown to this one)")]
    NewerMigrations(String),
    #[error("cannot migrate the database: {0}")]
    Migration(String),
}
