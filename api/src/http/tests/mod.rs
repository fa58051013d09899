//! The endpoint and the socket over real connections, against a tiny schema.

mod client;
mod documents;
mod endpoint;
mod server;
mod socket;
