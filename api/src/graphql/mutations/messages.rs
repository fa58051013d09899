//! Sending, editing and deleting.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::graphql::at_hand::AtOnce;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::message::Message;
use crate::model;
use crate::services;
use crate::services::messages::MessageDraft;

/// A message to send.
#[derive(InputObject)]
struct SendMessageInput {
    /// Where to.
    room_id: ID,
    /// Markdown source: 1 byte to 16 KiB, not blank, no control characters but newline and tab.
    body: String,
    /// Makes sending safe to retry, for ever: the same key from the same author gives the first
    /// message again, and `CONFLICT` when the content is another. 1 to 128 bytes; a UUID will do.
    client_id: Option<String>,
    /// An earlier message of the same room, to which this one replies.
    reply_to_id: Option<ID>,
    /// A message on the room's main line, in whose thread this one is said.
    thread_root_id: Option<ID>,
}

/// What a message is to say instead.
#[derive(InputObject)]
struct EditMessageInput {
    /// The message, which is the viewer's own.
    message_id: ID,
    /// Markdown source, by the rules of sending.
    body: String,
    /// When it was done, by the device's clock: what the same session has done earlier to this message
    /// and arrives later is `EXPIRED`. The same instant again is the same change, sent again, and all is
    /// well. Without it, whatever arrives last counts.
    made_at: Option<DateTime>,
}

/// Which message to delete.
#[derive(InputObject)]
struct DeleteMessageInput {
    /// The message: the viewer's own, or in a room that they keep, of somebody below them.
    message_id: ID,
}

/// What to give to a message.
#[derive(InputObject)]
struct ReactInput {
    /// The message, in a room that the viewer is in.
    message_id: ID,
    /// One emoji, in any of the ways to write it.
    emoji: String,
    /// Whether it is taken back instead.
    #[graphql(default)]
    remove: bool,
    /// When it was done, by the device's clock: what the same session has done earlier to this message
    /// and arrives later is `EXPIRED`. The same instant again is the same change, sent again, and all is
    /// well. Without it, whatever arrives last counts.
    made_at: Option<DateTime>,
}

/// Which message to pin.
#[derive(InputObject)]
struct PinMessageInput {
    /// The message, in a room that the viewer is in.
    message_id: ID,
    /// Whether it is pinned, or no longer is.
    #[graphql(default = true)]
    pinned: bool,
}

/// What to forward, and where to.
#[derive(InputObject)]
struct ForwardMessageInput {
    /// The message, in a room that the viewer is in.
    message_id: ID,
    /// Where to: a room that the viewer is in.
    room_id: ID,
    /// Makes it safe to retry, as for sending.
    client_id: Option<String>,
}

/// What came of it.
#[derive(SimpleObject)]
struct MessagePayload {
    /// The message; null when there are user errors.
    message: Option<AtOnce<Message>>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct MessageMutations;

#[Object]
impl MessageMutations {
    /// Sends a message to a room that the viewer is in. Once answered, it is on disk.
    async fn send_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message.")] input: SendMessageInput,
    ) -> Result<MessagePayload> {
        let viewer = ctx.viewer()?;
        let sent = match input.try_into() {
            Ok(draft) => ctx.services().messages.send(viewer, draft).await,
            Err(error) => Err(error),
        };
        MessagePayload::new(sent)
    }

    /// Changes what a message says, for everyone. All is well when it says that already;
    /// `CONFLICT` when it is deleted.
    async fn edit_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to say.")] input: EditMessageInput,
    ) -> Result<MessagePayload> {
        let viewer = ctx.viewer()?;
        MessagePayload::new(match ids::parse(&input.message_id, "Message") {
            Ok(id) => {
                let (messages, made_at) = (&ctx.services().messages, input.made_at.map(|at| at.0));
                messages.edit(viewer, id, input.body, made_at).await
            }
            Err(error) => Err(error),
        })
    }

    /// Deletes what a message says, for everyone and for good; its id, its `seq` and its place
    /// stay. All is well when it is deleted already.
    async fn delete_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: DeleteMessageInput,
    ) -> Result<MessagePayload> {
        let viewer = ctx.viewer()?;
        MessagePayload::new(match ids::parse(&input.message_id, "Message") {
            Ok(id) => ctx.services().messages.delete(viewer, id).await,
            Err(error) => Err(error),
        })
    }

    /// Gives an emoji to a message, each person each emoji once, or takes it back. All is well when
    /// that is so already; `CONFLICT` when the message is deleted.
    async fn react(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to give, and to which one.")] input: ReactInput,
    ) -> Result<MessagePayload> {
        let viewer = ctx.viewer()?;
        let (emoji, remove) = (&input.emoji, input.remove);
        let (messages, made_at) = (&ctx.services().messages, input.made_at.map(|at| at.0));
        MessagePayload::new(match ids::parse(&input.message_id, "Message") {
            Ok(id) => messages.react(viewer, id, emoji, remove, made_at).await,
            Err(error) => Err(error),
        })
    }

    /// Pins a message to its room, for everyone, or no longer does; at most 50 a room. Whoever may
    /// write there can. All is well when that is so already; `CONFLICT` when the message is deleted.
    async fn pin_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: PinMessageInput,
    ) -> Result<MessagePayload> {
        let viewer = ctx.viewer()?;
        let messages = &ctx.services().messages;
        MessagePayload::new(match ids::parse(&input.message_id, "Message") {
            Ok(id) => messages.pin(viewer, id, input.pinned).await,
            Err(error) => Err(error),
        })
    }

    /// Sends what a message says to a room, as somebody else's words. It mentions nobody.
    async fn forward_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and where to.")] input: ForwardMessageInput,
    ) -> Result<MessagePayload> {
        let viewer = ctx.viewer()?;
        let messages = &ctx.services().messages;
        let source = ids::parse(&input.message_id, "Message");
        MessagePayload::new(match (source, ids::parse(&input.room_id, "Room")) {
            (Ok(source), Ok(room)) => {
                messages
                    .forward(viewer, source, room, input.client_id)
                    .await
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        })
    }
}

impl MessagePayload {
    fn new(result: services::Result<model::Message>) -> Result<Self> {
        let (message, user_errors) = outcome(result)?;
        Ok(Self {
            message: message.map(Message).map(AtOnce),
            user_errors,
        })
    }
}

impl TryFrom<SendMessageInput> for MessageDraft {
    type Error = services::Error;

    fn try_from(input: SendMessageInput) -> services::Result<Self> {
        let room_id = ids::parse(&input.room_id, "Room")?;
        Ok(Self {
            room_id,
            body: input.body,
            client_id: input.client_id,
            reply_to: parse_optional(input.reply_to_id.as_ref())?,
            thread_root: parse_optional(input.thread_root_id.as_ref())?,
        })
    }
}

pub(super) fn parse_optional(id: Option<&ID>) -> services::Result<Option<model::MessageId>> {
    id.map(|id| ids::parse(id, "Message")).transpose()
}
