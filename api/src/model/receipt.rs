//! How far people have read, and what is left to read.

use super::clock::Timestamp;
use super::ids::UserId;

/// How far somebody has read in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub user_id: UserId,
    /// The `seq` of the newest message that they have read.
    pub last_read_seq: i64,
    /// When they said so.
    pub read_at: Timestamp,
}

/// What somebody has not read: neither their own messages count, nor deleted ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    pub messages: i64,
    /// How many of them speak to the person.
    pub mentions: i64,
}

impl std::iter::Sum for Unread {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, unread| Self {
            messages: sum.messages + unread.messages,
            mentions: sum.mentions + unread.mentions,
        })
    }
}
