//! Messages.

use async_graphql::{Context, Description, ID, Object, Result, Value};

use super::notice::Notice;
use super::reaction::Reaction;
use super::room::Room;
use super::thread::Thread;
use super::user::User;
use crate::graphql::at_hand::AtHand;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::hand::Hand;
use crate::graphql::scalars::DateTime;
use crate::model;
use crate::services::permissions::can_see_versions;

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

    /// Whether it mentions everyone in the room, as `@room`, by somebody who may.
    async fn mentions_room(&self) -> bool {
        self.0.mentions_room
    }

    /// Whose words these are; null when they are its author's own.
    async fn forwarded_from(&self, ctx: &Context<'_>) -> Result<Option<ForwardedFrom>> {
        let Some(source) = self.0.forwarded_from else {
            return Ok(None);
        };
        let source = ctx.loaders().find_message(source).await.map_err(fault)?;
        Ok(source.map(ForwardedFrom))
    }

    /// What the server tells by it, of what its author did; null for what somebody wrote. The body
    /// says it too, in English. Notices are not unread.
    async fn notice(&self) -> Option<Notice> {
        self.0.notice.map(Notice)
    }

    /// What it said before it was edited, the newest first; at most 100. For its author, and for
    /// those who keep the room; empty for others.
    #[graphql(complexity = "100 * child_complexity")]
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<MessageVersion>> {
        if self.0.edited_at.is_none() {
            return Ok(Vec::new());
        }
        if !self.shows_versions(ctx).await? {
            return Ok(Vec::new());
        }
        let versions = ctx.loaders().versions(self.0.id).await.map_err(fault)?;
        Ok(versions.into_iter().map(MessageVersion).collect())
    }

    /// Since when it is pinned; null when it is not.
    async fn pinned_at(&self) -> Option<DateTime> {
        self.0.pinned_at.map(DateTime)
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

impl Message {
    async fn shows_versions(&self, ctx: &Context<'_>) -> Result<bool> {
        let (loaders, room) = (ctx.loaders(), self.0.room_id);
        let membership = loaders.membership(ctx.viewer()?.user_id, room).await;
        let Some(member) = membership.map_err(fault)? else {
            return Ok(false);
        };
        let room = loaders.room(room).await.map_err(fault)?;
        Ok(can_see_versions(&room, &self.0, &member))
    }
}

impl AtHand for Message {
    fn at_hand(&self, field: &str, ctx: &Context<'_>, hand: &Hand) -> Option<Value> {
        let message = &self.0;
        let other = |id: Option<model::MessageId>| match id {
            Some(id) => match hand.message(id)? {
                Some(message) => hand.object(ctx, message),
                None => Some(Value::Null),
            },
            None => Some(Value::Null),
        };
        Some(match field {
            "id" => message.id.to_string().into(),
            "room" => hand.object(ctx, hand.room(ctx, message.room_id)?)?,
            "author" => hand.object(ctx, hand.user(message.author_id)?)?,
            "seq" => message.seq.into(),
            "clientId" => message.client_id.as_deref().into(),
            "body" => message.body.as_str().into(),
            "replyTo" => other(message.reply_to)?,
            "threadRoot" => other(message.thread_root)?,
            "thread" if message.thread_root.is_some() => Value::Null,
            "sentAt" => DateTime(message.sent_at).into(),
            "mentions" if !message.body.contains('@') => Value::List(Vec::new()),
            "mentions" => hand.list(ctx, hand.mentioned(message.id)?)?,
            "mentionsRoom" => message.mentions_room.into(),
            "forwardedFrom" if message.forwarded_from.is_none() => Value::Null,
            "notice" if message.notice.is_none() => Value::Null,
            "versions" if message.edited_at.is_none() => Value::List(Vec::new()),
            "pinnedAt" => message.pinned_at.map(DateTime).into(),
            "reactions" => hand.list(ctx, hand.reactions(message.id)?)?,
            "editedAt" => message.edited_at.map(DateTime).into(),
            "deletedAt" => message.deleted_at.map(DateTime).into(),
            _ => return None,
        })
    }
}

/// Whose words were forwarded.
#[derive(Description)]
pub struct ForwardedFrom(model::Message);

#[Object(use_type_description)]
impl ForwardedFrom {
    /// Who said it first.
    async fn author(&self, ctx: &Context<'_>) -> Result<User> {
        ctx.loaders()
            .user(self.0.author_id)
            .await
            .map(User)
            .map_err(fault)
    }

    /// When they did.
    async fn sent_at(&self) -> DateTime {
        DateTime(self.0.sent_at)
    }
}

/// What a message said before it was edited.
#[derive(Description)]
pub struct MessageVersion(model::MessageVersion);

#[Object(use_type_description)]
impl MessageVersion {
    /// Markdown source, as it was.
    #[graphql(complexity = 10)]
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// When that was written.
    async fn written_at(&self) -> DateTime {
        DateTime(self.0.written_at)
    }
}
