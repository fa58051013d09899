//! One open timeline, and what is done in it.

use super::{Chat, Watched};
use crate::store::Timeline as Place;
use crate::sync::TimelineState;
use crate::sync::views::{MessageTarget, Place as Where, TimelineItem, ViewId};
use crate::{ClientId, Error, MessageId};
use eyeball_im::ObservableVector;
use tokio::sync::watch;

/// An open timeline. Dropping it closes it.
pub struct Timeline {
    chat: Chat,
    view: ViewId,
    place: Place,
    state: watch::Receiver<TimelineState>,
}

impl Timeline {
    pub(super) async fn open(
        chat: &Chat,
        place: Place,
        message: Option<MessageId>,
    ) -> Result<Self, Error> {
        let at = message.map_or(Where::End, Where::At);
        let opened = chat.engine.run(move |core, _| {
            let place = core.timeline_at(place, &at)?;
            let view = core.open_timeline(place.clone(), at)?;
            Ok((view, place, core.watch_timeline_state(view)))
        });
        let (view, place, state) = opened.await?;
        Ok(Self {
            chat: chat.clone(),
            view,
            place,
            state,
        })
    }

    /// Whether what is wanted of it is there, now and from now on: for a spinner, and for an empty screen that says why.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<TimelineState> {
        self.state.clone()
    }

    /// The lines as they are, and the steps by which they change from now on.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn items(&self) -> Result<Watched<TimelineItem>, Error> {
        let view = self.view;
        let engine = &self.chat.engine;
        let watched = engine.ask(move |core| Ok(core.watch_timeline(view)));
        // It is open for as long as this is there.
        let watched = watched
            .await?
            .unwrap_or_else(|| ObservableVector::new().subscribe());
        let (items, steps) = watched.into_values_and_batched_stream();
        Ok((items, Box::new(steps)))
    }

    /// Wants so many more messages before those that are there. From the device at once, from the server when that can
    /// be. What is on its way is not there yet, so asking twice is asking once; the line [`TimelineContent::Start`](crate::TimelineContent::Start) says that there are no more.
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
    /// [`Error::Store`], and [`Error::NotFound`] for the key of a message that is not on this device.
    pub async fn edit(&self, message: MessageTarget, body: impl Into<String>) -> Result<(), Error> {
        let (place, body) = (self.place.clone(), body.into());
        let engine = &self.chat.engine;
        engine
            .run(move |core, at| core.edit(place, message.into(), body, at))
            .await?
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// [`Error::Store`], and [`Error::NotFound`] for the key of a message that is not on this device.
    pub async fn delete(&self, message: MessageTarget) -> Result<(), Error> {
        let place = self.place.clone();
        let engine = &self.chat.engine;
        engine
            .run(move |core, at| core.delete(place, message.into(), at))
            .await?
    }

    /// Gives a message an emoji, or takes it back.
    ///
    /// # Errors
    /// [`Error::Store`], and [`Error::NotFound`] for the key of a message that is not on this device.
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
            .await?
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
        self.chat.engine.close_timeline(self.view);
    }
}
