//! Live messages through a listener of the app's.

use crate::errors::{CallbackError, CauserieError};
use crate::logging::{LogLevel, log};
use crate::messages::Message;
use causerie_sdk::{Cursor, LiveItem};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio_stream::StreamExt;

/// What has become of the connection; for an indicator, no action is needed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ConnectionState {
    /// Trying.
    Connecting,
    /// Messages arrive as they are written.
    Connected,
    /// Broken; the next attempt is planned.
    Waiting { retry_in: Duration, reason: String },
}

impl From<causerie_sdk::ConnectionState> for ConnectionState {
    fn from(state: causerie_sdk::ConnectionState) -> Self {
        use causerie_sdk::ConnectionState as Sdk;
        match state {
            Sdk::Connecting => Self::Connecting,
            Sdk::Connected => Self::Connected,
            Sdk::Waiting { retry_in, reason } => Self::Waiting { retry_in, reason },
        }
    }
}

/// Takes live messages. One call at a time, in order, on a thread that may be blocked: the next call, and at length the
/// server, waits for it. What a listener throws is logged, and the stream goes on.
#[uniffi::export(foreign)]
pub trait MessageListener: Send + Sync {
    /// A message, once and in order. Keep the cursor, and a later start goes on from here.
    fn on_message(&self, message: Message, cursor: Cursor) -> Result<(), CallbackError>;
    /// The connection changed.
    fn on_connection(&self, state: ConnectionState) -> Result<(), CallbackError>;
    /// Nothing more comes: signed out, or refused for good.
    fn on_end(&self, error: CauserieError) -> Result<(), CallbackError>;
}

/// A running listener. It ends when this is cancelled or dropped.
#[derive(uniffi::Object)]
pub struct TaskHandle {
    task: AbortHandle,
}

#[uniffi::export]
impl TaskHandle {
    /// Ends it. A call to the listener that is under way still ends by itself; no other follows.
    pub fn cancel(&self) {
        self.task.abort();
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

impl TaskHandle {
    pub(crate) fn of(task: AbortHandle) -> Self {
        Self { task }
    }
}

impl Drop for TaskHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn follow(
    runtime: &Handle,
    client: causerie_sdk::Client,
    room: Option<causerie_sdk::RoomId>,
    after: Option<Cursor>,
    listener: Arc<dyn MessageListener>,
) -> TaskHandle {
    let task = runtime.spawn(async move {
        let mut stream = client.messages(room, after);
        while let Some(item) = stream.next().await {
            // On a thread that may block: a listener that waits for its app must not hold up the app's other calls.
            let listener = listener.clone();
            let told = spawn_blocking(move || tell(&*listener, item)).await;
            if let Ok(Err(error)) = told {
                log(
                    LogLevel::Warning,
                    format!("a message listener failed: {error}"),
                );
            }
        }
    });
    TaskHandle {
        task: task.abort_handle(),
    }
}

fn tell(
    listener: &dyn MessageListener,
    item: Result<LiveItem, causerie_sdk::Error>,
) -> Result<(), CallbackError> {
    match item {
        Ok(LiveItem::Message { message, cursor }) => listener.on_message((*message).into(), cursor),
        Ok(LiveItem::Connection(state)) => listener.on_connection(state.into()),
        Err(error) => listener.on_end(error.into()),
    }
}
