//! How far people have read, and what is left to read.

use async_graphql::{Context, Description, Object, Result};

use super::user::User;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::scalars::DateTime;
use crate::model;

/// How far somebody has read in a room.
#[derive(Description)]
pub struct Receipt(pub model::Receipt);

#[Object(use_type_description)]
impl Receipt {
    /// Who it is.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        ctx.loaders()
            .user(self.0.user_id)
            .await
            .map(User)
            .map_err(fault)
    }

    /// The `seq` of the newest message that they have read.
    async fn last_read_seq(&self) -> i64 {
        self.0.last_read_seq
    }

    /// When they said so.
    async fn read_at(&self) -> DateTime {
        DateTime(self.0.read_at)
    }
}

/// What the viewer has not read. Neither their own messages count, nor deleted ones and notices, nor
/// what was said before they joined.
#[derive(Description)]
pub struct Unread(pub model::Unread);

#[Object(use_type_description)]
impl Unread {
    /// How many messages.
    async fn messages(&self) -> i64 {
        self.0.messages
    }

    /// How many of them mention the viewer, or everyone in the room.
    async fn mentions(&self) -> i64 {
        self.0.mentions
    }
}
