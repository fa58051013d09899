//! A person's rooms and messages on this device.

use crate::errors::{CallbackError, CauserieError};
use crate::items::UnsentMessage;
use crate::live::TaskHandle;
use crate::messages::Message;
use crate::runtime::run;
use crate::steps::{RoomListListener, RoomListStep};
use crate::timeline::Timeline;
use crate::watching::hand_state;
use causerie_sdk::{ChatOptions, EntryId, MessageId, RoomId};
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;

/// Where a chat is kept, and how.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ChatSettings {
    /// The file, made if it is not there; without one, what is known is gone with the process. One file belongs to one
    /// chat at a time, of all processes (`FileInUse`).
    #[uniffi(default = None)]
    pub path: Option<String>,
    /// 32 random bytes to encrypt the file with, from the platform's key store. Only where the library is built with
    /// encryption. A file opens with its own key alone (`WrongKey`); one that had none is encrypted from now on.
    #[uniffi(default = None)]
    pub key: Option<Vec<u8>>,
    /// Whose days part a timeline, such as `Europe/Paris`; the device's when absent.
    #[uniffi(default = None)]
    pub time_zone: Option<String>,
}

impl ChatSettings {
    pub(crate) fn into_options(self) -> Result<ChatOptions, CauserieError> {
        let mut options = match self.path {
            Some(path) => ChatOptions::file(path),
            None => ChatOptions::memory(),
        };
        if let Some(key) = self.key {
            let key = key.try_into().map_err(|_| CauserieError::Setup {
                reason: "A key has 32 bytes.".to_owned(),
            })?;
            options = options.key(key);
        }
        if let Some(name) = self.time_zone {
            let time_zone = TimeZone::get(&name).map_err(|error| CauserieError::Setup {
                reason: error.to_string(),
            })?;
            options = options.time_zone(time_zone);
        }
        Ok(options)
    }
}

/// What became of the file of a chat when it was opened.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Opening {
    /// It was made, or is as it was left.
    AsLeft,
    /// It was begun anew, because it was damaged, of a newer version, or not encrypted so far. What the server knows comes
    /// from there again; whether everything that was not sent was taken over, as far as can be told.
    Anew { reason: String, keeps_unsent: bool },
}

/// How the app stands to the server.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SyncState {
    /// Nobody asked for it.
    Stopped,
    /// Trying.
    Connecting,
    /// Hearing what happened meanwhile.
    CatchingUp,
    /// Hearing what happens as it happens.
    Live,
    /// No connection, or the store has failed; the next attempt is planned.
    Waiting { retry_in: Duration, reason: String },
    /// The session has ended, or this version cannot speak with the server. What is kept stays readable, unless it is the
    /// chat itself that has ended.
    Ended { error: CauserieError },
}

impl From<causerie_sdk::SyncState> for SyncState {
    fn from(state: causerie_sdk::SyncState) -> Self {
        use causerie_sdk::SyncState as Sdk;
        match state {
            Sdk::Stopped => Self::Stopped,
            Sdk::Connecting => Self::Connecting,
            Sdk::CatchingUp => Self::CatchingUp,
            Sdk::Live => Self::Live,
            Sdk::Waiting { retry_in, reason } => Self::Waiting { retry_in, reason },
            Sdk::Ended(error) => Self::Ended {
                error: error.into(),
            },
        }
    }
}

/// Hears how the app stands to the server: first how it does, then whenever that changes.
#[uniffi::export(foreign)]
pub trait StateListener: Send + Sync {
    /// How it stands now. Of states that follow each other quickly, only the last may come.
    fn on_state(&self, state: SyncState) -> Result<(), CallbackError>;
}

/// A person's rooms and messages on this device. What is read comes from what is kept; what is done is kept, shown at
/// once, and said to the server in order and exactly once, if need be after the app was killed and started again.
#[derive(uniffi::Object)]
pub struct Chat {
    pub(crate) sdk: causerie_sdk::Chat,
}

impl Chat {
    pub(crate) fn of(sdk: causerie_sdk::Chat) -> Self {
        Self { sdk }
    }
}

#[uniffi::export]
impl Chat {
    /// What became of the file when it was opened, for an app that wants to tell its person.
    pub fn opening(&self) -> Opening {
        match self.sdk.opening().clone() {
            causerie_sdk::Opening::AsLeft => Opening::AsLeft,
            causerie_sdk::Opening::Anew {
                reason,
                keeps_unsent,
            } => Opening::Anew {
                reason,
                keeps_unsent,
            },
        }
    }

    /// Begins to be in step with the server, and goes on whatever the network does. Tries once more what has ended; after the
    /// session has ended, only when its person has signed in again.
    pub fn start(&self) {
        self.sdk.start();
    }

    /// Ends the connection. What is done meanwhile is kept, and sent after the next start.
    pub fn stop(&self) {
        self.sdk.stop();
    }

    /// To be called when the system says that there is a network again, or that the app has come to the foreground: whatever
    /// waits is tried at once, and a connection that may be dead is asked for a sign of life.
    pub fn hurry(&self) {
        self.sdk.hurry();
    }

    /// How the app stands to the server.
    pub fn state(&self) -> SyncState {
        self.sdk.state().borrow().clone().into()
    }

    /// Hears how that changes, until the handle is dropped.
    pub fn watch_state(
        &self,
        listener: Arc<dyn StateListener>,
    ) -> Result<TaskHandle, CauserieError> {
        let tell = move |state: causerie_sdk::SyncState| listener.on_state(state.into());
        hand_state(self.sdk.state(), "the state", Arc::new(tell))
    }

    /// Gets in step once, for a background task: hears what happened, says what waits. Whether it was done in time.
    pub async fn sync_once(&self, deadline: Duration) -> Result<bool, CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.sync_once(deadline).await }).await
    }

    /// Takes the steps of the list of rooms, the one where something was said last first, until the handle is dropped.
    pub async fn watch_rooms(
        &self,
        listener: Arc<dyn RoomListListener>,
    ) -> Result<TaskHandle, CauserieError> {
        let sdk = self.sdk.clone();
        let watched = run(async move { sdk.rooms().await }).await?;
        RoomListStep::hand(watched, listener)
    }

    /// A room's main line: at its end, or with a message in its middle.
    #[uniffi::method(default(at = None))]
    pub async fn timeline(
        &self,
        room: RoomId,
        at: Option<MessageId>,
    ) -> Result<Arc<Timeline>, CauserieError> {
        let sdk = self.sdk.clone();
        let timeline = run(async move {
            match at {
                Some(message) => sdk.timeline_at(&room, &message).await,
                None => sdk.timeline(&room).await,
            }
        });
        Ok(Arc::new(Timeline::of(timeline.await?)))
    }

    /// The thread that hangs on a message of a room.
    pub async fn thread(
        &self,
        room: RoomId,
        root: MessageId,
    ) -> Result<Arc<Timeline>, CauserieError> {
        let sdk = self.sdk.clone();
        let timeline = run(async move { sdk.thread(&room, &root).await }).await?;
        Ok(Arc::new(Timeline::of(timeline)))
    }

    /// Keeps what the person began to write in a room, for their other devices too. A blank text is no draft.
    #[uniffi::method(default(reply_to = None))]
    pub async fn save_draft(
        &self,
        room: RoomId,
        body: String,
        reply_to: Option<MessageId>,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.save_draft(&room, body, reply_to).await }).await
    }

    /// What the person wrote and the server has not taken, in all rooms together, those included that they are not in
    /// any more, whose timelines no list leads to. In the order in which it was written.
    pub async fn unsent(&self) -> Result<Vec<UnsentMessage>, CauserieError> {
        let sdk = self.sdk.clone();
        let unsent = run(async move { sdk.unsent().await }).await?;
        Ok(unsent.into_iter().map(Into::into).collect())
    }

    /// Tries again what the server refused.
    pub async fn retry(&self, entry: EntryId) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.retry(entry).await }).await
    }

    /// Gives up what the server did not take. What was under way may be there all the same.
    pub async fn discard(&self, entry: EntryId) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.discard(entry).await }).await
    }

    /// The messages on this device in which every word begins a word, the newest first.
    #[uniffi::method(default(room = None, limit = 50))]
    pub async fn search(
        &self,
        words: String,
        room: Option<RoomId>,
        limit: u32,
    ) -> Result<Vec<Message>, CauserieError> {
        let sdk = self.sdk.clone();
        let found = run(async move { sdk.search(&words, room.as_ref(), limit as usize).await });
        Ok(found.await?.into_iter().map(Into::into).collect())
    }

    /// Ends it for all who have it, and returns when its file may be opened again. Everything but this throws `ChatEnded`
    /// from then on.
    pub async fn shut_down(&self) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move {
            sdk.close().await;
            Ok(())
        })
        .await
    }

    /// Forgets everything that is kept, what was not sent included, and stops: the file is deleted, and an empty one made.
    /// For before or after signing out.
    pub async fn erase(&self) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.erase().await }).await
    }
}

/// Deletes the file of a chat, whoever's it is: nobody needs to be signed in, and no key is asked for. `FileInUse` when a chat
/// has it.
#[uniffi::export]
pub async fn erase_chat_file(path: String) -> Result<(), CauserieError> {
    run(async move { causerie_sdk::Chat::erase_file(path).await }).await
}
