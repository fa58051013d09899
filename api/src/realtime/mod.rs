//! What happens now: following the event log as it grows, and sockets whose session has ended.

mod audience;
mod ended;
mod entries;
mod hub;
mod index;
mod known_sessions;
mod live_sessions;
mod presence;
mod read_marks;
mod roster;
mod subscriber;
mod tail;
#[cfg(test)]
mod tests;
mod typing;
mod update;
mod watch;
mod writers;

pub use audience::Render;
pub use ended::{Ended, Failure};
pub use hub::{AudienceKey, Feed, Hub, Place};
pub use live_sessions::LiveSessions;
pub use presence::{Attendance, Lease};
pub use read_marks::ReadMarks;
pub use subscriber::{Outlet, Payload};
pub use tail::{Follow, Step, Tail};
pub use typing::Typing;
pub use update::{Batch, Entry, Interest, Reach, Signal, Update};
pub use watch::{Snapshot, TakeSnapshot, Watch, Watcher};
