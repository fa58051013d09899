//! Carries out what the machine decides: fetches tokens, opens sockets, waits, hands on what arrives.

use super::machine::{Failure, Machine, Step};
use super::{ConnectionState, LiveItem};
use crate::client::Client;
use crate::operations::account::PositionQuery;
use crate::operations::messages::{EventKind, Follow, FollowVariables};
use crate::transport::frames::OperationId;
use crate::transport::http::{self, GraphQlError, from_graphql};
use crate::transport::socket::{Signal, Socket};
use crate::{Cursor, Error, RoomId, environment};
use cynic::{QueryBuilder, SubscriptionBuilder};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

pub(super) struct Driver {
    client: Client,
    room: Option<RoomId>,
    machine: Machine,
    items: mpsc::Sender<Result<LiveItem, Error>>,
    /// The stream belongs to the session it was begun in.
    epoch: watch::Receiver<u64>,
    begun: Instant,
    last_token: Option<String>,
}

impl Driver {
    pub(super) fn new(
        client: Client,
        room: Option<RoomId>,
        after: Option<Cursor>,
        items: mpsc::Sender<Result<LiveItem, Error>>,
    ) -> Self {
        let epoch = client.inner.keeper.epoch();
        let machine = Machine::new(after);
        Self {
            client,
            room,
            machine,
            items,
            epoch,
            begun: Instant::now(),
            last_token: None,
        }
    }

    pub(super) async fn run(mut self) {
        let (items, mut epoch) = (self.items.clone(), self.epoch.clone());
        let last = tokio::select! {
            error = self.follow() => error,
            _ = epoch.changed() => Error::SignedOut,
        };
        // Nobody listens any more when this fails, and then there is nobody to tell.
        let _ = items.send(Err(last)).await;
    }

    async fn follow(&mut self) -> Error {
        let mut step = Step::Connect { renew: false };
        loop {
            step = match step {
                Step::Connect { renew } => {
                    self.report(ConnectionState::Connecting).await;
                    let failure = self.connect(renew).await;
                    self.machine.failed(
                        failure,
                        self.begun.elapsed(),
                        environment::random_fraction(),
                    )
                }
                Step::Wait {
                    delay,
                    renew,
                    reason,
                } => {
                    self.report(ConnectionState::Waiting {
                        retry_in: delay,
                        reason,
                    })
                    .await;
                    sleep(delay).await;
                    Step::Connect { renew }
                }
                Step::Finish(error) => return error,
            }
        }
    }

    /// One connection from its beginning to its end.
    async fn connect(&mut self, renew: bool) -> Failure {
        let opened = self.open(renew).await;
        let mut socket = match opened {
            Ok(socket) => socket,
            Err(failure) => return failure,
        };
        self.machine.opened(self.begun.elapsed());
        self.report(ConnectionState::Connected).await;
        loop {
            let taken = match socket.next().await {
                Ok((_, Signal::Next(payload))) => self.take(&payload).await,
                Ok((_, Signal::Error(errors))) => Err(refusal(errors)),
                Ok((_, Signal::Complete)) => Err(Failure::Completed),
                Ok((_, Signal::Alive)) => Ok(()),
                Err(ended) => Err(Failure::Connection(ended)),
            };
            if let Err(failure) = taken {
                return failure;
            }
        }
    }

    async fn open(&mut self, renew: bool) -> Result<Socket, Failure> {
        let inner = self.client.inner.clone();
        let rejected = self.last_token.take().filter(|_| renew);
        let token = inner
            .keeper
            .token(&inner.http, rejected.as_deref())
            .await
            .map_err(Failure::Failed)?;
        self.last_token = Some(token.clone());
        if self.machine.cursor().is_none() {
            let position = self
                .client
                .call(&PositionQuery::build(()))
                .await
                .map_err(Failure::Failed)?;
            self.machine.positioned(position.viewer.cursor);
        }
        let mut socket = Socket::open(
            &inner.endpoint.socket,
            inner.tls.clone(),
            &token,
            inner.timing.clone(),
        )
        .await
        .map_err(Failure::Connection)?;
        let variables = FollowVariables {
            room_id: self.room.clone(),
            after: self.machine.cursor().cloned(),
        };
        socket
            .subscribe(OperationId("1".to_owned()), &Follow::build(variables))
            .await
            .map_err(Failure::Connection)?;
        Ok(socket)
    }

    async fn take(&mut self, payload: &RawValue) -> Result<(), Failure> {
        let event = data::<Follow>(payload)?.messages;
        self.machine.received(event.cursor.clone());
        if let EventKind::MessageSent(sent) = event.kind {
            self.emit(LiveItem::Message {
                message: Box::new(sent.message.into()),
                cursor: event.cursor,
            })
            .await;
        }
        Ok(())
    }

    async fn report(&self, state: ConnectionState) {
        tracing::debug!(?state, "live connection");
        self.emit(LiveItem::Connection(state)).await;
    }

    /// Waits while the app is behind. A stream that was dropped aborts this task, so nobody listening is no case here.
    async fn emit(&self, item: LiveItem) {
        let _ = self.items.send(Ok(item)).await;
    }
}

/// What a subscription has told.
pub(crate) fn data<T: DeserializeOwned>(payload: &RawValue) -> Result<T, Failure> {
    let unreadable = |reason: String| Failure::Unreadable { reason };
    let answer = http::answer(payload.get()).map_err(|error| unreadable(error.to_string()))?;
    if let Some(errors) = answer.errors.filter(|errors| !errors.is_empty()) {
        return Err(refusal(errors));
    }
    let data = answer.data;
    let data = data.ok_or_else(|| unreadable("an event without data".to_owned()))?;
    serde_json::from_str(data.get()).map_err(|error| unreadable(error.to_string()))
}

pub(crate) fn refusal(errors: Vec<GraphQlError>) -> Failure {
    match errors.into_iter().next().map(from_graphql) {
        Some(Error::SignedOut) => Failure::TokenRejected,
        Some(error) => Failure::Failed(error),
        None => Failure::Completed,
    }
}
