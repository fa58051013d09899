//! The Causerie SDK for Kotlin and Swift. There is no logic here: every call is handed to `causerie-sdk`, and every
//! value is copied into a type that crosses the boundary.
//!
//! Nothing panics across it. Each asynchronous call runs as a task of the library's own runtime, so a panic becomes
//! [`CauserieError::Internal`]; what the app implements returns a `Result`, so an exception there becomes an error here.
//! Cancelling a call, or dropping a [`TaskHandle`], ends the task.

mod client;
mod errors;
mod ids;
mod live;
mod logging;
mod records;
mod runtime;
mod store;

pub use client::{CauserieClient, ClientSettings};
pub use errors::{CallbackError, CauserieError};
pub use live::{ConnectionState, MessageListener, TaskHandle};
pub use logging::{LogLevel, Logger, set_logger};
pub use records::{
    History, Member, MemberPage, Membership, Message, MessagePage, NewRoom, Role, Room, RoomKind,
    RoomPage, SessionInfo, User, Viewer,
};
pub use store::SessionStore;

uniffi::setup_scaffolding!();
