//! What is asked of a message. Nothing of it depends on the viewer, so the server renders an event once for all.

use super::fields::{UserFields, count};
use super::schema;
use super::sync::RootChange;
use crate::model::{Forwarded, Message, Notice, NoticeKind, Quote, Reaction, ThreadSummary};
use crate::{ClientId, MessageId, RoomId};
use jiff::Timestamp;

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Room")]
pub(crate) struct RoomReference {
    pub(crate) id: RoomId,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Message")]
pub(crate) struct MessageFields {
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
    reactions: Vec<ReactionFields>,
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

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Reaction")]
struct ReactionFields {
    emoji: String,
    count: i32,
    #[arguments(first: 20)]
    users: Vec<UserFields>,
}

impl MessageFields {
    /// What the root of its thread has become by this reply.
    pub(crate) fn take_root_change(&mut self) -> Option<RootChange> {
        let root = self.thread_root.as_mut()?;
        Some(RootChange {
            root: root.id.clone(),
            thread: root.thread.take().map(Into::into),
        })
    }
}

impl From<MessageFields> for Message {
    fn from(message: MessageFields) -> Self {
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
            forwarded_from: message.forwarded_from.map(|from| Forwarded {
                author: from.author.into(),
                sent_at: from.sent_at,
            }),
            notice: message.notice.map(|notice| Notice {
                kind: notice.kind.into(),
                user: notice.user.map(Into::into),
            }),
            reactions: message.reactions.into_iter().map(Into::into).collect(),
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

impl From<ReactionFields> for Reaction {
    fn from(reaction: ReactionFields) -> Self {
        Self {
            emoji: reaction.emoji,
            count: count(reaction.count),
            users: reaction.users.into_iter().map(Into::into).collect(),
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
