//! What people say.

use super::ids::{ClientId, MessageId, RoomId, UserId};
use super::{Unread, User};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Stable.
    pub id: MessageId,
    /// Where it was written.
    pub room_id: RoomId,
    /// Who wrote it.
    pub author: User,
    /// Its place in its timeline (the room's main line, or its thread): 1, 2, 3 … without a gap. Order by this,
    /// never by time.
    pub seq: u64,
    /// The author's own key, when the author's app gave one.
    pub client_id: Option<ClientId>,
    /// Markdown source. Empty once deleted.
    pub body: String,
    /// When the server took it.
    pub sent_at: Timestamp,
    /// When its author last changed what it says.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// Since when it is pinned to the room.
    pub pinned_at: Option<Timestamp>,
    /// The earlier message that it answers.
    pub reply_to: Option<Quote>,
    /// The message in whose thread it was said; `None` on the room's main line.
    pub thread_root: Option<MessageId>,
    /// The thread that hangs on it.
    pub thread: Option<ThreadSummary>,
    /// Whom it mentions.
    pub mentions: Vec<User>,
    /// Whether it mentions everyone in the room.
    pub mentions_room: bool,
    /// Whose words these are; `None` when they are its author's own.
    pub forwarded_from: Option<Forwarded>,
    /// What the server tells by it; `None` for what somebody wrote.
    pub notice: Option<Notice>,
    /// What it was given, in the order of the first ones.
    pub reactions: Vec<Reaction>,
}

/// The message that another one answers, as it was when that was last heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Which one.
    pub id: MessageId,
    /// Who wrote it.
    pub author: User,
    /// What it says. Empty once deleted.
    pub body: String,
    /// Whether it is gone.
    pub is_deleted: bool,
}

/// What a message tells of the thread that hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSummary {
    /// How many replies there are, without those that were deleted.
    pub reply_count: u64,
    /// When the newest one was sent.
    pub last_reply_at: Option<Timestamp>,
}

/// A thread, and the viewer's part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewerThread {
    /// The message that it hangs on.
    pub root: Message,
    /// How many replies there are, without those that were deleted.
    pub reply_count: u64,
    /// When the newest one was sent.
    pub last_reply_at: Option<Timestamp>,
    /// Whether the viewer follows it.
    pub is_followed: bool,
    /// The `seq` of the newest reply that they have read.
    pub last_read_seq: u64,
    /// What they have not read.
    pub unread: Unread,
}

/// What a message said before it was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageVersion {
    /// Markdown source, as it was.
    pub body: String,
    /// When that was written.
    pub written_at: Timestamp,
}

/// Whose words were forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    /// Who said it first.
    pub author: User,
    /// When they did.
    pub sent_at: Timestamp,
}

/// What the server tells by a message: show it in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What its author did.
    pub kind: NoticeKind,
    /// To whom, where there is somebody.
    pub user: Option<User>,
}

/// What the author of a notice did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeKind {
    /// Came into the room.
    Joined,
    /// Went out of it.
    Left,
    /// Brought somebody in.
    Added,
    /// Put somebody out.
    Removed,
    /// Gave the room another name.
    Renamed,
    /// Gave the room another topic.
    TopicChanged,
    /// Pinned the message that the notice answers.
    Pinned,
    /// What a newer server knows and this version does not: show the message's body.
    Unknown(String),
}

/// An emoji that a message was given, by one or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// As Unicode recommends to write it.
    pub emoji: String,
    /// How many gave it.
    pub count: u64,
    /// Some of them, the first ones.
    pub users: Vec<UserId>,
    /// Whether the viewer is one of them.
    pub is_own: bool,
}

/// What a list of rooms shows of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMessage {
    /// Stable.
    pub id: MessageId,
    /// Its place in the room.
    pub seq: u64,
    /// Who wrote it.
    pub author: User,
    /// Markdown source. Empty once deleted.
    pub body: String,
    /// When the server took it.
    pub sent_at: Timestamp,
    /// Whether it is gone.
    pub is_deleted: bool,
    /// What the server tells by it; `None` for what somebody wrote.
    pub notice: Option<Notice>,
}

impl From<&Message> for LastMessage {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id.clone(),
            seq: message.seq,
            author: message.author.clone(),
            body: message.body.clone(),
            sent_at: message.sent_at,
            is_deleted: message.deleted_at.is_some(),
            notice: message.notice.clone(),
        }
    }
}

impl Message {
    /// What everyone is told does not say which reactions are the viewer's: they are, if the viewer is among those who
    /// gave them, or was, and not all are named.
    pub(crate) fn tell_own_reactions(&mut self, viewer: &UserId, before: Option<&Self>) {
        let before = before
            .map(|message| &message.reactions[..])
            .unwrap_or_default();
        for reaction in &mut self.reactions {
            let are_all_named = reaction.count <= reaction.users.len() as u64;
            let was_own = || {
                let mut same = before.iter();
                same.any(|other| other.emoji == reaction.emoji && other.is_own)
            };
            reaction.is_own = reaction.users.contains(viewer) || (!are_all_named && was_own());
        }
    }
}
