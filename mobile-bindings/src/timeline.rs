//! One open timeline, and what is done in it.

use crate::errors::CauserieError;
use crate::items::MessageTarget;
use crate::live::TaskHandle;
use crate::runtime::run;
use crate::steps::{TimelineListener, TimelineStep};
use causerie_sdk::{ClientId, MessageId};
use std::sync::Arc;

/// An open timeline. Dropping it closes it.
#[derive(uniffi::Object)]
pub struct Timeline {
    pub(crate) sdk: Arc<causerie_sdk::Timeline>,
}

impl Timeline {
    pub(crate) fn of(sdk: causerie_sdk::Timeline) -> Self {
        Self { sdk: Arc::new(sdk) }
    }
}

#[uniffi::export]
impl Timeline {
    /// Takes the steps of its lines, until the handle is dropped.
    pub async fn watch(
        &self,
        listener: Arc<dyn TimelineListener>,
    ) -> Result<TaskHandle, CauserieError> {
        let sdk = self.sdk.clone();
        let watched = run(async move { sdk.items().await }).await?;
        TimelineStep::hand(watched, listener)
    }

    /// Wants so many more messages before those that are there; the line `Start` says that there are no more.
    #[uniffi::method(default(count = 50))]
    pub async fn load_older(&self, count: u32) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.load_older(count.into()).await }).await
    }

    /// Wants so many more messages after those that are there, in a timeline that does not reach the end.
    #[uniffi::method(default(count = 50))]
    pub async fn load_newer(&self, count: u32) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.load_newer(count.into()).await }).await
    }

    /// Says something. It is kept when this returns, and a line of the timeline.
    #[uniffi::method(default(reply_to = None))]
    pub async fn send(
        &self,
        body: String,
        reply_to: Option<MessageId>,
    ) -> Result<ClientId, CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.send(body, reply_to).await }).await
    }

    /// Makes an own message say something else.
    pub async fn edit(&self, message: MessageTarget, body: String) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.edit(message.into(), body).await }).await
    }

    /// Deletes a message.
    pub async fn delete(&self, message: MessageTarget) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.delete(message.into()).await }).await
    }

    /// Gives a message an emoji, or takes it back.
    #[uniffi::method(default(remove = false))]
    pub async fn react(
        &self,
        message: MessageTarget,
        emoji: String,
        remove: bool,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.react(message.into(), emoji, remove).await }).await
    }

    /// Says that the person has read up to this `seq`.
    pub async fn mark_read(&self, seq: u64) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.mark_read(seq).await }).await
    }
}
