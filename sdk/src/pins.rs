//! What is pinned in a room, what is said again elsewhere, and what messages said before.

use crate::client::Client;
use crate::model::{Message, MessageVersion};
use crate::operations::pins::{
    ForwardMessage, ForwardMessageInput, PinMessage, PinMessageInput, PinnedMessages,
    PinnedMessagesVariables, Versions, VersionsVariables,
};
use crate::rooms::of_room;
use crate::{ClientId, Error, MessageId, RoomId};
use cynic::QueryBuilder;

impl Client {
    /// Pins a message to its room, for everyone; at most 50 a room. That it is pinned already is fine.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the message is deleted, or beyond 50, [`Error::NotFound`] when there is no such message,
    /// [`Error::Forbidden`] or [`Error::Muted`] when the viewer may not write there.
    pub async fn pin_message(&self, message: &MessageId) -> Result<Message, Error> {
        self.pin(message, true).await
    }

    /// Takes a pin away; that there is none is fine.
    ///
    /// # Errors
    /// As [`Self::pin_message`].
    pub async fn unpin_message(&self, message: &MessageId) -> Result<Message, Error> {
        self.pin(message, false).await
    }

    async fn pin(&self, message: &MessageId, pinned: bool) -> Result<Message, Error> {
        let operation = PinMessage::of(PinMessageInput {
            message_id: message.clone(),
            pinned,
        });
        self.call(&operation).await?.pin_message.into_message()
    }

    /// The messages that are pinned in a room, the newest pins first. None for a channel that the viewer is not in.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the room does not exist or may not be seen.
    pub async fn pinned_messages(&self, room: &RoomId) -> Result<Vec<Message>, Error> {
        let variables = PinnedMessagesVariables {
            room_id: room.clone(),
        };
        of_room(self.call(&PinnedMessages::build(variables)).await?.room)
    }

    /// Sends what a message says to a room, as its author's words, once however often the network breaks. It mentions
    /// nobody.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the viewer cannot read the message, and otherwise as [`Self::send`].
    pub async fn forward(&self, message: &MessageId, room: &RoomId) -> Result<Message, Error> {
        self.forward_as(message, room, &ClientId::random()).await
    }

    /// As [`Self::forward`], under a key that the app has chosen and kept: under the same key it is there once.
    ///
    /// # Errors
    /// As [`Self::forward`]; [`Error::Conflict`] when the key was used for another message.
    pub async fn forward_as(
        &self,
        message: &MessageId,
        room: &RoomId,
        key: &ClientId,
    ) -> Result<Message, Error> {
        let operation = ForwardMessage::of(ForwardMessageInput {
            message_id: message.clone(),
            room_id: room.clone(),
            client_id: Some(key.as_str().to_owned()),
        });
        self.call_under_key(&operation, |data| data.forward_message.into_message())
            .await
    }

    /// What a message said before it was edited, the newest first; at most 100. For its author, and for those who keep
    /// the room; empty for others.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such message, or it may not be seen.
    pub async fn message_versions(
        &self,
        message: &MessageId,
    ) -> Result<Vec<MessageVersion>, Error> {
        let variables = VersionsVariables {
            id: message.clone(),
        };
        let answer = self.call(&Versions::build(variables)).await?;
        answer.into_versions().ok_or_else(|| Error::NotFound {
            reason: "There is no such message.".to_owned(),
        })
    }
}
