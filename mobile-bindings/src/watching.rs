//! What an app looks at for as long as its screen shows it: a room, who reads in it, who is there, and whether a timeline is
//! loading.

use crate::chat::Chat;
use crate::errors::{CallbackError, CauserieError};
use crate::live::{Gate, TaskHandle};
use crate::people::{Receipt, UserPresence};
use crate::records::Room;
use crate::runtime::{run, spawn};
use crate::timeline::Timeline;
use causerie_sdk::{RoomId, UserId, Watching};
use std::sync::Arc;
use tokio::sync::watch;

/// Hears of a room. One call at a time, in order, on a thread that may be blocked.
#[uniffi::export(foreign)]
pub trait RoomListener: Send + Sync {
    /// How it is now; nothing when the viewer is not in it. Of changes that follow each other quickly, only the last may come.
    fn on_room(&self, room: Option<Room>) -> Result<(), CallbackError>;
}

/// Hears how far people have read in a room. One call at a time, in order, on a thread that may be blocked.
#[uniffi::export(foreign)]
pub trait ReadersListener: Send + Sync {
    /// Everyone, the latest readers first. Of changes that follow each other quickly, only the last may come.
    fn on_readers(&self, readers: Vec<Receipt>) -> Result<(), CallbackError>;
}

/// Hears whether people are there. One call at a time, in order, on a thread that may be blocked.
#[uniffi::export(foreign)]
pub trait PresencesListener: Send + Sync {
    /// Everyone who was asked for and exists. Of changes that follow each other quickly, only the last may come.
    fn on_presences(&self, presences: Vec<UserPresence>) -> Result<(), CallbackError>;
}

/// Whether what is wanted of a timeline is there.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TimelineState {
    /// It is. A timeline without lines is one in which nothing was said.
    Idle,
    /// Not yet: it comes as soon as the network lets it.
    Loading,
    /// It cannot be had: the room or the message is gone, or not for the person to see. Asking for more tries again.
    Failed { error: CauserieError },
}

impl From<causerie_sdk::TimelineState> for TimelineState {
    fn from(state: causerie_sdk::TimelineState) -> Self {
        use causerie_sdk::TimelineState as Sdk;
        match state {
            Sdk::Idle => Self::Idle,
            Sdk::Loading => Self::Loading,
            Sdk::Failed(error) => Self::Failed {
                error: error.into(),
            },
        }
    }
}

/// Hears whether what is wanted of a timeline is there: first whether it is, then whenever that changes.
#[uniffi::export(foreign)]
pub trait TimelineStateListener: Send + Sync {
    /// How it stands now. Of states that follow each other quickly, only the last may come.
    fn on_state(&self, state: TimelineState) -> Result<(), CallbackError>;
}

#[uniffi::export]
impl Chat {
    /// Hears how a room is as the chat keeps it, first as it is, until the handle is dropped.
    pub async fn watch_room(
        &self,
        room_id: RoomId,
        listener: Arc<dyn RoomListener>,
    ) -> Result<TaskHandle, CauserieError> {
        let sdk = self.sdk.clone();
        let watching = run(async move { sdk.watch_room(&room_id).await }).await?;
        let tell = move |room: Option<causerie_sdk::Room>| listener.on_room(room.map(Into::into));
        hand(watching, "a room", Arc::new(tell))
    }

    /// Hears how far people have read in a room, the latest readers first; at most 100. First as soon as that is known, then
    /// whenever it changes, until the handle is dropped. Without a network, what was heard last stands.
    pub async fn watch_readers(
        &self,
        room_id: RoomId,
        listener: Arc<dyn ReadersListener>,
    ) -> Result<TaskHandle, CauserieError> {
        let sdk = self.sdk.clone();
        let watching = run(async move { sdk.watch_readers(&room_id).await }).await?;
        let tell = move |readers: Vec<causerie_sdk::Receipt>| {
            listener.on_readers(readers.into_iter().map(Into::into).collect())
        };
        hand(watching, "readers", Arc::new(tell))
    }

    /// Hears whether these people (at most 100) are there: first as soon as that is known, then whenever it changes, until the
    /// handle is dropped. Whoever does not exist is left out. Without a network, what was heard last stands.
    pub async fn watch_presences(
        &self,
        user_ids: Vec<UserId>,
        listener: Arc<dyn PresencesListener>,
    ) -> Result<TaskHandle, CauserieError> {
        let sdk = self.sdk.clone();
        let watching = run(async move { sdk.watch_presences(&user_ids).await }).await?;
        let tell = move |presences: Vec<causerie_sdk::UserPresence>| {
            listener.on_presences(presences.into_iter().map(Into::into).collect())
        };
        hand(watching, "presences", Arc::new(tell))
    }
}

#[uniffi::export]
impl Timeline {
    /// Whether what is wanted of it is there.
    pub fn state(&self) -> TimelineState {
        self.sdk.state().borrow().clone().into()
    }

    /// Hears how that changes, until the handle is dropped.
    pub fn watch_state(
        &self,
        listener: Arc<dyn TimelineStateListener>,
    ) -> Result<TaskHandle, CauserieError> {
        let tell = move |state: causerie_sdk::TimelineState| listener.on_state(state.into());
        hand_state(self.sdk.state(), "a timeline's state", Arc::new(tell))
    }
}

/// What a listener of the app's is told.
type Tell<T> = Arc<dyn Fn(T) -> Result<(), CallbackError> + Send + Sync>;

fn hand<T: Clone + Send + Sync + 'static>(
    mut watching: Watching<T>,
    whose: &'static str,
    tell: Tell<T>,
) -> Result<TaskHandle, CauserieError> {
    let gate = Gate::default();
    let calls = gate.clone();
    let task = spawn(Box::pin(async move {
        while let Some(now) = watching.next().await {
            let tell = tell.clone();
            calls.call(whose, Box::new(move || tell(now))).await;
        }
    }))?;
    Ok(TaskHandle::of(task.abort_handle(), gate))
}

/// Hands on what a state is, and what becomes of it.
pub(crate) fn hand_state<T: Clone + Send + Sync + 'static>(
    mut state: watch::Receiver<T>,
    whose: &'static str,
    tell: Tell<T>,
) -> Result<TaskHandle, CauserieError> {
    let gate = Gate::default();
    let calls = gate.clone();
    let task = spawn(Box::pin(async move {
        loop {
            let (tell, now) = (tell.clone(), state.borrow_and_update().clone());
            calls.call(whose, Box::new(move || tell(now))).await;
            if state.changed().await.is_err() {
                return;
            }
        }
    }))?;
    Ok(TaskHandle::of(task.abort_handle(), gate))
}
