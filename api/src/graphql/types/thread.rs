//! Threads, and what the viewer has to do with them.

use async_graphql::{Context, Description, Object, Result};

use super::message::Message;
use super::receipt::Unread;
use crate::graphql::at_hand::AtHand;
use crate::graphql::connection::{Connection, connection};
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::pagination::{both_ways, foreign_cursor, page_size};
use crate::graphql::scalars::DateTime;
use crate::model::{self, After, MessageId, ThreadMember, Timestamp};
use crate::services;
use crate::services::messages::History;

/// What is said about one message, beside the room's main line.
#[derive(Description)]
pub struct Thread(pub model::Thread);

#[Object(use_type_description)]
impl Thread {
    /// The message that it hangs on.
    async fn root(&self, ctx: &Context<'_>) -> Result<Message> {
        let root = ctx.loaders().message(self.0.root).await;
        root.map(Message).map_err(fault)
    }

    /// How many replies there are, without those that were deleted.
    async fn reply_count(&self) -> i64 {
        self.0.reply_count
    }

    /// When the newest reply was sent.
    async fn last_reply_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.last_reply_at))
    }

    /// Whether the viewer follows it. Those do who reply, who are mentioned, who wrote what it hangs
    /// on, and who ask for it.
    async fn following(&self, ctx: &Context<'_>) -> Result<bool> {
        let member = self.member(ctx).await?;
        Ok(member.is_some_and(|member| member.following))
    }

    /// The `seq` of the newest reply that the viewer has read; 0 when they never had to do with it.
    async fn last_read_seq(&self, ctx: &Context<'_>) -> Result<i64> {
        let member = self.member(ctx).await?;
        Ok(member.map_or(0, |member| member.last_read_seq))
    }

    /// What the viewer has not read; nothing when they do not follow it.
    async fn unread(&self, ctx: &Context<'_>) -> Result<Unread> {
        let viewer = ctx.viewer()?.user_id;
        let unread = ctx.loaders().unread_in_thread(viewer, self.0.root).await;
        unread.map(Unread).map_err(fault)
    }

    /// The replies in the order of `seq`; the newest page when no argument is given. `FORBIDDEN` for
    /// those who have not joined the room.
    #[graphql(complexity = "page_size(first, last) * child_complexity")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, from 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, from 0 to 100; not together with first.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Message>> {
        let history = both_ways(first, after, last, before).map(History::Range);
        let (history, root) = (history.map_err(fault)?, Some(self.0.root));
        let messages = &ctx.services().messages;
        let page = messages.list(ctx.viewer()?, self.0.room_id, root, history);
        let page = page.await.map_err(fault)?;
        Ok(connection(page, |message| message.seq, Message))
    }
}

impl AtHand for Thread {}

impl Thread {
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<ThreadMember>> {
        let viewer = ctx.viewer()?.user_id;
        let member = ctx.loaders().thread_member(viewer, self.0.root).await;
        member.map_err(fault)
    }
}

/// The place of a thread in the viewer's list: microseconds since the Unix epoch, and its root's id.
pub type ThreadKey = (i64, String);

pub fn thread_key(thread: &model::Thread) -> ThreadKey {
    (thread.last_reply_at.as_micros(), thread.root.to_string())
}

pub fn thread_page(page: After<ThreadKey>) -> services::Result<After<(Timestamp, MessageId)>> {
    page.try_map(|(micros, id)| {
        let at = Timestamp::from_untrusted_micros(micros);
        at.zip(id.parse().ok())
            .ok_or_else(|| foreign_cursor("after"))
    })
}
