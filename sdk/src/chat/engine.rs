//! The thread that owns the core: hands it what happens, and has done what it says is to be done.

mod trouble;

use super::connection::{Connection, Inbox, LastToken};
use crate::client::Client;
use crate::store::{self, Location, Lock, Opening, Store};
use crate::sync::views::ViewId;
use crate::sync::{
    Answer, Call, CallId, Carrier, Core, Effect, Input, Moment, Subject, SyncState, WatchId,
};
use crate::{Cursor, Error, RoomId, UserId, environment};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use trouble::{Broken, Trouble};

/// Something that the core is to do, or why it cannot.
pub(super) type Deed =
    Box<dyn FnOnce(Result<(&mut Core, Moment), Error>) -> store::Result<()> + Send>;

pub(super) enum Order {
    /// Something that happened, for the core.
    Input(Input),
    /// Somebody has signed in or out.
    Session,
    /// Something that came of a connection, which may be over by now.
    Of(u64, Input, Option<oneshot::Sender<()>>),
    /// What came of a call of a core that may have been replaced by now.
    Answered(u64, CallId, Result<Answer, Error>),
    Do(Deed),
    /// Be in step, and say when that is so.
    Sync(oneshot::Sender<Result<(), Error>>),
    CloseTimeline(ViewId),
    StopWatching(WatchId),
    Erase(oneshot::Sender<Result<(), Error>>),
    /// The last handle is gone, or somebody waits for the end.
    End(Option<oneshot::Sender<()>>),
}

pub(super) enum Watch {
    Typing(RoomId),
    NoTyping(RoomId),
    Subject(WatchId, Subject),
    NoSubject(WatchId, Subject),
    /// Whether it is there at all.
    Life,
}

pub(super) struct SetUp {
    pub(super) location: Location,
    pub(super) viewer: UserId,
    pub(super) time_zone: TimeZone,
}

impl SetUp {
    fn core_over(&self, store: Store) -> store::Result<Core> {
        let store = store.for_viewer(&self.location, &self.viewer)?;
        let (viewer, time_zone) = (self.viewer.clone(), self.time_zone.clone());
        Core::new(store, viewer, time_zone, environment::random_seed())
    }
}

pub(super) struct Engine {
    client: Client,
    set_up: SetUp,
    /// Held for as long as the file is this engine's.
    lock: Option<Lock>,
    runtime: runtime::Handle,
    orders: Sender<Order>,
    connection: Option<(AbortHandle, mpsc::UnboundedSender<Watch>)>,
    generation: u64,
    /// How often the core was made anew.
    cores: u64,
    last_token: LastToken,
    calls: HashMap<CallId, AbortHandle>,
    begun: Instant,
    trouble: Trouble,
    /// Who waits until the chat is in step.
    syncing: Vec<oneshot::Sender<Result<(), Error>>>,
    state: watch::Sender<SyncState>,
}

/// A panic must not look as if all were well.
impl Drop for Engine {
    fn drop(&mut self) {
        self.disconnect();
        if std::thread::panicking() {
            let ended = SyncState::Ended(Error::ChatEnded);
            self.state.send_replace(ended);
        }
    }
}

/// What there is: a core, or what is left of one whose store does not open.
enum Phase {
    Working(Box<Core>),
    Broken(Box<Broken>),
}

impl Engine {
    pub(super) fn new(
        client: Client,
        set_up: SetUp,
        orders: Sender<Order>,
        state: watch::Sender<SyncState>,
    ) -> Self {
        Self {
            runtime: runtime::Handle::current(),
            orders,
            lock: None,
            connection: None,
            generation: 0,
            cores: 0,
            last_token: LastToken::default(),
            calls: HashMap::new(),
            begun: Instant::now(),
            trouble: Trouble::default(),
            syncing: Vec::new(),
            state,
            client,
            set_up,
        }
    }

    /// The thread from its beginning to its end.
    pub(super) fn live(
        mut self,
        opened: oneshot::Sender<Result<Opening, Error>>,
        inbox: &Receiver<Order>,
    ) {
        match self.open() {
            Ok((core, opening)) => {
                let _ = opened.send(Ok(opening));
                self.run(core, inbox);
            }
            Err(error) => {
                let _ = opened.send(Err(Error::from(&error)));
            }
        }
    }

    fn open(&mut self) -> store::Result<(Core, Opening)> {
        self.lock = Lock::of(&self.set_up.location)?;
        let store = Store::open(&self.set_up.location)?;
        let opening = store.opening().clone();
        Ok((self.set_up.core_over(store)?, opening))
    }

    fn run(&mut self, core: Core, inbox: &Receiver<Order>) {
        let session = self.watch_session();
        let mut phase = Phase::Working(Box::new(core));
        let waiting = loop {
            phase = match self.next(&phase, inbox) {
                Order::End(waiting) => break waiting,
                Order::Erase(done) => self.erase(phase, done),
                order => self.take(phase, order),
            };
        };
        session.abort();
        self.disconnect();
        drop(phase);
        self.lock = None;
        if let Some(waiting) = waiting {
            self.state.send_replace(SyncState::Ended(Error::ChatEnded));
            let _ = waiting.send(());
        }
    }

    /// A chat belongs to one person: whoever else signs in next has one of their own.
    fn watch_session(&self) -> AbortHandle {
        let mut epoch = self.client.inner.keeper.epoch();
        epoch.mark_changed();
        let orders = self.orders.clone();
        let watching = self.runtime.spawn(async move {
            while epoch.changed().await.is_ok() {
                let _ = orders.send(Order::Session);
            }
        });
        watching.abort_handle()
    }

    /// Whether the viewer is signed in.
    fn session(&self) -> Input {
        let session = self.client.session();
        match session.is_some_and(|session| *session.user_id() == self.set_up.viewer) {
            true => Input::SignedIn,
            false => Input::SignedOut,
        }
    }

    fn next(&self, phase: &Phase, inbox: &Receiver<Order>) -> Order {
        let wakes_at = match phase {
            Phase::Working(core) => core.wakes_at(),
            Phase::Broken(broken) => Some(broken.retry_at),
        };
        let received = match wakes_at {
            Some(at) => inbox.recv_timeout(at.saturating_sub(self.begun.elapsed())),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(order) => order,
            Err(RecvTimeoutError::Timeout) => Order::Input(Input::Tick),
            Err(RecvTimeoutError::Disconnected) => Order::End(None),
        }
    }

    fn take(&mut self, phase: Phase, order: Order) -> Phase {
        match phase {
            Phase::Working(mut core) => match self.handle(&mut core, order) {
                Ok(()) => Phase::Working(core),
                Err(error) => self.recover(*core, error),
            },
            Phase::Broken(broken) => self.wait_out(broken, order),
        }
    }

    fn handle(&mut self, core: &mut Core, order: Order) -> store::Result<()> {
        let at = self.now();
        let effects = match order {
            Order::Input(input) => {
                if matches!(input, Input::Hurry) {
                    self.client.inner.http.hang_up();
                }
                core.handle(input, at)?
            }
            Order::Session => core.handle(self.session(), at)?,
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
                self.calls.remove(&id);
                core.handle(Input::Answered(id, answer), at)?
            }
            Order::Answered(..) | Order::Erase(_) | Order::End(_) => Vec::new(),
            Order::Do(deed) => {
                let done = deed(Ok((&mut *core, at)));
                // What could not be read has changed nothing, and whoever asked was told.
                done.or_else(|error| core.is_unharmed(&error).then_some(()).ok_or(error))?;
                core.go_on(at)?
            }
            Order::Sync(done) => {
                self.syncing.push(done);
                self.client.inner.http.hang_up();
                core.handle(Input::BeginSync, at)?
            }
            Order::CloseTimeline(view) => {
                core.close_timeline(view);
                core.go_on(at)?
            }
            Order::StopWatching(id) => {
                core.stop_watching(id);
                core.go_on(at)?
            }
        };
        self.carry_out(effects);
        self.tell_who_waits(core);
        Ok(())
    }

    fn tell_who_waits(&mut self, core: &Core) {
        let result = match core.end() {
            Some(error) => Err(error.clone()),
            None if core.is_settled() => Ok(()),
            None => return,
        };
        for done in self.syncing.drain(..) {
            let _ = done.send(result.clone());
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect { renew, after } => self.connect(renew, after),
                Effect::Disconnect => self.disconnect(),
                Effect::Probe => self.watch(Watch::Life),
                Effect::WatchTyping(room) => self.watch(Watch::Typing(room)),
                Effect::UnwatchTyping(room) => self.watch(Watch::NoTyping(room)),
                Effect::Watch(id, subject) => self.watch(Watch::Subject(id, subject)),
                Effect::Unwatch(id, subject) => self.watch(Watch::NoSubject(id, subject)),
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

    fn call(&mut self, id: CallId, call: Call) {
        let client = self.client.clone();
        let answering = Answering(self.orders.clone(), self.cores, id);
        let task = self.runtime.spawn(async move {
            let answer = call.make(&client).await;
            answering.give(answer);
        });
        if let Some(earlier) = self.calls.insert(id, task.abort_handle()) {
            earlier.abort();
        }
    }

    fn now(&self) -> Moment {
        Moment {
            since_start: self.begun.elapsed(),
            wall: self.client.inner.http.server_time(),
        }
    }
}

/// A call under way, which is answered even when it panics: what waits for it would wait for ever.
struct Answering(Sender<Order>, u64, CallId);

impl Answering {
    fn give(&self, answer: Result<Answer, Error>) {
        let Self(orders, cores, id) = self;
        let _ = orders.send(Order::Answered(*cores, *id, answer));
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = "a fault of this library".to_owned();
            self.give(Err(Error::Protocol { reason }));
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

#[cfg(test)]
mod tests;
