//! Durable events, as subscriptions deliver them.

use std::sync::Arc;

use async_graphql::{Context, Description, Interface, Object, Result};

use super::member::Member;
use super::message::Message;
use super::room::Room;
use super::user::User;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::scalars::{Cursor, DateTime};
use crate::model::{self, EventKind, MessageId, RoomId, UserId};

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
    MessageEdited(MessageEdited),
    MessageDeleted(MessageDeleted),
    MemberJoined(MemberJoined),
    MemberLeft(MemberLeft),
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

/// Somebody joined the room.
#[derive(Description)]
pub struct MemberJoined(OfPerson);

/// Somebody left the room.
#[derive(Description)]
pub struct MemberLeft(OfPerson);

struct OfPerson {
    event: Arc<model::Event>,
    room: RoomId,
    user: UserId,
}

impl Event {
    /// `None` for what does not happen in a room.
    pub fn from_log(event: Arc<model::Event>) -> Option<Self> {
        let kind = event.kind;
        let of_message = |room, message| OfMessage {
            event: Arc::clone(&event),
            room,
            message,
        };
        let of_person = |room, user| OfPerson {
            event: Arc::clone(&event),
            room,
            user,
        };
        Some(match kind {
            EventKind::MessageSent { room, message } => {
                MessageSent(of_message(room, message)).into()
            }
            EventKind::MessageEdited { room, message } => {
                MessageEdited(of_message(room, message)).into()
            }
            EventKind::MessageDeleted { room, message } => {
                MessageDeleted(of_message(room, message)).into()
            }
            EventKind::MemberJoined { room, user } => MemberJoined(of_person(room, user)).into(),
            EventKind::MemberLeft { room, user } => MemberLeft(of_person(room, user)).into(),
            EventKind::SessionEnded { .. } => return None,
        })
    }
}

/// An interface's types answer for its fields themselves, each of them; `field` is what is its
/// own.
macro_rules! events {
    ($($event:ident { $($field:tt)* })*) => {$(
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

            $($field)*
        }
    )*};
}

events! {
    MessageSent {
        /// The message, as the event left it or later.
        async fn message(&self, ctx: &Context<'_>) -> Result<Message> {
            self.0.message(ctx).await
        }
    }
    MessageEdited {
        /// The message, as the event left it or later.
        async fn message(&self, ctx: &Context<'_>) -> Result<Message> {
            self.0.message(ctx).await
        }
    }
    MessageDeleted {
        /// The message, as the event left it.
        async fn message(&self, ctx: &Context<'_>) -> Result<Message> {
            self.0.message(ctx).await
        }
    }
    MemberJoined {
        /// Who joined, as they are there now; as they were then, if they are not any more.
        async fn member(&self, ctx: &Context<'_>) -> Result<Member> {
            self.0.member(ctx).await
        }
    }
    MemberLeft {
        /// Who left.
        async fn user(&self, ctx: &Context<'_>) -> Result<User> {
            ctx.loaders().user(self.0.user).await.map(User).map_err(fault)
        }
    }
}

impl OfMessage {
    async fn message(&self, ctx: &Context<'_>) -> Result<Message> {
        ctx.loaders()
            .message(self.message)
            .await
            .map(Message)
            .map_err(fault)
    }
}

impl OfPerson {
    async fn member(&self, ctx: &Context<'_>) -> Result<Member> {
        let present = ctx.loaders().membership(self.user, self.room).await;
        let joined = || model::Member {
            room_id: self.room,
            user_id: self.user,
            role: model::Role::Member,
            joined_at: self.event.at,
            joined_position: self.event.position,
        };
        Ok(Member(present.map_err(fault)?.unwrap_or_else(joined)))
    }
}
