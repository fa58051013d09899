//! How many subscriptions are busy at once. A crowd that comes back at the same time would
//! otherwise wait for the database's few connections until it is refused, and hold the memory of
//! all its executions together.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const AT_ONCE: usize = 16;

#[derive(Clone)]
pub(in crate::http) struct Turns {
    /// From opening to the first response, or to being live.
    open: Arc<Semaphore>,
    /// Reading on after that. Apart, because those who wait to read on hold more than those who
    /// wait to open.
    read: Arc<Semaphore>,
}

/// Ends when it is dropped. Whoever has one, or waits for one, is polled until it is given back,
/// also while their client does not read.
pub(super) type Turn = OwnedSemaphorePermit;

impl Turns {
    pub(in crate::http) fn new() -> Self {
        Self {
            open: Arc::new(Semaphore::new(AT_ONCE)),
            read: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    pub(super) fn to_open(&self) -> BoxFuture<'static, Turn> {
        take(Arc::clone(&self.open)).boxed()
    }

    pub(super) async fn to_read(&self) -> Turn {
        take(Arc::clone(&self.read)).await
    }
}

async fn take(turns: Arc<Semaphore>) -> Turn {
    turns.acquire_owned().await.expect("never closed")
}
