//! Messages that are to be sent later.

use crate::client::Client;
use crate::model::{NewScheduledMessage, ScheduledMessage};
use crate::operations::scheduled::{
    CancelScheduledMessage, CancelScheduledMessageInput, ScheduleMessage, ScheduledMessages,
};
use crate::{Error, ScheduledMessageId};
use cynic::QueryBuilder;

impl Client {
    /// Has a message sent at a time, once, whatever happens to the server or this device in between, and scheduled once
    /// however often the network breaks. At most 100 of them wait. The rules of sending hold when its time comes; what
    /// stands against it then is in [`ScheduledMessage::failure`].
    ///
    /// # Errors
    /// As [`Self::send_as`]; [`Error::Invalid`] for a time that is past or more than a year away.
    pub async fn schedule_message(
        &self,
        message: NewScheduledMessage,
    ) -> Result<ScheduledMessage, Error> {
        let operation = ScheduleMessage::of(message.into());
        self.call_under_key(&operation, |data| data.schedule_message.into_scheduled())
            .await
    }

    /// Sees to it that a message is not sent, or forgets one that could not be.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is sent already, [`Error::NotFound`] when there is no such message.
    pub async fn cancel_scheduled_message(&self, id: &ScheduledMessageId) -> Result<(), Error> {
        let operation = CancelScheduledMessage::of(CancelScheduledMessageInput {
            scheduled_message_id: id.clone(),
        });
        let answer = self.call(&operation).await?;
        answer.cancel_scheduled_message.into_result()
    }

    /// What the viewer wants to be sent later and is not, the next first; at most 100.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when nobody is signed in.
    pub async fn scheduled_messages(&self) -> Result<Vec<ScheduledMessage>, Error> {
        let answer = self.call(&ScheduledMessages::build(())).await?;
        Ok(answer.into_scheduled())
    }
}
