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
#[expect(clippy::enum_variant_names, reason = "the schema's names")]
pub enum Event {
    MessageSent(MessageSent),
    MessageEdited(MessageEdited),
    MessageDeleted(MessageDeleted),
}

/// A new message.
#[derive(Description)]
pub struct MessageSent(OfMessage);

/// A message says something else now.
#[derive(Description)]
pub struct MessageEdited(OfMessage);

/// A message was deleted. Its id, its `seq` and its place stay.
#[derive(Description)]
pub struct MessageDeleted(OfMessage);

struct OfMessage {
    event: Arc<model::Event>,
    room: RoomId,
    message: MessageId,
}

impl Event {
    /// `None` for what is not delivered by itself.
    pub fn from_log(event: Arc<model::Event>) -> Option<Self> {
        let of_message = |room, message| OfMessage {
            event: Arc::clone(&event),
            room,
            message,
        };
        match event.kind {
            EventKind::MessageSent { room, message } => {
                Some(MessageSent(of_message(room, message)).into())
            }
            EventKind::MessageEdited { room, message } => {
                Some(MessageEdited(of_message(room, message)).into())
            }
            EventKind::MessageDeleted { room, message } => {
                Some(MessageDeleted(of_message(room, message)).into())
            }
            EventKind::MemberJoined { .. }
            | EventKind::MemberLeft { .. }
            | EventKind::SessionEnded { .. } => None,
        }
    }
}

/// An interface's types answer for its fields themselves, each of them.
macro_rules! message_events {
    ($($event:ident),*) => {$(
        #[Object(use_type_description)]
        impl $event {
            /// Subscribe after this to go on from here.
            async fn cursor(&self) -> Cursor {
                Cursor(self.0.event.position)
            }

            /// When it happened.
            async fn at(&self) -> DateTime {
                DateTime(self.0.event.at)
            }

            /// Where it happened.
            async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
                Room::of(ctx, self.0.room).await
            }

            /// The message as it is now, which may be later than the event.
            async fn message(&self, ctx: &Context<'_>) -> Result<Message> {
                ctx.loaders()
                    .message(self.0.message)
                    .await
                    .map(Message)
                    .map_err(fault)
            }
        }
    )*};
}

message_events!(MessageSent, MessageEdited, MessageDeleted);
