//! Live messages: a stream that reconnects by itself and resumes from the latest cursor.

mod backoff;
mod driver;
mod machine;

use crate::client::Client;
use crate::model::Message;
use crate::{Cursor, Error, RoomId};
use futures_util::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) use backoff::delay;
pub(crate) use driver::{data, refusal};
pub(crate) use machine::{Failure, Machine, Step};

/// How many items may wait for the app before the client stops reading the socket; the server then waits as well.
const QUEUE: usize = 64;

/// What a [`MessageStream`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveItem {
    /// A message, once and in the log's order.
    Message {
        /// What was written.
        message: Box<Message>,
        /// Where the log stands after it: keep it, and a later stream goes on from here.
        cursor: Cursor,
    },
    /// What has become of the connection; for an indicator, no action is needed.
    Connection(ConnectionState),
}

/// What has become of a stream's connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Trying.
    Connecting,
    /// Messages arrive as they are written.
    Connected,
    /// Broken; the next attempt is planned.
    Waiting {
        /// Until the next attempt.
        retry_in: Duration,
        /// For logs.
        reason: String,
    },
}

/// New messages, without a gap and without a double, for as long as the session lasts. Networks come and go; the
/// stream stays. An error is its last item: [`Error::SignedOut`], or a refusal that no retry can change.
///
/// Dropping it ends the connection.
#[must_use = "a stream does nothing for who does not read it"]
pub struct MessageStream {
    items: mpsc::Receiver<Result<LiveItem, Error>>,
    task: JoinHandle<()>,
}

impl Stream for MessageStream {
    type Item = Result<LiveItem, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.items.poll_recv(context)
    }
}

impl Drop for MessageStream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Client {
    /// Follows one room, or (with `None`) all of the viewer's rooms, including those joined later. With `after`, first
    /// everything since that cursor; without, from now on. Each stream has its own connection: one for all rooms is
    /// better than one for each.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn messages(&self, room: Option<RoomId>, after: Option<Cursor>) -> MessageStream {
        let (sender, items) = mpsc::channel(QUEUE);
        let driver = driver::Driver::new(self.clone(), room, after, sender);
        MessageStream {
            items,
            task: tokio::spawn(driver.run()),
        }
    }
}
