//! What is not said yet.

use async_graphql::{Context, Description, ID, Object, Result};

use super::message::Message;
use super::room::Room;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::scalars::DateTime;
use crate::model::{self, MessageId};

/// What the viewer began to write in a room.
#[derive(Description)]
pub struct Draft(pub model::Draft);

#[Object(use_type_description)]
impl Draft {
    /// The text, as it was left: at most 16 KiB.
    #[graphql(complexity = 10)]
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// The message to which it is to reply.
    async fn reply_to(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        find_message(ctx, self.0.reply_to).await
    }

    /// When it was left so.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// A message that is to be sent later. Only its author sees it.
#[derive(Description)]
pub struct ScheduledMessage(pub model::ScheduledMessage);

#[Object(use_type_description)]
impl ScheduledMessage {
    /// Starts with `sch_`.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where to.
    async fn room(&self, ctx: &Context<'_>) -> Result<Option<Room>> {
        let room = Room(ctx.loaders().room(self.0.room_id).await.map_err(fault)?);
        Ok(room.is_visible(ctx).await?.then_some(room))
    }

    /// The key that the sender gave it, which the message will have too.
    async fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// Markdown source. Empty once it is sent.
    #[graphql(complexity = 10)]
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// The message in whose thread it is to be said.
    async fn thread_root(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        find_message(ctx, self.0.thread_root).await
    }

    /// The message to which it is to reply.
    async fn reply_to(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        find_message(ctx, self.0.reply_to).await
    }

    /// When it is to be sent.
    async fn send_at(&self) -> DateTime {
        DateTime(self.0.send_at)
    }

    /// The message, once it is sent.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        find_message(ctx, self.0.message).await
    }

    /// Why it was not sent, when its time came; null when nothing stood against it.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }
}

/// The message, as long as the viewer may read it.
async fn find_message(ctx: &Context<'_>, id: Option<MessageId>) -> Result<Option<Message>> {
    let Some(id) = id else { return Ok(None) };
    let (loaders, viewer) = (ctx.loaders(), ctx.viewer()?.user_id);
    let Some(message) = loaders.find_message(id).await.map_err(fault)? else {
        return Ok(None);
    };
    let membership = loaders.membership(viewer, message.room_id).await;
    Ok(membership.map_err(fault)?.map(|_| Message(message)))
}
