//! One open timeline, and what is done in it.

use super::{Chat, Watched};
use crate::store::Timeline as Place;
use crate::sync::views::{MessageTarget, Place as Where, TimelineItem, ViewId};
use crate::{ClientId, Error, MessageId};
use eyeball_im::VectorSubscriber;
use std::sync::{Mutex, PoisonError};

/// An open timeline. Dropping it closes it.
pub struct Timeline {
    chat: Chat,
    view: ViewId,
    place: Place,
    watched: Mutex<Option<VectorSubscriber<TimelineItem>>>,
}

impl Timeline {
    pub(super) async fn open(
        chat: &Chat,
        place: Place,
        message: Option<MessageId>,
    ) -> Result<Self, Error> {
        let opened = place.clone();
        let at = message.map_or(Where::End, Where::At);
        let (view, watched) = chat
            .engine
            .run(move |core, _| core.open_timeline(opened, at))
            .await?;
        Ok(Self {
            chat: chat.clone(),
            view,
            place,
            watched: Mutex::new(Some(watched)),
        })
    }

    /// The lines as they were when the timeline was opened, and the steps by which they have changed since. Once:
    /// `None` afterwards.
    #[must_use]
    pub fn items(&self) -> Option<Watched<TimelineItem>> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let (items, steps) = watched.take()?.into_values_and_batched_stream();
        Some((items, Box::new(steps)))
    }

    /// Wants so many more messages before those that are there. From the device at once, from the server when that can
    /// be; the line [`TimelineContent::Start`](crate::TimelineContent::Start) says that there are no more.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn load_older(&self, count: u64) -> Result<(), Error> {
        let view = self.view;
        let engine = &self.chat.engine;
        engine
            .run(move |core, _| core.load_older(view, count))
            .await
    }

    /// Wants so many more messages after those that are there, in a timeline that does not reach the end.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn load_newer(&self, count: u64) -> Result<(), Error> {
        let view = self.view;
        let engine = &self.chat.engine;
        engine
            .run(move |core, _| core.load_newer(view, count))
            .await
    }

    /// Says something. It is kept when this returns, and a line of the timeline.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn send(
        &self,
        body: impl Into<String>,
        reply_to: Option<MessageId>,
    ) -> Result<ClientId, Error> {
        let (place, body) = (self.place.clone(), body.into());
        let engine = &self.chat.engine;
        engine
            .run(move |core, at| core.send(place, body, reply_to, at))
            .await
    }

    /// Makes an own message say something else.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn edit(&self, message: MessageTarget, body: impl Into<String>) -> Result<(), Error> {
        let (place, body) = (self.place.clone(), body.into());
        let engine = &self.chat.engine;
        engine
            .run(move |core, at| core.edit(place, message.into(), body, at))
            .await
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn delete(&self, message: MessageTarget) -> Result<(), Error> {
        let place = self.place.clone();
        let engine = &self.chat.engine;
        engine
            .run(move |core, at| core.delete(place, message.into(), at))
            .await
    }

    /// Gives a message an emoji, or takes it back.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn react(
        &self,
        message: MessageTarget,
        emoji: impl Into<String>,
        remove: bool,
    ) -> Result<(), Error> {
        let (place, emoji) = (self.place.clone(), emoji.into());
        let engine = &self.chat.engine;
        engine
            .run(move |core, at| core.react(place, message.into(), emoji, remove, at))
            .await
    }

    /// Says that the person has read up to this `seq`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn mark_read(&self, seq: u64) -> Result<(), Error> {
        let place = self.place.clone();
        let engine = &self.chat.engine;
        engine
            .run(move |core, at| core.mark_read(place, seq, at))
            .await
    }
}

impl Drop for Timeline {
    fn drop(&mut self) {
        let view = self.view;
        self.chat
            .engine
            .tell(move |core, _| core.close_timeline(view));
    }
}
