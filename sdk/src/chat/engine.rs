//! The thread that owns the core: hands it what happens, and has done what it says is to be done.

use super::connection::{Connection, LastToken};
use crate::client::Client;
use crate::store::{self, Location, Store};
use crate::sync::{Answer, Call, CallId, Carrier, Core, Effect, Input, Moment, SyncState};
use crate::{Cursor, Error, RoomId, UserId, environment};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio::runtime;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// After the store failed (a full disk, most often), nothing is taken in for this long.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

type Deed = Box<dyn FnOnce(&mut Core, Moment) -> store::Result<()> + Send>;

enum Order {
    /// Something that happened, for the core.
    Input(Input),
    /// Something that came of a connection, which may be over by now.
    Of(u64, Input, Option<oneshot::Sender<()>>),
    /// What came of a call of a core that may have been replaced by now.
    Answered(u64, CallId, Result<Answer, Error>),
    Do(Deed),
    /// The last handle is gone.
    End,
}

pub(super) enum Watch {
    Typing(RoomId),
    NoTyping(RoomId),
}

/// Ends the engine when the last one is dropped.
#[derive(Clone)]
pub(super) struct Handle {
    shared: std::sync::Arc<Shared>,
}

struct Shared {
    orders: Sender<Order>,
    state: watch::Receiver<SyncState>,
    settled: watch::Receiver<bool>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // When it has ended by itself, there is nobody to tell.
        let _ = self.orders.send(Order::End);
    }
}

impl Handle {
    pub(super) async fn open(
        client: Client,
        location: Location,
        time_zone: TimeZone,
    ) -> Result<Self, Error> {
        let session = client.session().ok_or(Error::SignedOut)?;
        let viewer = session.user_id().clone();
        let (orders, inbox) = channel();
        let (state, seen_state) = watch::channel(SyncState::Stopped);
        let (settled, seen_settled) = watch::channel(false);
        let set_up = SetUp {
            location,
            viewer,
            time_zone,
        };
        let mut engine = Engine {
            runtime: runtime::Handle::current(),
            orders: orders.clone(),
            connection: None,
            generation: 0,
            cores: 0,
            last_token: LastToken::default(),
            begun: Instant::now(),
            resume_at: None,
            state,
            settled,
            client,
            set_up,
        };
        let (opened, wait) = oneshot::channel();
        let thread = std::thread::Builder::new().name("causerie-chat".to_owned());
        let spawned = thread.spawn(move || match engine.set_up.core() {
            Ok(core) => {
                let _ = opened.send(Ok(()));
                engine.run(core, &inbox);
            }
            Err(error) => {
                let _ = opened.send(Err(Error::from(error)));
            }
        });
        spawned.map_err(|error| Error::Setup {
            reason: format!("no thread can be started: {error}"),
        })?;
        wait.await.unwrap_or_else(|_| Err(ended()))?;
        let shared = Shared {
            orders,
            state: seen_state,
            settled: seen_settled,
        };
        Ok(Self {
            shared: std::sync::Arc::new(shared),
        })
    }

    pub(super) fn input(&self, input: Input) {
        let _ = self.shared.orders.send(Order::Input(input));
    }

    pub(super) fn state(&self) -> watch::Receiver<SyncState> {
        self.shared.state.clone()
    }

    /// Waits until everything is heard and said.
    pub(super) async fn settled(&self) -> Result<(), Error> {
        let (mut settled, mut state) = (self.shared.settled.clone(), self.shared.state.clone());
        // What was asked for before this may still be under way to the core.
        if !matches!(*state.borrow(), SyncState::Ended(_)) {
            self.run(|_, _| Ok(())).await?;
        }
        loop {
            if let SyncState::Ended(error) = &*state.borrow_and_update() {
                return Err(error.clone());
            }
            if *settled.borrow_and_update() {
                return Ok(());
            }
            let changed = tokio::select! {
                changed = settled.changed() => changed,
                changed = state.changed() => changed,
            };
            changed.map_err(|_| ended())?;
        }
    }

    /// Has something done by the core, and gives back what came of it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Core, Moment) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, wait) = oneshot::channel();
        let deed: Deed = Box::new(move |core, at| match deed(core, at) {
            Ok(value) => {
                // Whoever asked may not want to know any more.
                let _ = done.send(Ok(value));
                Ok(())
            }
            Err(error) => {
                let reason = error.to_string();
                let _ = done.send(Err(Error::Store { reason }));
                Err(error)
            }
        });
        self.shared
            .orders
            .send(Order::Do(deed))
            .map_err(|_| ended())?;
        wait.await.unwrap_or_else(|_| Err(ended()))
    }

    /// Has something done that nobody waits for.
    pub(super) fn tell(&self, deed: impl FnOnce(&mut Core, Moment) + Send + 'static) {
        let deed: Deed = Box::new(move |core, at| {
            deed(core, at);
            Ok(())
        });
        let _ = self.shared.orders.send(Order::Do(deed));
    }
}

fn ended() -> Error {
    Error::Store {
        reason: "the chat has ended".to_owned(),
    }
}

/// Where a connection puts what it carries.
pub(super) struct Inbox {
    orders: Sender<Order>,
    generation: u64,
}

impl Inbox {
    pub(super) fn put(&self, input: Input) {
        let _ = self.orders.send(Order::Of(self.generation, input, None));
    }

    pub(super) async fn put_and_wait(&self, input: Input) {
        let (done, wait) = oneshot::channel();
        let order = Order::Of(self.generation, input, Some(done));
        if self.orders.send(order).is_ok() {
            let _ = wait.await;
        }
    }
}

struct SetUp {
    location: Location,
    viewer: UserId,
    time_zone: TimeZone,
}

impl SetUp {
    fn core(&self) -> store::Result<Core> {
        self.core_over(Store::open(&self.location)?)
    }

    fn core_over(&self, store: Store) -> store::Result<Core> {
        let (viewer, time_zone) = (self.viewer.clone(), self.time_zone.clone());
        Core::new(store, viewer, time_zone, environment::random_seed())
    }
}

struct Engine {
    client: Client,
    set_up: SetUp,
    runtime: runtime::Handle,
    orders: Sender<Order>,
    connection: Option<(AbortHandle, mpsc::UnboundedSender<Watch>)>,
    generation: u64,
    /// How often the core was made anew.
    cores: u64,
    last_token: LastToken,
    begun: Instant,
    resume_at: Option<Duration>,
    state: watch::Sender<SyncState>,
    settled: watch::Sender<bool>,
}

impl Engine {
    fn run(&mut self, mut core: Core, inbox: &Receiver<Order>) {
        let session = self.watch_session();
        loop {
            let order = match self.next(&core, inbox) {
                Order::End => break,
                order => order,
            };
            if let Err(error) = self.handle(&mut core, order) {
                match self.recover(core, &error) {
                    Ok(again) => core = again,
                    Err(error) => {
                        tracing::error!(%error, "the store cannot be opened again");
                        let ended = SyncState::Ended(Error::from(error));
                        self.state.send_replace(ended);
                        break;
                    }
                }
            }
        }
        session.abort();
        self.disconnect();
    }

    /// A chat belongs to one person: whoever else signs in next has one of their own.
    fn watch_session(&self) -> AbortHandle {
        let mut epoch = self.client.inner.keeper.epoch();
        epoch.mark_changed();
        let (client, orders) = (self.client.clone(), self.orders.clone());
        let viewer = self.set_up.viewer.clone();
        let watching = self.runtime.spawn(async move {
            while epoch.changed().await.is_ok() {
                let session = client.session();
                let is_there = session.is_some_and(|session| *session.user_id() == viewer);
                let input = if is_there {
                    Input::SignedIn
                } else {
                    Input::SignedOut
                };
                let _ = orders.send(Order::Input(input));
            }
        });
        watching.abort_handle()
    }

    fn next(&self, core: &Core, inbox: &Receiver<Order>) -> Order {
        let wakes_at = core.wakes_at().into_iter().chain(self.resume_at).min();
        let received = match wakes_at {
            Some(at) => inbox.recv_timeout(at.saturating_sub(self.begun.elapsed())),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(order) => order,
            Err(RecvTimeoutError::Timeout) => Order::Input(Input::Tick),
            Err(RecvTimeoutError::Disconnected) => Order::End,
        }
    }

    fn handle(&mut self, core: &mut Core, order: Order) -> store::Result<()> {
        let at = self.now();
        if self
            .resume_at
            .is_some_and(|resume| resume <= at.since_start)
        {
            self.resume_at = None;
            let effects = core.handle(Input::Start, at)?;
            self.carry_out(effects);
        }
        let effects = match order {
            Order::Input(input) => core.handle(input, at)?,
            Order::Of(generation, input, done) => {
                let effects = if generation == self.generation {
                    core.handle(input, at)?
                } else {
                    Vec::new()
                };
                drop(done);
                effects
            }
            Order::Answered(cores, id, answer) if cores == self.cores => {
                core.handle(Input::Answered(id, answer), at)?
            }
            Order::Answered(..) => Vec::new(),
            Order::Do(deed) => {
                deed(core, at)?;
                core.go_on(at)?
            }
            Order::End => Vec::new(),
        };
        self.carry_out(effects);
        self.settled.send_if_modified(|settled| {
            let now = core.is_settled();
            std::mem::replace(settled, now) != now
        });
        Ok(())
    }

    /// What the core holds may be ahead of what is kept, so it is made anew from that; what is on the screen stays.
    fn recover(&mut self, core: Core, error: &store::Error) -> store::Result<Core> {
        tracing::warn!(%error, "the store failed");
        self.disconnect();
        let (views, was_wanted) = core.into_what_is_open();
        let store = Store::open_again(&self.set_up.location, error)?;
        let mut again = self.set_up.core_over(store)?;
        again.take_over(views);
        self.cores += 1;
        if was_wanted {
            self.resume_at = Some(self.begun.elapsed() + AFTER_FAILURE);
        }
        Ok(again)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect { renew, after } => self.connect(renew, after),
                Effect::Disconnect => self.disconnect(),
                Effect::WatchTyping(room) => self.watch(Watch::Typing(room)),
                Effect::UnwatchTyping(room) => self.watch(Watch::NoTyping(room)),
                Effect::Call(id, call) => self.call(id, call),
                Effect::State(state) => {
                    self.state.send_replace(state);
                }
            }
        }
    }

    fn connect(&mut self, renew: bool, after: Cursor) {
        self.disconnect();
        let (watch, watches) = mpsc::unbounded_channel();
        let connection = Connection {
            client: self.client.clone(),
            renew,
            after,
            last_token: self.last_token.clone(),
            inbox: Inbox {
                orders: self.orders.clone(),
                generation: self.generation,
            },
            watches,
        };
        let task = self.runtime.spawn(connection.run());
        self.connection = Some((task.abort_handle(), watch));
    }

    fn disconnect(&mut self) {
        self.generation += 1;
        if let Some((task, _)) = self.connection.take() {
            task.abort();
        }
    }

    fn watch(&self, watch: Watch) {
        if let Some((_, watches)) = &self.connection {
            let _ = watches.send(watch);
        }
    }

    fn call(&self, id: CallId, call: Call) {
        let (client, orders, cores) = (self.client.clone(), self.orders.clone(), self.cores);
        self.runtime.spawn(async move {
            let answer = call.make(&client).await;
            let _ = orders.send(Order::Answered(cores, id, answer));
        });
    }

    fn now(&self) -> Moment {
        Moment {
            since_start: self.begun.elapsed(),
            wall: environment::now(),
        }
    }
}

impl Carrier for Client {
    async fn carry<T, V>(&self, operation: &cynic::Operation<T, V>) -> Result<T, Error>
    where
        T: DeserializeOwned,
        V: Serialize,
    {
        self.call(operation).await
    }
}
