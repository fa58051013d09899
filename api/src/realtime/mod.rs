//! What happens now: following the event log as it grows, and sockets whose session has ended.

mod hub;
mod live_sessions;
mod tail;
#[cfg(test)]
mod tests;

pub use hub::{Feed, Hub};
pub use live_sessions::LiveSessions;
pub use tail::{NotAMember, Tail};
