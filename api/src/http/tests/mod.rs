//! The endpoint and the socket over real connections, against a tiny schema.

mod endpoint;
mod server;
mod socket;
