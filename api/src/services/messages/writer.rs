//! One task that writes the messages of the whole process, as many in one transaction as wait.
//!
//! A commit costs the same for one message as for hundreds, and every room and the log are written
//! by one after the other anyway.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::model::{Member, Message, NewMessage, Room};
use crate::realtime::{Entry, Feed};
use crate::services::core::Core;
use crate::services::error::{Error, Result};
use crate::services::members::check_not_muted;
use crate::services::permissions::{
    can_mention_room, can_see_room, can_send_from, can_send_message, can_write_on_main_line,
};
use crate::services::rooms::check_open;
use crate::storage::{self, Database, Sent, Terms};

/// How many messages may wait or be under way at once, each of at most 16 KiB.
const WAITING_MOST: usize = 2_048;

/// How many messages are written in one transaction: so many that more would gain nothing, so few
/// that others who write get their turn within milliseconds.
const BATCH_MOST: usize = 512;

/// How long a message waits for its place before its sender is told to come again.
const PATIENCE: Duration = Duration::from_secs(2);

/// When they should.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long a batch that failed is tried one by one. Whatever fails alone does so quickly; a
/// database that is gone fails everyone slowly.
const ONE_BY_ONE: Duration = Duration::from_secs(5);

pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Waiting>,
    places: Arc<Semaphore>,
}

/// Whom to tell what became of a message. Nobody needs to wait for it.
struct Sender {
    answer: oneshot::Sender<Result<Written>>,
    _place: OwnedSemaphorePermit,
}

type Waiting = (NewMessage, Sender);

/// A message that is on disk.
pub(super) struct Written {
    pub(super) message: Message,
    /// With what fingerprint, when it was sent under this key before.
    pub(super) sent_before: Option<Vec<u8>>,
}

impl Writer {
    /// Runs until the writer is dropped and everything is written.
    pub(super) fn start(core: &Core) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        let task = Task {
            database: Arc::clone(&core.database),
            feed: core.feed.clone(),
        };
        tokio::spawn(task.run(waiting));
        Self {
            queue,
            places: Arc::new(Semaphore::new(WAITING_MOST)),
        }
    }

    /// Returns when the message is on disk. Dropped while the message waits for a place, it is
    /// not sent; dropped later, it is.
    pub(super) async fn write(&self, message: NewMessage) -> Result<Written> {
        let place = timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| busy())?.map_err(|_| stopping())?;
        let (answer, answered) = oneshot::channel();
        let sender = Sender {
            answer,
            _place: place,
        };
        self.queue.send((message, sender)).map_err(|_| stopping())?;
        answered
            .await
            .map_err(|_| Error::Internal("the message was not written".into()))?
    }

    /// Returns when everything that has a place is written; nothing gets one any more.
    pub(super) async fn finish(&self) {
        let all = self.places.acquire_many(WAITING_MOST as u32).await;
        self.places.close();
        drop(all);
    }
}

impl Sender {
    fn tell(self, sent: Sent<Error>) {
        self.answer(match sent {
            Sent::New(message, _) => Ok(Written {
                message,
                sent_before: None,
            }),
            Sent::Before(message, fingerprint) => Ok(Written {
                message,
                sent_before: Some(fingerprint),
            }),
            Sent::NoRoom => Err(Error::NotFound("Room")),
            Sent::Refused(refusal) => Err(refusal),
        });
    }

    fn answer(self, answer: Result<Written>) {
        // Whoever does not wait any more has no use for it.
        let _ = self.answer.send(answer);
    }
}

struct Task {
    database: Arc<Database>,
    feed: Feed,
}

impl Task {
    async fn run(self, mut queue: mpsc::UnboundedReceiver<Waiting>) {
        let mut batch = Vec::new();
        while queue.recv_many(&mut batch, BATCH_MOST).await > 0 {
            let written = AssertUnwindSafe(self.write(std::mem::take(&mut batch)));
            // A bug that one batch meets must not stop everyone who sends after it.
            if written.catch_unwind().await.is_err() {
                tracing::error!("writing messages panicked");
            }
        }
    }

    async fn write(&self, batch: Vec<Waiting>) {
        let (messages, senders): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let messages = Arc::new(messages);
        match self.send(Arc::clone(&messages)).await {
            Ok(sent) => {
                for (sender, sent) in senders.into_iter().zip(sent) {
                    sender.tell(sent);
                }
            }
            Err(storage::Error::Connection(cause)) => {
                for sender in senders {
                    sender.answer(Err(storage::Error::Connection(cause.clone()).into()));
                }
            }
            Err(error @ storage::Error::Query(_)) => {
                tracing::warn!(%error, messages = senders.len(), "cannot write; trying one by one");
                let messages = messages.iter().cloned();
                self.write_one_by_one(messages.zip(senders)).await;
            }
        }
    }

    /// So that a message that cannot be written fails alone.
    async fn write_one_by_one(&self, batch: impl Iterator<Item = Waiting>) {
        let end = Instant::now() + ONE_BY_ONE;
        for (message, sender) in batch {
            if Instant::now() > end {
                sender.answer(Err(busy()));
                continue;
            }
            match self.send(Arc::new(vec![message])).await {
                Ok(sent) => {
                    if let Some(sent) = sent.into_iter().next() {
                        sender.tell(sent);
                    }
                }
                Err(error) => sender.answer(Err(error.into())),
            }
        }
    }

    async fn send(&self, messages: Arc<Vec<NewMessage>>) -> storage::Result<Vec<Sent<Error>>> {
        let sent = self.database.send(messages, may_send).await?;
        let committed = sent.iter().filter_map(|sent| match sent {
            Sent::New(message, event) => Some(Entry {
                event: event.clone(),
                message: Some(message.clone()),
            }),
            _ => None,
        });
        let committed: Vec<Entry> = committed.collect();
        if !committed.is_empty() {
            self.feed.announce(committed);
        }
        Ok(sent)
    }
}

fn may_send(room: &Room, membership: Option<&Member>, message: &NewMessage) -> Result<Terms> {
    if !can_see_room(room, membership) {
        return Err(Error::NotFound("Room"));
    }
    let member = membership.filter(|member| can_send_message(Some(member)));
    let outside = Error::Forbidden("Join this channel to send messages to it");
    let member = member.ok_or(outside)?;
    check_open(room)?;
    check_not_muted(membership, message.sent_at)?;
    if message.thread_root.is_none() && !can_write_on_main_line(room, member) {
        return Err(Error::Forbidden("Only its owner and admins write here"));
    }
    if let Some(next) = can_send_from(room, member).filter(|next| *next > message.sent_at) {
        let retry_after = next.since(message.sent_at);
        return Err(Error::RateLimited { retry_after });
    }
    // What was to be forwarded is gone, or not for them to see.
    if message.body.is_empty() {
        return Err(Error::NotFound("Message"));
    }
    Ok(Terms {
        mentions_room: message.to_everyone && can_mention_room(room, member),
    })
}

fn busy() -> Error {
    Error::Busy {
        retry_after: RETRY_AFTER,
    }
}

fn stopping() -> Error {
    Error::Internal("the server is stopping".into())
}
