//! The app's end of the engine: what it asks for goes in as orders, and what comes of it comes back.

use super::engine::{Engine, Order, SetUp};
use crate::Error;
use crate::client::Client;
use crate::store::{self, Opening};
use crate::sync::views::ViewId;
use crate::sync::{Core, Input, Moment, SyncState, WatchId};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::{oneshot, watch};

/// Ends the engine when the last one is dropped.
#[derive(Clone)]
pub(super) struct Handle {
    shared: Arc<Shared>,
}

struct Shared {
    orders: Sender<Order>,
    state: watch::Receiver<SyncState>,
    opening: Opening,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // When it has ended by itself, there is nobody to tell.
        let _ = self.orders.send(Order::End(None));
    }
}

impl Handle {
    pub(super) async fn open(client: Client, set_up: SetUp) -> Result<Self, Error> {
        let (orders, inbox) = channel();
        let (state, seen_state) = watch::channel(SyncState::Stopped);
        let engine = Engine::new(client, set_up, orders.clone(), state);
        let (opened, wait) = oneshot::channel();
        let thread = std::thread::Builder::new().name("causerie-chat".to_owned());
        let spawned = thread.spawn(move || engine.live(opened, &inbox));
        spawned.map_err(|error| Error::Setup {
            reason: format!("no thread can be started: {error}"),
        })?;
        let shared = Shared {
            opening: wait.await.unwrap_or(Err(Error::ChatEnded))?,
            orders,
            state: seen_state,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    pub(super) fn input(&self, input: Input) {
        self.give(Order::Input(input));
    }

    pub(super) fn state(&self) -> watch::Receiver<SyncState> {
        self.shared.state.clone()
    }

    pub(super) fn opening(&self) -> &Opening {
        &self.shared.opening
    }

    /// Wants to be in step from now on, until what this gives is dropped.
    pub(super) fn sync(&self) -> Syncing {
        let (done, settled) = oneshot::channel();
        self.give(Order::Sync(done));
        Syncing {
            handle: self.clone(),
            settled,
        }
    }

    /// Has something done by the core, and gives back what came of it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Core, Moment) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, wait) = oneshot::channel();
        self.give(Order::Do(Box::new(move |core| answer(done, core, deed))));
        wait.await.unwrap_or(Err(Error::ChatEnded))
    }

    /// Asks the core something, unless nobody wants to know any more when its turn comes.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Core) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, wait) = oneshot::channel();
        self.give(Order::Do(Box::new(move |core| {
            if done.is_closed() {
                return Ok(());
            }
            answer(done, core, |core, _| question(core))
        })));
        wait.await.unwrap_or(Err(Error::ChatEnded))
    }

    pub(super) fn close_timeline(&self, view: ViewId) {
        self.give(Order::CloseTimeline(view));
    }

    pub(super) fn stop_watching(&self, id: WatchId) {
        self.give(Order::StopWatching(id));
    }

    /// Has everything forgotten, and what is in step ended.
    pub(super) async fn erase(&self) -> Result<(), Error> {
        let (done, wait) = oneshot::channel();
        self.give(Order::Erase(done));
        wait.await.unwrap_or(Err(Error::ChatEnded))
    }

    /// Ends the engine, and waits until it has let go of the file.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        self.give(Order::End(Some(done)));
        // When it has ended by itself, nobody answers.
        let _ = closed.await;
    }

    fn give(&self, order: Order) {
        // When the engine has ended, what waits for an answer hears so.
        let _ = self.shared.orders.send(order);
    }
}

fn answer<T>(
    done: oneshot::Sender<Result<T, Error>>,
    core: Result<(&mut Core, Moment), Error>,
    deed: impl FnOnce(&mut Core, Moment) -> store::Result<T>,
) -> store::Result<()> {
    let (told, failed) = match core.map(|(core, at)| deed(core, at)) {
        Ok(Ok(value)) => (Ok(value), Ok(())),
        Ok(Err(error)) => (Err(Error::from(&error)), Err(error)),
        Err(error) => (Err(error), Ok(())),
    };
    // Whoever asked may not want to know any more.
    let _ = done.send(told);
    failed
}

/// Keeps the chat in step for as long as it is there.
pub(super) struct Syncing {
    handle: Handle,
    settled: oneshot::Receiver<Result<(), Error>>,
}

impl Syncing {
    /// Waits until everything is heard and said.
    pub(super) async fn settled(&mut self) -> Result<(), Error> {
        (&mut self.settled).await.unwrap_or(Err(Error::ChatEnded))
    }
}

impl Drop for Syncing {
    fn drop(&mut self) {
        self.handle.input(Input::EndSync);
    }
}
