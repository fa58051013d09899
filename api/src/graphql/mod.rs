//! The public API: types, queries, mutations and subscriptions, each a thin face of a use case.

mod admission;
mod at_hand;
mod batching;
mod connection;
mod context;
mod error;
mod hand;
mod ids;
mod loaders;
mod mutations;
mod pagination;
mod query;
pub mod request;
mod scalars;
mod schema;
mod sharing;
mod subscription;
mod types;
mod validity;

pub use admission::{Admission, Admitted, Plan, Scope};
pub use context::prepare;
pub use schema::{sdl, strict, trusting};
pub use sharing::is_shared;
pub use validity::OnValid;
#[cfg(test)]
pub use validity::TellValid;
