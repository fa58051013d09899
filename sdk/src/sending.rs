//! Sending, exactly once.

use crate::client::Client;
use crate::model::Message;
use crate::operations::messages::{SendMessage, SendMessageInput, SendMessageVariables};
use crate::{ClientId, Error, RoomId, environment, live};
use cynic::MutationBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Attempts at one send before the app is told that there is no network.
const ATTEMPTS: u32 = 4;

impl ClientId {
    /// A key that no other message has.
    #[must_use]
    pub fn random() -> Self {
        environment::random_id().into()
    }
}

impl Client {
    /// Sends a message (Markdown, up to 16 KiB). When the answer is lost it asks again under the same key, so the
    /// message is there once however often the network breaks.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty body or one with control characters, [`Error::TooLarge`] or [`Error::Invalid`]
    /// for one too long, [`Error::NotFound`] or [`Error::Forbidden`] for a room that the viewer is not in. After
    /// [`Error::Network`] the message may be there or not: an app that wants to try again later chooses the key itself,
    /// with [`Self::send_as`].
    pub async fn send(&self, room: &RoomId, body: &str) -> Result<Message, Error> {
        self.send_as(room, body, &ClientId::random()).await
    }

    /// As [`Self::send`], under a key that the app has chosen and kept. Sending the same body again under the same
    /// key, at any time and from any start of the app, gives the first message back.
    ///
    /// # Errors
    /// As [`Self::send`]; [`Error::Conflict`] when the key was used for another content.
    pub async fn send_as(
        &self,
        room: &RoomId,
        body: &str,
        key: &ClientId,
    ) -> Result<Message, Error> {
        let input = SendMessageInput {
            room_id: room.clone(),
            body: body.to_owned(),
            client_id: Some(key.as_str().to_owned()),
            reply_to_id: None,
            thread_root_id: None,
        };
        let operation = SendMessage::build(SendMessageVariables { input });
        self.call_under_key(&operation, |data| data.send_message.into_message())
            .await
    }

    /// Asks again when the answer is lost, a few times: what is asked carries a key, and is done once.
    pub(crate) async fn call_under_key<T, V, R>(
        &self,
        operation: &cynic::Operation<T, V>,
        result: impl Fn(T) -> Result<R, Error>,
    ) -> Result<R, Error>
    where
        T: DeserializeOwned,
        V: Serialize,
    {
        let mut attempt = 0;
        loop {
            match self.call(operation).await.and_then(&result) {
                Err(Error::Network { .. } | Error::Server { .. }) if attempt + 1 < ATTEMPTS => {
                    tokio::time::sleep(live::delay(attempt, environment::random_fraction())).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }
}
