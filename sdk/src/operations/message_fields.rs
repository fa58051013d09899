//! What is asked of a message.

use super::fields::{UserFields, count};
use super::schema;
use super::sync::RootChange;
use crate::model::{
    Forwarded, LastMessage, Message, Notice, NoticeKind, Quote, Reaction, ThreadSummary,
};
use crate::{ClientId, MessageId, RoomId, UserId};
use jiff::Timestamp;

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Room")]
pub(crate) struct RoomReference {
    pub(crate) id: RoomId,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Message")]
struct QuoteFields {
    id: MessageId,
    author: UserFields,
    body: String,
    deleted_at: Option<Timestamp>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Message")]
struct RootFields {
    id: MessageId,
    thread: Option<ThreadFields>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Thread")]
struct ThreadFields {
    reply_count: i32,
    last_reply_at: Option<Timestamp>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "ForwardedFrom")]
struct ForwardedFields {
    author: UserFields,
    sent_at: Timestamp,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Notice")]
struct NoticeFields {
    kind: NoticeKindValue,
    user: Option<UserFields>,
}

#[derive(cynic::Enum, Debug)]
#[cynic(graphql_type = "NoticeKind")]
enum NoticeKindValue {
    Joined,
    Left,
    Added,
    Removed,
    Renamed,
    TopicChanged,
    Pinned,
    #[cynic(fallback)]
    Unknown(String),
}

/// What everyone may be told alike.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Reaction")]
struct SharedReaction {
    emoji: String,
    count: i32,
    #[arguments(first: 100)]
    users: Vec<UserReference>,
}

/// What the viewer is told.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Reaction")]
struct OwnReaction {
    emoji: String,
    count: i32,
    viewer_reacted: bool,
    #[arguments(first: 3)]
    users: Vec<UserReference>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "User")]
struct UserReference {
    id: UserId,
}

macro_rules! message {
    ($(#[$doc:meta])* $name:ident, $reaction:ident) => {
        $(#[$doc])*
        #[derive(cynic::QueryFragment, Debug)]
        #[cynic(graphql_type = "Message")]
        pub(crate) struct $name {
            id: MessageId,
            room: RoomReference,
            author: UserFields,
            seq: i32,
            client_id: Option<String>,
            body: String,
            sent_at: Timestamp,
            edited_at: Option<Timestamp>,
            deleted_at: Option<Timestamp>,
            pinned_at: Option<Timestamp>,
            reply_to: Option<QuoteFields>,
            thread_root: Option<RootFields>,
            thread: Option<ThreadFields>,
            mentions: Vec<UserFields>,
            mentions_room: bool,
            forwarded_from: Option<ForwardedFields>,
            notice: Option<NoticeFields>,
            reactions: Vec<$reaction>,
        }

        impl From<$name> for Message {
            fn from(message: $name) -> Self {
                Self {
                    id: message.id,
                    room_id: message.room.id,
                    author: message.author.into(),
                    seq: count(message.seq),
                    client_id: message.client_id.map(ClientId::from),
                    body: message.body,
                    sent_at: message.sent_at,
                    edited_at: message.edited_at,
                    deleted_at: message.deleted_at,
                    pinned_at: message.pinned_at,
                    reply_to: message.reply_to.map(Into::into),
                    thread_root: message.thread_root.map(|root| root.id),
                    thread: message.thread.map(Into::into),
                    mentions: message.mentions.into_iter().map(Into::into).collect(),
                    mentions_room: message.mentions_room,
                    forwarded_from: message.forwarded_from.map(Into::into),
                    notice: message.notice.map(Into::into),
                    reactions: message.reactions.into_iter().map(Into::into).collect(),
                }
            }
        }
    };
}

message! {
    /// What an event tells of a message. Nothing of it depends on the viewer, so the server renders it once for all.
    SharedMessage, SharedReaction
}
message! {
    /// What the viewer is told of a message that they ask for.
    MessageFields, OwnReaction
}

/// What a list of rooms asks of the newest messages: there are a hundred of them.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Message")]
pub(crate) struct LastMessageFields {
    id: MessageId,
    seq: i32,
    author: UserFields,
    body: String,
    sent_at: Timestamp,
    deleted_at: Option<Timestamp>,
    notice: Option<NoticeFields>,
}

impl From<LastMessageFields> for LastMessage {
    fn from(message: LastMessageFields) -> Self {
        Self {
            id: message.id,
            seq: count(message.seq),
            author: message.author.into(),
            body: message.body,
            sent_at: message.sent_at,
            is_deleted: message.deleted_at.is_some(),
            notice: message.notice.map(Into::into),
        }
    }
}

impl SharedMessage {
    /// What the root of its thread has become by this reply.
    pub(crate) fn take_root_change(&mut self) -> Option<RootChange> {
        let root = self.thread_root.as_mut()?;
        Some(RootChange {
            root: root.id.clone(),
            thread: root.thread.take().map(Into::into),
        })
    }
}

impl From<ForwardedFields> for Forwarded {
    fn from(from: ForwardedFields) -> Self {
        Self {
            author: from.author.into(),
            sent_at: from.sent_at,
        }
    }
}

impl From<NoticeFields> for Notice {
    fn from(notice: NoticeFields) -> Self {
        Self {
            kind: notice.kind.into(),
            user: notice.user.map(Into::into),
        }
    }
}

impl From<QuoteFields> for Quote {
    fn from(quote: QuoteFields) -> Self {
        Self {
            id: quote.id,
            author: quote.author.into(),
            body: quote.body,
            is_deleted: quote.deleted_at.is_some(),
        }
    }
}

impl From<ThreadFields> for ThreadSummary {
    fn from(thread: ThreadFields) -> Self {
        Self {
            reply_count: count(thread.reply_count),
            last_reply_at: thread.last_reply_at,
        }
    }
}

impl From<SharedReaction> for Reaction {
    fn from(reaction: SharedReaction) -> Self {
        Self {
            emoji: reaction.emoji,
            count: count(reaction.count),
            users: reaction.users.into_iter().map(|user| user.id).collect(),
            is_own: false,
        }
    }
}

impl From<OwnReaction> for Reaction {
    fn from(reaction: OwnReaction) -> Self {
        Self {
            emoji: reaction.emoji,
            count: count(reaction.count),
            users: reaction.users.into_iter().map(|user| user.id).collect(),
            is_own: reaction.viewer_reacted,
        }
    }
}

impl From<NoticeKindValue> for NoticeKind {
    fn from(kind: NoticeKindValue) -> Self {
        match kind {
            NoticeKindValue::Joined => Self::Joined,
            NoticeKindValue::Left => Self::Left,
            NoticeKindValue::Added => Self::Added,
            NoticeKindValue::Removed => Self::Removed,
            NoticeKindValue::Renamed => Self::Renamed,
            NoticeKindValue::TopicChanged => Self::TopicChanged,
            NoticeKindValue::Pinned => Self::Pinned,
            NoticeKindValue::Unknown(name) => Self::Unknown(name),
        }
    }
}
