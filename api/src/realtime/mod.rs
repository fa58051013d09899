//! What happens now: following the event log as it grows, and sockets whose session has ended.

mod audience;
mod entries;
mod hub;
mod index;
mod known_sessions;
mod live_sessions;
mod roster;
mod subscriber;
mod tail;
#[cfg(test)]
mod tests;
mod update;
mod writers;

pub use audience::Render;
pub use hub::{AudienceKey, Feed, Hub, Place};
pub use live_sessions::LiveSessions;
pub use subscriber::{Outlet, Payload};
pub use tail::{Ended, Follow, Step, Tail};
pub use update::{Batch, Entry, Interest, Update};
