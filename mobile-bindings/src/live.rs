//! Live messages through a listener of the app's.

use crate::errors::{CallbackError, CauserieError};
use crate::logging::{LogLevel, log};
use crate::messages::Message;
use causerie_sdk::{Cursor, LiveItem};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    gate: Gate,
}

/// Lets calls to a listener through until it is closed: one that waits for a thread has not begun.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<AtomicBool>);

impl Gate {
    /// Calls a listener of the app's, on a thread that may block: one that waits for its app must not hold up others.
    pub(crate) async fn call(
        &self,
        whose: &str,
        call: Box<dyn FnOnce() -> Result<(), CallbackError> + Send>,
    ) {
        let is_closed = self.0.clone();
        let called = spawn_blocking(move || match is_closed.load(Ordering::Acquire) {
            true => Ok(()),
            false => call(),
        });
        if let Ok(Err(error)) = called.await {
            let text = format!("a listener of {whose} failed: {error}");
            log(LogLevel::Warning, text);
        }
    }
}

#[uniffi::export]
impl TaskHandle {
    /// Ends it. A call to the listener that is under way still ends by itself; no other follows.
    pub fn cancel(&self) {
        self.gate.0.store(true, Ordering::Release);
        self.task.abort();
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

impl TaskHandle {
    pub(crate) fn of(task: AbortHandle, gate: Gate) -> Self {
        Self { task, gate }
    }
}

impl Drop for TaskHandle {
    fn drop(&mut self) {
        self.cancel();
    }
}

pub(crate) fn follow(
    runtime: &Handle,
    client: causerie_sdk::Client,
    room: Option<causerie_sdk::RoomId>,
    after: Option<Cursor>,
    listener: Arc<dyn MessageListener>,
) -> TaskHandle {
    let gate = Gate::default();
    let calls = gate.clone();
    let task = runtime.spawn(async move {
        let mut stream = client.messages(room, after);
        while let Some(item) = stream.next().await {
            let listener = listener.clone();
            let call = Box::new(move || tell(&*listener, item));
            calls.call("messages", call).await;
        }
    });
    TaskHandle::of(task.abort_handle(), gate)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use tokio::runtime::Builder;
    use tokio::sync::oneshot;

    /// All threads that may block are taken when the call is made, and it is cancelled before one is free.
    #[test]
    fn what_waits_for_a_thread_is_not_called_after_the_end() {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.max_blocking_threads(1).build();
        let runtime = runtime.expect("a runtime");
        let (go_on, wait) = channel::<()>();
        let busy = runtime.spawn_blocking(move || wait.recv());
        let (called, was_called) = oneshot::channel();
        runtime.block_on(async {
            let gate = Gate::default();
            let calls = gate.clone();
            let task = tokio::spawn(async move {
                let call = Box::new(move || {
                    let _ = called.send(());
                    Ok(())
                });
                calls.call("nothing", call).await;
            });
            tokio::task::yield_now().await;
            TaskHandle::of(task.abort_handle(), gate).cancel();
            go_on.send(()).expect("it waits");
            busy.await.expect("ended").expect("told");
            assert!(was_called.await.is_err(), "it was called");
        });
    }
}
