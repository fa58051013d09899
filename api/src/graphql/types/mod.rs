//! The types of the schema, one noun a file.

pub mod audit;
pub mod draft;
pub mod event;
pub mod invite;
pub mod member;
pub mod message;
pub mod node;
pub mod notice;
pub mod reaction;
pub mod receipt;
pub mod room;
pub mod server_info;
pub mod session;
pub mod signal;
pub mod thread;
pub mod user;
pub mod viewer;
