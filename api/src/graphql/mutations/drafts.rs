//! What is not said yet: drafts, and messages that are to be sent later.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::messages::parse_optional;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::draft::ScheduledMessage;
use crate::graphql::types::member::Membership;
use crate::model::{self, Timestamp};
use crate::services;
use crate::services::messages::MessageDraft;

/// What the viewer began to write.
#[derive(InputObject)]
struct SaveDraftInput {
    /// Where.
    room_id: ID,
    /// The text: at most 16 KiB. A blank one is no draft.
    body: String,
    /// The message of the same room to which it is to reply.
    reply_to_id: Option<ID>,
    /// When it was written, by the device's clock: what the same session has written earlier in this
    /// room and arrives later is `EXPIRED`. The same instant again is the same draft, sent again, and all
    /// is well. Without it, whatever arrives last counts.
    made_at: Option<DateTime>,
}

/// What came of it.
#[derive(SimpleObject)]
struct SaveDraftPayload {
    /// The viewer's part in the room; null when there are user errors.
    membership: Option<Membership>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

/// A message to send later.
#[derive(InputObject)]
struct ScheduleMessageInput {
    /// Where to.
    room_id: ID,
    /// Markdown source, by the rules of sending.
    body: String,
    /// When: within a year.
    send_at: DateTime,
    /// Makes it safe to retry, as for sending. The message will have it, too.
    client_id: Option<String>,
    /// An earlier message of the same room, to which this one replies.
    reply_to_id: Option<ID>,
    /// A message on the room's main line, in whose thread this one is said.
    thread_root_id: Option<ID>,
}

/// Which scheduled message not to send.
#[derive(InputObject)]
struct CancelScheduledMessageInput {
    /// It is the viewer's own.
    scheduled_message_id: ID,
}

/// What came of it.
#[derive(SimpleObject)]
struct ScheduledMessagePayload {
    /// What is to be sent, or was; null when there are user errors.
    scheduled_message: Option<ScheduledMessage>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct DraftMutations;

#[Object]
impl DraftMutations {
    /// Keeps what the viewer began to write in a room, for their other devices. Sending does not take
    /// it away: save a blank one.
    async fn save_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is.")] input: SaveDraftInput,
    ) -> Result<SaveDraftPayload> {
        let (viewer, drafts) = (ctx.viewer()?, &ctx.services().drafts);
        let room = ids::parse(&input.room_id, "Room");
        let reply_to = parse_optional(input.reply_to_id.as_ref());
        let (membership, user_errors) = outcome(match (room, reply_to) {
            (Ok(room), Ok(reply_to)) => {
                let made_at = input.made_at.map(|at| at.0);
                let saved = drafts.save(viewer, room, input.body, reply_to, made_at);
                saved.await
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        })?;
        Ok(SaveDraftPayload {
            membership: membership.map(Membership),
            user_errors,
        })
    }

    /// Has a message sent at a time, once, whatever happens to the server in between. What stands
    /// against it then is found in `ScheduledMessage.failure`.
    async fn schedule_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and when.")] input: ScheduleMessageInput,
    ) -> Result<ScheduledMessagePayload> {
        let (viewer, messages) = (ctx.viewer()?, &ctx.services().messages);
        ScheduledMessagePayload::new(match input.parse() {
            Ok((draft, send_at)) => messages.schedule(viewer, draft, send_at).await,
            Err(error) => Err(error),
        })
    }

    /// Sees to it that a message is not sent, or forgets one that could not be. `CONFLICT` when it is
    /// sent already.
    async fn cancel_scheduled_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CancelScheduledMessageInput,
    ) -> Result<ScheduledMessagePayload> {
        let (viewer, messages) = (ctx.viewer()?, &ctx.services().messages);
        let id = ids::parse(&input.scheduled_message_id, "Scheduled message");
        ScheduledMessagePayload::new(match id {
            Ok(id) => messages.cancel_scheduled(viewer, id).await,
            Err(error) => Err(error),
        })
    }
}

impl ScheduledMessagePayload {
    fn new(result: services::Result<model::ScheduledMessage>) -> Result<Self> {
        let (scheduled, user_errors) = outcome(result)?;
        Ok(Self {
            scheduled_message: scheduled.map(ScheduledMessage),
            user_errors,
        })
    }
}

impl ScheduleMessageInput {
    fn parse(self) -> services::Result<(MessageDraft, Timestamp)> {
        let draft = MessageDraft {
            room_id: ids::parse(&self.room_id, "Room")?,
            thread_root: parse_optional(self.thread_root_id.as_ref())?,
            body: self.body,
            client_id: self.client_id,
            reply_to: parse_optional(self.reply_to_id.as_ref())?,
        };
        Ok((draft, self.send_at.0))
    }
}
