//! Messages and what their text may be.

use super::clock::Timestamp;
use super::ids::{MessageId, RoomId, UserId};
use super::text::is_blank;
use super::thread::TimelineId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub room_id: RoomId,
    pub author_id: UserId,
    /// The message on whose thread it is; `None` on the room's main line.
    pub thread_root: Option<MessageId>,
    /// 1, 2, 3 … within its timeline, with no gap.
    pub seq: i64,
    pub client_id: Option<String>,
    /// Empty once deleted.
    pub body: String,
    /// An earlier message of the room.
    pub reply_to: Option<MessageId>,
    pub sent_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub pinned_at: Option<Timestamp>,
    /// Whether it speaks to everyone in the room.
    pub mentions_room: bool,
    /// The message whose words these are.
    pub forwarded_from: Option<MessageId>,
    /// What the server tells by it; `None` for what somebody wrote.
    pub notice: Option<Notice>,
}

/// What the server tells in a message whose author did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    pub kind: NoticeKind,
    /// To whom it was done, if not to the room.
    pub user: Option<UserId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    Joined,
    Left,
    Added,
    Removed,
    Renamed,
    TopicChanged,
    /// The message that was pinned is the one that it replies to.
    Pinned,
}

/// What a message said before it was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageVersion {
    pub body: String,
    pub written_at: Timestamp,
}

/// A message about to be stored. Its `seq` is allotted in the same transaction.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: MessageId,
    pub room_id: RoomId,
    /// A message on the room's main line.
    pub thread_root: Option<MessageId>,
    pub author_id: UserId,
    pub client_id: Option<String>,
    /// What a retry with the same `client_id` must match, even after edits.
    pub fingerprint: Vec<u8>,
    pub body: String,
    /// The usernames in its body, of whoever they may be.
    pub mentioned: Vec<String>,
    /// Whether it is meant for everyone in the room; its author may not be one to say so.
    pub to_everyone: bool,
    pub reply_to: Option<MessageId>,
    /// The message whose words these are.
    pub forwarded_from: Option<MessageId>,
    pub sent_at: Timestamp,
}

impl Message {
    pub fn timeline(&self) -> TimelineId {
        TimelineId::of(self.room_id, self.thread_root)
    }
}

impl NewMessage {
    pub fn timeline(&self) -> TimelineId {
        TimelineId::of(self.room_id, self.thread_root)
    }

    /// What no other message may have, if its author gave it a key.
    pub fn key(&self) -> Option<(UserId, String)> {
        let client_id = self.client_id.clone()?;
        Some((self.author_id, client_id))
    }

    /// The message that it becomes.
    pub fn numbered(&self, seq: i64, mentions_room: bool) -> Message {
        Message {
            id: self.id,
            room_id: self.room_id,
            author_id: self.author_id,
            thread_root: self.thread_root,
            seq,
            client_id: self.client_id.clone(),
            body: self.body.clone(),
            reply_to: self.reply_to,
            sent_at: self.sent_at,
            edited_at: None,
            deleted_at: None,
            pinned_at: None,
            mentions_room,
            forwarded_from: self.forwarded_from,
            notice: None,
        }
    }
}

/// Markdown source as it was typed: 1 byte to 16 KiB, not blank, no control characters but
/// newline and tab, otherwise kept to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageBody(String);

/// Why a text is not a message body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyRefused {
    #[error("The message is empty")]
    Blank,
    #[error("The message is longer than {} bytes", MessageBody::MAX_BYTES)]
    TooLong,
    #[error("The message contains control characters")]
    ControlCharacter,
}

impl MessageBody {
    pub const MAX_BYTES: usize = 16 * 1024;

    pub fn into_inner(self) -> String {
        self.0
    }
}

impl TryFrom<String> for MessageBody {
    type Error = BodyRefused;

    fn try_from(text: String) -> Result<Self, BodyRefused> {
        if text.len() > Self::MAX_BYTES {
            return Err(BodyRefused::TooLong);
        }
        if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            return Err(BodyRefused::ControlCharacter);
        }
        if is_blank(&text) {
            return Err(BodyRefused::Blank);
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), BodyRefused>) {
        let body = MessageBody::try_from(text.to_owned());
        assert_eq!(body.clone().map(|_| ()), expected, "{text:?}");
        if let Ok(body) = body {
            assert_eq!(body.into_inner(), text);
        }
    }

    #[test]
    fn keeps_what_people_type() {
        for text in [
            "hi",
            " hi ",
            "e\u{301}",
            "\u{e9}",
            "👩‍👩‍👧‍👦",
            "שלום \u{200f}",
            "a\n\tb",
            "x\u{202e}y",
        ] {
            check(text, Ok(()));
        }
        check(&"a".repeat(MessageBody::MAX_BYTES), Ok(()));
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", " ", "\n\t", "\u{200b}", "\u{3000}", "\u{2067}\u{2069}"] {
            check(text, Err(BodyRefused::Blank));
        }
        for text in ["a\0", "a\r\nb", "\u{1b}[31m", "\u{7f}", "\u{85}a"] {
            check(text, Err(BodyRefused::ControlCharacter));
        }
        check(
            &"é".repeat(MessageBody::MAX_BYTES / 2 + 1),
            Err(BodyRefused::TooLong),
        );
    }
}
