//! The Causerie SDK for Kotlin and Swift. There is no logic here: every call is handed to `causerie-sdk`, and every
//! value is copied into a type that crosses the boundary.
//!
//! Nothing panics across it. Each asynchronous call runs as a task of the library's own runtime, so a panic becomes
//! [`CauserieError::Internal`]; what the app implements returns a `Result`, so an exception there becomes an error here.
//! Cancelling a call, or dropping a [`TaskHandle`], ends the task.

mod account;
mod chat;
mod client;
mod errors;
mod ids;
mod items;
#[cfg(all(test, target_os = "linux"))]
mod leaks;
mod live;
mod logging;
mod members;
mod message_calls;
mod messages;
mod moderation;
mod people;
mod records;
mod runtime;
mod steps;
mod store;
mod timeline;
mod watching;

pub use account::{AccountMessages, DeviceSession};
pub use chat::{Chat, ChatSettings, Opening, StateListener, SyncState, erase_chat_file};
pub use client::{CauserieClient, ClientSettings};
pub use errors::{CallbackError, CauserieError};
pub use items::{
    ChangeKind, Day, MessageTarget, RefusedChange, RoomListItem, RoomListMessage, SendState,
    TimelineContent, TimelineItem, TimelineMessage, TimelineReaction, UnsentMessage,
};
pub use live::{ConnectionState, MessageListener, TaskHandle};
pub use logging::{LogLevel, Logger, set_logger};
pub use members::{Invite, InvitePage, RoomUpdate};
pub use message_calls::{
    MessageVersion, NewScheduledMessage, ScheduledMessage, ViewerThread, ViewerThreadPage,
};
pub use messages::{
    Forwarded, History, LastMessage, Message, MessagePage, Notice, NoticeKind, Quote, Reaction,
    ThreadSummary, Unread,
};
pub use moderation::{AuditAction, AuditEntry, AuditEntryPage, Ban, BanPage};
pub use people::{
    Presence, PresenceState, Profile, ProfileUpdate, Receipt, StatusPatch, TextPatch, UserPage,
    UserPresence, UserStatus,
};
pub use records::{
    Member, MemberPage, Membership, NewRoom, Role, Room, RoomKind, RoomPage, SessionInfo, User,
    Viewer,
};
pub use steps::{RoomListListener, RoomListStep, TimelineListener, TimelineStep};
pub use store::SessionStore;
pub use timeline::Timeline;
pub use watching::{
    PresencesListener, ReadersListener, RoomListener, TimelineState, TimelineStateListener,
};

uniffi::setup_scaffolding!();
