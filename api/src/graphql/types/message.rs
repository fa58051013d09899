//! Messages.

use async_graphql::{Context, Description, ID, Object, Result};

use super::reaction::Reaction;
use super::room::Room;
use super::thread::Thread;
use super::user::User;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::scalars::DateTime;
use crate::model;

/// Something that someone said in a room.
#[derive(Description)]
pub struct Message(pub model::Message);

#[Object(use_type_description)]
impl Message {
    /// Starts with `msg_`.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where it was said.
    async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
        Room::of(ctx, self.0.room_id).await
    }

    /// Who said it.
    async fn author(&self, ctx: &Context<'_>) -> Result<User> {
        ctx.loaders()
            .user(self.0.author_id)
            .await
            .map(User)
            .map_err(fault)
    }

    /// 1, 2, 3 … within its timeline (the room's main line, or its thread), with no gap, for ever.
    async fn seq(&self) -> i64 {
        self.0.seq
    }

    /// The key that the sender gave it, if any.
    async fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// Markdown source, exactly as it was written: at most 16 KiB. Empty once deleted.
    #[graphql(complexity = 10)]
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// The earlier message of the room to which it replies, as that is now.
    async fn reply_to(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        let Some(id) = self.0.reply_to else {
            return Ok(None);
        };
        let message = ctx.loaders().find_message(id).await.map_err(fault)?;
        Ok(message.map(Message))
    }

    /// The message in whose thread it was said; null on the room's main line.
    async fn thread_root(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        let Some(root) = self.0.thread_root else {
            return Ok(None);
        };
        let message = ctx.loaders().find_message(root).await.map_err(fault)?;
        Ok(message.map(Message))
    }

    /// The thread that hangs on it; null when nobody has replied in one.
    async fn thread(&self, ctx: &Context<'_>) -> Result<Option<Thread>> {
        if self.0.thread_root.is_some() {
            return Ok(None);
        }
        let thread = ctx.loaders().thread(self.0.id).await.map_err(fault)?;
        Ok(thread.map(Thread))
    }

    /// When the server took it.
    async fn sent_at(&self) -> DateTime {
        DateTime(self.0.sent_at)
    }

    /// Whom it mentions, as `@username` outside of code, by their usernames: those who were in
    /// the room when that was written, its author apart.
    #[graphql(complexity = "10 * child_complexity")]
    async fn mentions(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        // Without a sign there is nothing to ask the database for.
        if !self.0.body.contains('@') {
            return Ok(Vec::new());
        }
        let mentioned = ctx.loaders().mentioned(self.0.id).await.map_err(fault)?;
        Ok(mentioned.into_iter().map(User).collect())
    }

    /// What it was given, in the order of the first ones; at most 50 different emoji.
    #[graphql(complexity = "10 * child_complexity")]
    async fn reactions(&self, ctx: &Context<'_>) -> Result<Vec<Reaction>> {
        let reactions = ctx.loaders().reactions(self.0.id).await.map_err(fault)?;
        Ok(reactions.into_iter().map(Reaction).collect())
    }

    /// When its author last changed what it says; null when they never did.
    async fn edited_at(&self) -> Option<DateTime> {
        self.0.edited_at.map(DateTime)
    }

    /// When it was deleted; null for one that is not.
    async fn deleted_at(&self) -> Option<DateTime> {
        self.0.deleted_at.map(DateTime)
    }
}
