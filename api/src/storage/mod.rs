//! Everything that is kept: one `Database` over SQLite and PostgreSQL. The only place that knows
//! SQL.
//!
//! Queries are written once in `queries/` and compiled twice, against each database's own
//! connection type, from `sqlite.rs` and `postgres.rs`.

mod audit_row;
mod columns;
mod database;
mod draft_rows;
mod error;
mod event_row;
#[cfg(test)]
pub mod fixture;
mod keys;
mod migrations;
mod pool;
mod postgres;
mod rows;
mod sanction_row;
mod schema;
mod sending;
mod sqlite;
#[cfg(test)]
mod tests;
mod unread;
mod user_row;

pub use database::{Connection, Database, Location, Transaction};
pub use error::{Error, OpenError, Result};
pub use sending::{Sent, Terms};
