//! One connection from its beginning to its end: what it carries goes to the engine.

use super::engine::{Order, Watch};
use crate::client::Client;
use crate::live::{Failure, data, refusal};
use crate::operations::presence::{
    PresenceSignals, PresenceSignalsVariables, ReaderSignals, ReaderSignalsVariables,
};
use crate::operations::sync::{
    Events, EventsVariables, OwnReceipts, SignalRoomVariables, TypingSignals,
};
use crate::sync::{Input, Sight, Subject, Update, WatchId};
use crate::transport::frames::OperationId;
use crate::transport::socket::{Ended, Signal, Socket};
use crate::{Cursor, RoomId};
use cynic::SubscriptionBuilder;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

const EVENTS: &str = "events";
const OWN_RECEIPTS: &str = "receipts";
const TYPING: &str = "typing ";
const READERS: &str = "readers ";
const PRESENCES: &str = "presences ";

/// The token that was used last, so that one that was refused is not used again.
pub(super) type LastToken = Arc<Mutex<Option<String>>>;

/// Where a connection puts what it carries, and how it ended.
pub(super) struct Inbox {
    pub(super) orders: Sender<Order>,
    pub(super) generation: u64,
}

/// A connection that panics has ended too.
impl Drop for Inbox {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = "a fault of this library".to_owned();
            self.put(Input::Failed(Failure::Connection(Ended::Lost { reason })));
        }
    }
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

pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) renew: bool,
    pub(super) after: Cursor,
    pub(super) last_token: LastToken,
    pub(super) inbox: Inbox,
    pub(super) watches: mpsc::UnboundedReceiver<Watch>,
}

impl Connection {
    pub(super) async fn run(mut self) {
        let failure = match self.open().await {
            Ok(socket) => self.follow(socket).await,
            Err(failure) => failure,
        };
        self.inbox.put(Input::Failed(failure));
    }

    async fn open(&mut self) -> Result<Socket, Failure> {
        let inner = &self.client.inner;
        let last = self.take_last_token().filter(|_| self.renew);
        let token = inner.keeper.token(&inner.http, last.as_deref()).await;
        let token = token.map_err(Failure::Failed)?;
        *self
            .last_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        let (url, tls) = (&inner.endpoint.socket, inner.tls.clone());
        let opened = Socket::open(url, tls, &token, inner.timing.clone()).await;
        let mut socket = opened.map_err(Failure::Connection)?;
        let after = Some(self.after.clone());
        let events = Events::build(EventsVariables { after });
        let subscribed = socket.subscribe(OperationId(EVENTS.to_owned()), &events);
        subscribed.await.map_err(Failure::Connection)?;
        let receipts = OwnReceipts::build(());
        let subscribed = socket.subscribe(OperationId(OWN_RECEIPTS.to_owned()), &receipts);
        subscribed.await.map_err(Failure::Connection)?;
        self.inbox.put(Input::Opened);
        Ok(socket)
    }

    fn take_last_token(&self) -> Option<String> {
        let mut last = self
            .last_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        last.take()
    }

    async fn follow(&mut self, mut socket: Socket) -> Failure {
        loop {
            let done = tokio::select! {
                signal = socket.next() => match signal {
                    Ok((id, signal)) => self.take(&id, signal).await,
                    Err(ended) => Err(Failure::Connection(ended)),
                },
                Some(watch) = self.watches.recv() => watch_or_not(&mut socket, watch).await,
            };
            if let Err(failure) = done {
                return failure;
            }
        }
    }

    async fn take(&self, id: &OperationId, signal: Signal) -> Result<(), Failure> {
        let is_events = id.0 == EVENTS;
        let payload = match signal {
            Signal::Alive => {
                self.inbox.put(Input::Alive);
                return Ok(());
            }
            Signal::Next(payload) => payload,
            Signal::Error(errors) if is_events => return Err(refusal(errors)),
            Signal::Complete if is_events => return Err(Failure::Completed),
            // Whoever left a room hears no more of who types and reads there; an older server tells no own receipts.
            Signal::Error(_) | Signal::Complete => return Ok(()),
        };
        if is_events {
            let events: Events = data(&payload)?;
            self.deliver(Update::Events(events.events.into())).await;
        } else if id.0 == OWN_RECEIPTS {
            let own: OwnReceipts = data(&payload)?;
            self.deliver(Update::Read(own.into())).await;
        } else if let Some(room) = id.0.strip_prefix(TYPING) {
            let typing: TypingSignals = data(&payload)?;
            let update = Update::Typing(RoomId::from(room), typing.into_users());
            self.deliver(update).await;
        } else if let Some(id) = watch_id(id, READERS) {
            let reader: ReaderSignals = data(&payload)?;
            let sight = Sight::Reader(reader.into());
            self.deliver(Update::Watched(id, sight)).await;
        } else if let Some(id) = watch_id(id, PRESENCES) {
            let presence: PresenceSignals = data(&payload)?;
            let sight = Sight::Presence(presence.into());
            self.deliver(Update::Watched(id, sight)).await;
        }
        Ok(())
    }

    /// Waits until it is kept, so that the server waits too when the device is slow.
    async fn deliver(&self, update: Update) {
        self.inbox.put_and_wait(Input::Received(update)).await;
    }
}

async fn watch_or_not(socket: &mut Socket, watch: Watch) -> Result<(), Failure> {
    let id = |room: &RoomId| OperationId(format!("{TYPING}{room}"));
    let done = match watch {
        Watch::Typing(room_id) => {
            let id = id(&room_id);
            let typing = TypingSignals::build(SignalRoomVariables { room_id });
            socket.subscribe(id, &typing).await
        }
        Watch::NoTyping(room) => socket.unsubscribe(id(&room)).await,
        Watch::Subject(id, subject) => subscribe(socket, id, subject).await,
        Watch::NoSubject(id, subject) => socket.unsubscribe(operation(id, &subject)).await,
        Watch::Life => socket.probe().await,
    };
    done.map_err(Failure::Connection)
}

async fn subscribe(socket: &mut Socket, id: WatchId, subject: Subject) -> Result<(), Ended> {
    let id = operation(id, &subject);
    match subject {
        Subject::Readers(room) => {
            let room_id = Some(room);
            let readers = ReaderSignals::build(ReaderSignalsVariables { room_id });
            socket.subscribe(id, &readers).await
        }
        Subject::Presences(ids) => {
            let presences = PresenceSignals::build(PresenceSignalsVariables { ids: Some(ids) });
            socket.subscribe(id, &presences).await
        }
    }
}

fn operation(WatchId(number): WatchId, subject: &Subject) -> OperationId {
    let kind = match subject {
        Subject::Readers(_) => READERS,
        Subject::Presences(_) => PRESENCES,
    };
    OperationId(format!("{kind}{number}"))
}

fn watch_id(id: &OperationId, kind: &str) -> Option<WatchId> {
    let number = id.0.strip_prefix(kind)?;
    number.parse().ok().map(WatchId)
}
