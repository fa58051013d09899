//! Durable events, as subscriptions deliver them.

use std::sync::Arc;

use async_graphql::{Context, Description, Interface, Object, Result};

use super::message::Message;
use super::room::Room;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::scalars::{Cursor, DateTime};
use crate::model::{self, EventKind, MessageId, RoomId};

/// Something that happened in a room, at its place in the log.
#[derive(Interface)]
#[graphql(
    field(
        name = "cursor",
        ty = "Cursor",
        desc = "Subscribe after this to go on from here."
    ),
    field(name = "at", ty = "DateTime", desc = "When it happened."),
    field(name = "room", ty = "Room", desc = "Where it happened.")
)]
pub enum Event {
    MessageSent(MessageSent),
}

/// A new message.
#[derive(Description)]
pub struct MessageSent {
    event: Arc<model::Event>,
    room: RoomId,
    message: MessageId,
}

impl Event {
    /// `None` for what is not delivered by itself.
    pub fn from_log(event: Arc<model::Event>) -> Option<Self> {
        match event.kind {
            EventKind::MessageSent { room, message } => Some(Self::MessageSent(MessageSent {
                event,
                room,
                message,
            })),
            EventKind::MemberJoined { .. }
            | EventKind::MemberLeft { .. }
            | EventKind::SessionEnded { .. } => None,
        }
    }
}

#[Object(use_type_description)]
impl MessageSent {
    /// Subscribe after this to go on from here.
    async fn cursor(&self) -> Cursor {
        Cursor(self.event.position)
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        DateTime(self.event.at)
    }

    /// Where it happened.
    async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
        Room::of(ctx, self.room).await
    }

    /// The message.
    async fn message(&self, ctx: &Context<'_>) -> Result<Message> {
        ctx.loaders()
            .message(self.message)
            .await
            .map(Message)
            .map_err(fault)
    }
}
