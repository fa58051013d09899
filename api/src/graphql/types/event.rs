//! Durable events, as subscriptions deliver them.

use std::sync::Arc;

use async_graphql::resolver_utils::ContainerType;
use async_graphql::{Context, Description, Interface, Object, Result, ServerResult, Value};

use super::draft::Draft;
use super::member::Member;
use super::message::Message;
use super::room::Room;
use super::thread::Thread;
use super::user::User;
use crate::graphql::at_hand::{AtHand, AtOnce, ListAtOnce};
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::hand::Hand;
use crate::graphql::scalars::{Cursor, DateTime};
use crate::model::{self, EventKind, MessageId, RoomId, UserId};
use crate::realtime::{Batch, Entry, Update};
use crate::services::Error;

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
    ReactionsChanged(ReactionsChanged),
    RoomChanged(RoomChanged),
    MemberJoined(MemberJoined),
    MemberChanged(MemberChanged),
    MemberLeft(MemberLeft),
    ThreadChanged(ThreadChanged),
    DraftChanged(DraftChanged),
    ScheduledMessagesChanged(ScheduledMessagesChanged),
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

/// Somebody reacted to a message, or took that back.
#[derive(Description)]
pub struct ReactionsChanged(OfMessage);

struct OfMessage {
    entry: Arc<Entry>,
    room: RoomId,
    message: MessageId,
    /// As it was read with the event.
    row: Option<Message>,
}

/// The room is called differently, is about something else or is kept differently, or other messages
/// are pinned in it.
#[derive(Description)]
pub struct RoomChanged(OfRoom);

struct OfRoom {
    entry: Arc<Entry>,
    room: RoomId,
}

/// Somebody joined the room.
#[derive(Description)]
pub struct MemberJoined(OfPerson);

/// Somebody takes part in the room as something else, or shows themselves differently.
#[derive(Description)]
pub struct MemberChanged(OfPerson);

/// Somebody has left the room, or was removed from it.
#[derive(Description)]
pub struct MemberLeft(OfPerson);

struct OfPerson {
    entry: Arc<Entry>,
    room: RoomId,
    user: UserId,
}

/// The viewer follows a thread or no longer does, or has read it further, at whichever device. Others
/// do not hear of it.
#[derive(Description)]
pub struct ThreadChanged(OfMessage);

/// The viewer wrote on at a message, or left it, at whichever device. Others do not hear of it.
#[derive(Description)]
pub struct DraftChanged(OfRoom);

/// What the viewer wants to be sent to the room later is different: look at `Viewer.scheduledMessages`.
/// Others do not hear of it.
#[derive(Description)]
pub struct ScheduledMessagesChanged(OfRoom);

/// What happened between two cursors, as far as it concerns the viewer.
#[derive(Description)]
pub struct EventBatch(Batch);

impl Event {
    /// `None` for what does not happen in a room.
    fn from_entry(entry: &Arc<Entry>) -> Option<Self> {
        let of_message = |room, message| OfMessage {
            entry: Arc::clone(entry),
            room,
            message,
            row: entry.message.clone().map(Message),
        };
        let of_person = |room, user| OfPerson {
            entry: Arc::clone(entry),
            room,
            user,
        };
        Some(match entry.event.kind {
            EventKind::MessageSent { room, message } => {
                MessageSent(of_message(room, message)).into()
            }
            EventKind::MessageEdited { room, message } => {
                MessageEdited(of_message(room, message)).into()
            }
            EventKind::MessageDeleted { room, message } => {
                MessageDeleted(of_message(room, message)).into()
            }
            EventKind::ReactionsChanged { room, message } => {
                ReactionsChanged(of_message(room, message)).into()
            }
            EventKind::RoomChanged { room } => {
                let entry = Arc::clone(entry);
                RoomChanged(OfRoom { entry, room }).into()
            }
            EventKind::MemberJoined { room, user } => MemberJoined(of_person(room, user)).into(),
            EventKind::MemberChanged { room, user } => MemberChanged(of_person(room, user)).into(),
            EventKind::MemberLeft { room, user } => MemberLeft(of_person(room, user)).into(),
            EventKind::ThreadChanged { room, root, .. } => {
                ThreadChanged(of_message(room, root)).into()
            }
            EventKind::DraftChanged { room, .. } => {
                let entry = Arc::clone(entry);
                DraftChanged(OfRoom { entry, room }).into()
            }
            EventKind::ScheduledMessagesChanged { room, .. } => {
                let entry = Arc::clone(entry);
                ScheduledMessagesChanged(OfRoom { entry, room }).into()
            }
            EventKind::SessionEnded { .. } => return None,
        })
    }

    /// `None` for what does not come one by one.
    pub fn from_update(update: Update) -> Option<Self> {
        match update {
            Update::Entry(entry) => Self::from_entry(&entry),
            Update::Batch(_) | Update::Signal(_) => None,
        }
    }
}

impl EventBatch {
    /// `None` for what does not come in batches.
    pub fn from_update(update: Update) -> Option<Self> {
        match update {
            Update::Batch(batch) => Some(Self(batch)),
            Update::Entry(_) | Update::Signal(_) => None,
        }
    }
}

#[Object(use_type_description)]
impl EventBatch {
    /// What happened, in log order.
    async fn events(&self) -> ListAtOnce<Event> {
        let events = self.0.entries.iter().filter_map(Event::from_entry);
        ListAtOnce(events.collect())
    }

    /// Subscribe after this to go on from here. It moves on even when there are no events.
    async fn cursor(&self) -> Cursor {
        Cursor(self.0.cursor)
    }

    /// False while catching up; true once level with the log.
    async fn live(&self) -> bool {
        self.0.live
    }

    /// Whether the log no longer reaches back to `after`: something may have been missed. Load
    /// everything anew, then go on from `cursor`.
    async fn reset(&self) -> bool {
        self.0.reset
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
                Cursor(self.0.entry.event.position)
            }

            /// When it happened.
            async fn at(&self) -> DateTime {
                DateTime(self.0.entry.event.at)
            }

            $($field)*
        }

        impl AtHand for $event {
            fn at_hand(&self, field: &str, ctx: &Context<'_>, hand: &Hand) -> Option<Value> {
                match field {
                    "cursor" => Some(Cursor(self.0.entry.event.position).into()),
                    "at" => Some(DateTime(self.0.entry.event.at).into()),
                    _ => self.0.at_hand(field, ctx, hand),
                }
            }
        }
    )*

        impl AtHand for Event {
            fn at_hand(&self, field: &str, ctx: &Context<'_>, hand: &Hand) -> Option<Value> {
                match self {
                    $(Self::$event(event) => event.at_hand(field, ctx, hand),)*
                }
            }

            async fn resolve_ordinarily(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
                match self {
                    $(Self::$event(event) => event.resolve_field(ctx).await,)*
                }
            }
        }
    };
}

events! {
    MessageSent {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// The message, as the event left it or later.
        async fn message(&self, ctx: &Context<'_>) -> Result<AtOnce<Message>> {
            self.0.message(ctx).await.map(AtOnce)
        }
    }
    MessageEdited {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// The message, as the event left it or later.
        async fn message(&self, ctx: &Context<'_>) -> Result<AtOnce<Message>> {
            self.0.message(ctx).await.map(AtOnce)
        }
    }
    MessageDeleted {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// The message, as the event left it.
        async fn message(&self, ctx: &Context<'_>) -> Result<AtOnce<Message>> {
            self.0.message(ctx).await.map(AtOnce)
        }
    }
    ReactionsChanged {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// The message, with all its reactions as the event left them or later.
        async fn message(&self, ctx: &Context<'_>) -> Result<AtOnce<Message>> {
            self.0.message(ctx).await.map(AtOnce)
        }
    }
    RoomChanged {
        /// The room, as the event left it or later.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }
    }
    MemberJoined {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// Who joined, as they are there now; as they were then, if they are not any more.
        async fn member(&self, ctx: &Context<'_>) -> Result<Member> {
            self.0.member(ctx).await
        }
    }
    MemberChanged {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// Who it is, as the event left them or later; as a plain member, if they are not there
        /// any more.
        async fn member(&self, ctx: &Context<'_>) -> Result<Member> {
            self.0.member(ctx).await
        }
    }
    MemberLeft {
        /// Where it happened. To those who left a group, whatever may have changed since is
        /// blank.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::left(ctx, self.0.room).await
        }

        /// Who left.
        async fn user(&self, ctx: &Context<'_>) -> Result<User> {
            ctx.loaders().user(self.0.user).await.map(User).map_err(fault)
        }
    }
    ThreadChanged {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// The thread, as the event left it or later.
        async fn thread(&self, ctx: &Context<'_>) -> Result<Thread> {
            let thread = ctx.loaders().thread(self.0.message).await.map_err(fault)?;
            let thread = thread.ok_or(Error::NotFound("Thread")).map_err(fault)?;
            Ok(Thread(thread))
        }
    }
    DraftChanged {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }

        /// What they began to write, as the event left it or later; null when nothing.
        async fn draft(&self, ctx: &Context<'_>) -> Result<Option<Draft>> {
            let viewer = ctx.viewer()?.user_id;
            let draft = ctx.loaders().draft(viewer, self.0.room).await;
            Ok(draft.map_err(fault)?.map(Draft))
        }
    }
    ScheduledMessagesChanged {
        /// Where it happened.
        async fn room(&self, ctx: &Context<'_>) -> Result<Room> {
            Room::of(ctx, self.0.room).await
        }
    }
}

impl OfMessage {
    async fn message(&self, ctx: &Context<'_>) -> Result<Message> {
        if let Some(row) = &self.row {
            return Ok(Message(row.0.clone()));
        }
        ctx.loaders()
            .message(self.message)
            .await
            .map(Message)
            .map_err(fault)
    }
}

impl OfMessage {
    fn at_hand(&self, field: &str, ctx: &Context<'_>, hand: &Hand) -> Option<Value> {
        match (field, &self.row) {
            ("room", _) => hand.object(ctx, hand.room(ctx, self.room)?),
            ("message", Some(row)) => hand.object(ctx, row),
            ("message", None) => hand.object(ctx, hand.message(self.message)??),
            _ => None,
        }
    }
}

impl OfRoom {
    fn at_hand(&self, field: &str, ctx: &Context<'_>, hand: &Hand) -> Option<Value> {
        match field {
            "room" => hand.object(ctx, hand.room(ctx, self.room)?),
            _ => None,
        }
    }
}

impl OfPerson {
    /// These are rare.
    fn at_hand(&self, _: &str, _: &Context<'_>, _: &Hand) -> Option<Value> {
        None
    }
}

impl OfPerson {
    async fn member(&self, ctx: &Context<'_>) -> Result<Member> {
        let present = ctx.loaders().membership(self.user, self.room).await;
        let joined = || model::Member {
            room_id: self.room,
            user_id: self.user,
            role: model::Role::Member,
            joined_at: self.entry.event.at,
            joined_position: self.entry.event.position,
            last_read_seq: 0,
            muted_until: None,
            mute_reason: None,
            last_sent_at: None,
        };
        Ok(Member(present.map_err(fault)?.unwrap_or_else(joined)))
    }
}
