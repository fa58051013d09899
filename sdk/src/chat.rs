//! A person's rooms and messages on this device: there at once, in step with the server whenever that can be.

mod connection;
mod engine;
mod handle;
mod timeline;
mod watching;

use crate::client::Client;
use crate::store::{self, EntryId, Key, Location, Opening};
use crate::sync::views::{RoomListItem, UnsentMessage};
use crate::sync::{Input, SyncState};
use crate::{Error, Message, MessageId, RoomId};
use engine::SetUp;
use eyeball_im::VectorDiff;
use futures_util::Stream;
use handle::Handle;
use imbl::Vector;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

pub use timeline::Timeline;
pub use watching::Watching;

/// Where a [`Chat`] is kept, and how.
#[derive(Clone, Debug, Default)]
pub struct ChatOptions {
    file: Option<PathBuf>,
    key: Option<Key>,
    time_zone: Option<TimeZone>,
}

impl ChatOptions {
    /// Kept in a file, made if it is not there. One file belongs to one [`Chat`] at a time, of all processes: a file beside it
    /// (`.lock`) is locked meanwhile.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            file: Some(path.into()),
            ..Self::default()
        }
    }

    /// Encrypts the file with these 32 bytes, which must be random and belong in the platform's key store. Needs the crate's
    /// feature `encryption`. A file opens with the key that it was made with, and neither with another nor without; one that
    /// was made without a key is encrypted from the first time that it is opened with one.
    #[must_use]
    pub fn key(mut self, key: [u8; 32]) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Kept as long as the process lives: for bots.
    #[must_use]
    pub fn memory() -> Self {
        Self::default()
    }

    /// Whose days part a timeline. Default: the device's.
    #[must_use]
    pub fn time_zone(mut self, time_zone: TimeZone) -> Self {
        self.time_zone = Some(time_zone);
        self
    }
}

/// A person's rooms and messages on this device. What is read comes from what is kept; what is done is kept, shown at
/// once, and said to the server in order and exactly once, if need be after the app was killed and started again.
///
/// What could not be kept fails with [`Error::Store`] or [`Error::DiskFull`], and everything with [`Error::ChatEnded`] once the
/// chat has ended. A store that fails is opened again by itself, and the chat goes on from what is kept.
///
/// Nothing touches the network before [`Self::start`]. Dropping it and its timelines ends everything, a little later;
/// [`Self::close`] waits for that.
#[derive(Clone)]
pub struct Chat {
    engine: Handle,
}

/// A list as it is, and the steps by which it changes.
pub type Watched<T> = (
    Vector<T>,
    Box<dyn Stream<Item = Vec<VectorDiff<T>>> + Send + Unpin>,
);

impl Client {
    /// Opens what is kept of the person signed in. Works without a network. What the file holds of somebody else is
    /// forgotten; a file that is damaged is begun anew, keeping what was not sent as far as it can be read.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when nobody is signed in, [`Error::FileInUse`] when another chat has the file,
    /// [`Error::WrongKey`] when it is not encrypted with this key,
    /// [`Error::Setup`] for a key where the crate is built without encryption, [`Error::DiskFull`], and [`Error::Store`] when
    /// the file cannot be opened.
    pub async fn chat(&self, options: ChatOptions) -> Result<Chat, Error> {
        let location = match options.file {
            Some(path) => Location::File {
                path,
                key: options.key,
            },
            None => Location::Memory,
        };
        let session = self.session().ok_or(Error::SignedOut)?;
        let set_up = SetUp {
            location,
            viewer: session.user_id().clone(),
            time_zone: options.time_zone.unwrap_or_else(TimeZone::system),
        };
        let engine = Handle::open(self.clone(), set_up).await?;
        Ok(Chat { engine })
    }
}

impl Chat {
    /// What became of the file when it was opened, for an app that wants to tell its person.
    #[must_use]
    pub fn opening(&self) -> &Opening {
        self.engine.opening()
    }

    /// Begins to be in step with the server, and goes on whatever the network does, until [`Self::stop`]. Tries once more what
    /// has [ended](SyncState::Ended); after the session has ended, only when its person has signed in again.
    pub fn start(&self) {
        self.engine.input(Input::Start);
    }

    /// Ends the connection. What is done meanwhile is kept, and sent after the next start.
    pub fn stop(&self) {
        self.engine.input(Input::Stop);
    }

    /// To be called when the system says that there is a network again, or that the app has come to the foreground:
    /// whatever waits for its next attempt is tried at once, a connection that stands is asked for a sign of life and given up
    /// if none comes within four seconds, and what was asked before is asked again.
    pub fn hurry(&self) {
        self.engine.input(Input::Hurry);
    }

    /// Ends it for all who have it, and returns when its file may be opened again. Everything but this gives
    /// [`Error::ChatEnded`] from then on.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// How the app stands to the server, now and from now on.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<SyncState> {
        self.engine.state()
    }

    /// Gets in step once, as a background task of the system's allows it: hears what happened, says what waits, and ends
    /// the connection again unless [`Self::start`] asked for one. Returns whether it was done before the deadline. Dropping
    /// the future ends it too, and several may run at once.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when the session has ended.
    pub async fn sync_once(&self, deadline: Duration) -> Result<bool, Error> {
        let mut syncing = self.engine.sync();
        match tokio::time::timeout(deadline, syncing.settled()).await {
            Ok(result) => result.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// The rooms, the one where something was said last first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn rooms(&self) -> Result<Watched<RoomListItem>, Error> {
        let watched = self.engine.run(|core, _| core.watch_rooms()).await?;
        let (rooms, steps) = watched.into_values_and_batched_stream();
        Ok((rooms, Box::new(steps)))
    }

    /// A room's main line at its end, following what comes.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn timeline(&self, room: &RoomId) -> Result<Timeline, Error> {
        let timeline = crate::store::Timeline::Room(room.clone());
        Timeline::open(self, timeline, None).await
    }

    /// A room's main line with a message in its middle. A reply of a thread that is on this device opens the thread.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn timeline_at(&self, room: &RoomId, message: &MessageId) -> Result<Timeline, Error> {
        let timeline = crate::store::Timeline::Room(room.clone());
        Timeline::open(self, timeline, Some(message.clone())).await
    }

    /// The thread that hangs on a message of a room.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn thread(&self, room: &RoomId, root: &MessageId) -> Result<Timeline, Error> {
        let timeline = crate::store::Timeline::Thread(room.clone(), root.clone());
        Timeline::open(self, timeline, None).await
    }

    /// Keeps what the person began to write in a room, for their other devices too. A blank text is no draft.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn save_draft(
        &self,
        room: &RoomId,
        body: impl Into<String>,
        reply_to: Option<MessageId>,
    ) -> Result<(), Error> {
        let (room, body) = (room.clone(), body.into());
        self.engine
            .run(move |core, at| core.save_draft(room, body, reply_to, at))
            .await
    }

    /// What the person wrote and the server has not taken, in all rooms together, those included that they are not in
    /// any more, whose timelines no list leads to. In the order in which it was written.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unsent(&self) -> Result<Vec<UnsentMessage>, Error> {
        self.engine.ask(|core| Ok(core.unsent())).await
    }

    /// Tries again what the server refused.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn retry(&self, entry: EntryId) -> Result<(), Error> {
        self.engine.run(move |core, at| core.retry(entry, at)).await
    }

    /// Gives up what the server did not take, and what was done to it. What was under way may be there all the same.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn discard(&self, entry: EntryId) -> Result<(), Error> {
        self.engine.run(move |core, _| core.discard(entry)).await
    }

    /// The messages on this device in which every word begins a word, the newest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn search(
        &self,
        words: &str,
        room: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<Message>, Error> {
        let (words, room) = (words.to_owned(), room.cloned());
        self.engine
            .ask(move |core| core.search(&words, room.as_ref(), limit))
            .await
    }

    /// Forgets everything that is kept, what was not sent included, and stops: the file is deleted, and an empty one made. For
    /// before or after signing out.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn erase(&self) -> Result<(), Error> {
        self.engine.erase().await
    }

    /// Deletes the file of a chat, whoever's it is: nobody needs to be signed in, and no key is asked for.
    ///
    /// # Errors
    /// [`Error::FileInUse`] when a chat has it, [`Error::Store`] when it cannot be deleted.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn erase_file(path: impl Into<PathBuf>) -> Result<(), Error> {
        let path = path.into();
        let erased = spawn_blocking(move || store::erase(&path)).await;
        let erased = erased.map_err(|fault| Error::Store {
            reason: fault.to_string(),
        })?;
        erased.map_err(|error| Error::from(&error))
    }
}
