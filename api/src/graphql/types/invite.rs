//! Invites.

use async_graphql::{Context, Description, Object, Result};

use super::room::Room;
use crate::graphql::at_hand::AtHand;
use crate::graphql::scalars::DateTime;
use crate::model;

/// A code that lets whoever knows it into a room.
#[derive(Description)]
pub struct Invite(pub model::Invite);

#[Object(use_type_description)]
impl Invite {
    /// For `joinRoom`. Letters and digits; case matters.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Where it leads.
    async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
        Room::of(ctx, self.0.room_id).await
    }

    /// From when on it is no good; null when it always is.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// How many people can join by it; null when that is not limited.
    async fn max_uses(&self) -> Option<i32> {
        self.0.max_uses
    }

    /// How many people have joined by it.
    async fn uses(&self) -> i32 {
        self.0.uses
    }
}

impl AtHand for Invite {}
