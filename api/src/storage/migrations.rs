//! The embedded migrations, and bringing a database up to date with them.

use std::collections::HashSet;

use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::error::OpenError;

pub(super) const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
pub(super) const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Runs what is pending; refuses a database that knows more than this binary.
pub(super) fn run<DB: Backend>(
    database: &mut impl MigrationHarness<DB>,
    known: EmbeddedMigrations,
) -> Result<(), OpenError> {
    let failed = |cause: Box<dyn std::error::Error + Send + Sync>| {
        OpenError::Migration(cause.to_string().replace('\n', " "))
    };
    let applied = database.applied_migrations().map_err(failed)?;
    let versions: HashSet<String> = MigrationSource::<DB>::migrations(&known)
        .map_err(failed)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    if let Some(newer) = applied
        .iter()
        .find(|version| !versions.contains(&version.to_string()))
    {
        return Err(OpenError::NewerMigrations(newer.to_string()));
    }
    database.run_pending_migrations(known).map_err(failed)?;
    Ok(())
}
