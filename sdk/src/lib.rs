//! The Causerie client.
//!
//! A [`Client`] signs people in, keeps their session fresh by itself, reads rooms and history, sends messages
//! exactly once, and follows new messages through a stream that heals itself.
//!
//! ```no_run
//! use causerie_sdk::{Client, History, LiveItem};
//! use tokio_stream::StreamExt;
//!
//! # async fn run() -> Result<(), causerie_sdk::Error> {
//! let client = Client::builder("https://chat.example.org").build()?;
//! client.log_in("alice", "correct horse battery").await?;
//! let room = client.join_channel("general").await?;
//! let page = client.history(&room.id, History::Newest, 50).await?;
//! let mut live = client.messages(Some(room.id.clone()), Some(page.live_cursor));
//! client.send(&room.id, "Hello!").await?;
//! while let Some(item) = live.next().await {
//!     if let LiveItem::Message { message, .. } = item? {
//!         println!("{}: {}", message.author.username, message.body);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Whatever has a screen, or has to go on without a network, takes [`Client::chat`] instead: a [`Chat`] keeps rooms and
//! messages on the device, sends what was typed once there is a network, and tells lists how they change. The calls
//! above ask the server each time and keep nothing; a bot that answers what it hears needs no more.
//!
//! Everything asynchronous needs a tokio runtime. What decides (when to refresh, when and how to reconnect) is kept
//! free of sockets, clocks and randomness in `session::machine` and `live::machine`, and tested there.

mod account;
mod builder;
mod chat;
mod client;
mod devices;
mod environment;
mod error;
mod history;
mod live;
mod members;
mod model;
mod moderation;
mod operations;
mod people;
mod pins;
mod presence;
mod rooms;
mod scheduling;
mod sending;
mod session;
#[cfg(test)]
mod simulation;
mod store;
mod sync;
mod threads;
mod transport;

pub use builder::ClientBuilder;
pub use chat::{Chat, ChatOptions, Timeline, Watched, Watching};
pub use client::Client;
pub use error::Error;
pub use eyeball_im::VectorDiff;
pub use history::History;
pub use jiff::Timestamp;
pub use live::{ConnectionState, LiveItem, MessageStream};
pub use model::ids::{ClientId, Cursor, MessageId, RoomId, ScheduledMessageId, SessionId, UserId};
pub use model::{
    AccountMessages, AuditAction, AuditEntry, Ban, DeviceSession, Draft, Forwarded, Invite,
    LastMessage, Member, Membership, Message, MessagePage, MessageVersion, NewRoom,
    NewScheduledMessage, Notice, NoticeKind, Page, Patch, Presence, PresenceState, Profile,
    ProfileUpdate, Quote, Reaction, Receipt, Role, Room, RoomKind, RoomUpdate, ScheduledMessage,
    ThreadSummary, Unread, User, UserPresence, UserStatus, Viewer, ViewerThread,
};
pub use session::{MemoryStore, Session, SessionStore, StoreError};
pub use store::{EntryId, Opening};
pub use sync::views::{
    ChangeKind, MessageTarget, RefusedChange, RoomListItem, RoomListMessage, SendState,
    TimelineContent, TimelineItem, TimelineMessage, TimelineReaction, UnsentMessage,
};
pub use sync::{SyncState, TimelineState};
