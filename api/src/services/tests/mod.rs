//! Use cases over both databases, where more must be seen than the API shows.

mod departures;
mod expiry;
mod receipts;
mod sending;
mod sessions;
mod signals;
pub mod world;
