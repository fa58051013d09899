//! The use cases: what people may do, and what happens when they do it.

pub mod accounts;
pub mod audit;
pub mod blocks;
mod core;
pub mod departures;
pub mod drafts;
mod error;
pub mod invites;
mod latest_changes;
pub mod live;
pub mod lookups;
pub mod members;
mod mentions;
pub mod messages;
mod notices;
pub mod permissions;
pub mod receipts;
pub mod rooms;
pub mod sanctions;
pub mod sessions;
pub mod signals;
#[cfg(test)]
pub mod tests;
mod text;
pub mod threads;
mod transaction;

pub use self::core::{Core, Services, Viewer};
pub use error::{Error, Result};
