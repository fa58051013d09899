//! What people give to messages.

use super::ids::MessageId;

/// How often one emoji was given to one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub message: MessageId,
    pub emoji: String,
    pub count: i64,
}
