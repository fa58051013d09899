//! What the server tells in rooms.

use async_graphql::{Context, Description, Enum, Object, Result};

use super::user::User;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::model;

/// What the author of a notice did.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::NoticeKind")]
pub enum NoticeKind {
    /// They joined the room.
    Joined,
    /// They left it.
    Left,
    /// They let somebody in.
    Added,
    /// They put somebody out.
    Removed,
    /// They gave the room another name.
    Renamed,
    /// They changed what the room is about.
    TopicChanged,
    /// They pinned the message that this one replies to.
    Pinned,
}

/// What the server tells by a message.
#[derive(Description)]
pub struct Notice(pub model::Notice);

#[Object(use_type_description)]
impl Notice {
    /// What the message's author did.
    async fn kind(&self) -> NoticeKind {
        self.0.kind.into()
    }

    /// To whom they did it; null when it was to the room, or to themselves.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(user) = self.0.user else {
            return Ok(None);
        };
        let user = ctx.loaders().find_user(user).await.map_err(fault)?;
        Ok(user.map(User))
    }
}
