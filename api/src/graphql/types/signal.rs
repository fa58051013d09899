//! What is only true for a while, as subscriptions deliver it.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object, Result};

use super::receipt::Receipt;
use super::room::Room;
use super::user::User;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::scalars::DateTime;
use crate::model::{self, RoomId, UserId};
use crate::realtime::{Signal, Update};

/// Whether somebody is there.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::PresenceState")]
pub enum PresenceState {
    /// At one of their devices.
    Online,
    /// Connected, but not looking.
    Away,
    /// Not connected.
    Offline,
}

/// Whether somebody is there, and since when not.
#[derive(Description)]
pub struct Presence(pub model::Presence);

#[Object(use_type_description)]
impl Presence {
    /// Whether they are there. Those with whom the viewer shares no room always seem offline.
    async fn state(&self) -> PresenceState {
        self.0.state.into()
    }

    /// When they were connected last; null while they are, and when that is not known.
    async fn last_seen_at(&self) -> Option<DateTime> {
        self.0.last_seen_at.map(DateTime)
    }
}

/// Who is typing in a room.
#[derive(Description)]
pub struct Typing {
    room: RoomId,
    users: Vec<UserId>,
}

/// Somebody has read further.
#[derive(Description)]
pub struct ReceiptChanged {
    room: RoomId,
    receipt: model::Receipt,
}

/// Somebody has come or gone.
#[derive(Description)]
pub struct PresenceChanged {
    user: UserId,
    presence: model::Presence,
}

impl Typing {
    pub fn from_update(update: Update) -> Option<Self> {
        match signal(update)? {
            Signal::Typing { room, users } => Some(Self { room, users }),
            _ => None,
        }
    }
}

impl ReceiptChanged {
    pub fn from_update(update: Update) -> Option<Self> {
        match signal(update)? {
            Signal::Receipt { room, receipt } => Some(Self { room, receipt }),
            _ => None,
        }
    }
}

impl PresenceChanged {
    pub fn from_update(update: Update) -> Option<Self> {
        match signal(update)? {
            Signal::Presence { user, presence } => Some(Self { user, presence }),
            _ => None,
        }
    }
}

fn signal(update: Update) -> Option<Signal> {
    match update {
        Update::Signal(signal) => Some(Arc::unwrap_or_clone(signal)),
        Update::Entry(_) | Update::Batch(_) => None,
    }
}

#[Object(use_type_description)]
impl Typing {
    /// Where.
    async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
        Room::of(ctx, self.room).await
    }

    /// All who are typing there now, without the viewer; empty when the last of them has stopped.
    async fn users(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        users(ctx, &self.users).await
    }
}

#[Object(use_type_description)]
impl ReceiptChanged {
    /// Where.
    async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
        Room::of(ctx, self.room).await
    }

    /// How far they have read.
    async fn receipt(&self) -> Receipt {
        Receipt(self.receipt.clone())
    }
}

#[Object(use_type_description)]
impl PresenceChanged {
    /// Who it is.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        ctx.loaders().user(self.user).await.map(User).map_err(fault)
    }

    /// Whether they are there.
    async fn presence(&self) -> Presence {
        Presence(self.presence)
    }
}

/// These people, as far as they exist.
pub async fn users(ctx: &Context<'_>, ids: &[UserId]) -> Result<Vec<User>> {
    let loads = ids.iter().map(|id| ctx.loaders().find_user(*id));
    let found = futures_util::future::try_join_all(loads).await;
    let found = found.map_err(fault)?.into_iter().flatten();
    Ok(found.map(User).collect())
}
