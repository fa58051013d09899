//! One socket, from `connection_init` to the close frame.
//!
//! A socket is one task and one state machine: it writes what is ready, reads what has come,
//! and takes responses from its operations only while the client reads them. Nothing grows
//! with a client's slowness but a few replies, and those only so far.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use async_graphql::{Executor, parser::types::OperationType};
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Map, Value};
use tokio::time::{Duration, Sleep, sleep, timeout};
use tungstenite::{
    Error, Message,
    error::{CapacityError, ProtocolError},
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::{
    census::Place,
    following::{Asked, Following},
    frames::{self, Inlet, PING},
    handshake::Raw,
    operations::{Operations, Work},
    outlet::Outlet,
    protocol::{self, Close, Said},
};
use crate::{
    graphql::request::RequestInfo,
    http::{
        Shared, answer,
        drain::DrainingSocket,
        endpoint::bearer,
        login::{Login, LoginRefused},
        operation::Parameters,
    },
};

/// How many messages are read or written before other tasks get a chance.
const BUDGET: usize = 64;
/// How many pings may pass without a sign of life.
const MOST_SILENT_PINGS: u32 = 2;
/// How long a client gets to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A socket and everything that happens on it.
pub(super) struct Connection<E> {
    shared: Arc<Shared<E>>,
    inlet: Inlet,
    outlet: Arc<Outlet>,
    info: RequestInfo,
    phase: Phase,
    operations: Operations,
    /// Until `connection_init`: the deadline for it. Afterwards: the next ping.
    timer: Pin<Box<Sleep>>,
    silent_pings: u32,
    /// Whether the client has stopped reading, as far as one can tell.
    blocked: bool,
    drain: BoxFuture<'static, ()>,
    _draining: DrainingSocket,
}

enum Phase {
    /// `connection_init` has not come.
    Opened,
    /// Its token is being looked at.
    Authenticating(BoxFuture<'static, Result<Login, LoginRefused>>),
    /// `connection_ack` was sent. Anonymous sockets have no login.
    Acknowledged(Option<(Login, Place)>),
}

/// How a connection ends.
enum End {
    /// The server closes it.
    Close(Close),
    /// The client closes it.
    Closed,
    /// The client is out of reach.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl<E: Executor> Connection<E> {
    pub(super) fn new(shared: Arc<Shared<E>>, raw: Raw, info: RequestInfo) -> Self {
        let draining = shared.drain.socket();
        Self {
            timer: Box::pin(sleep(shared.limits.init_timeout)),
            drain: Box::pin(draining.turn()),
            _draining: draining,
            inlet: Inlet::new(&raw.read, shared.limits.message_bytes),
            outlet: Arc::new(Outlet::new(raw.stream)),
            shared,
            info,
            phase: Phase::Opened,
            operations: Operations::default(),
            silent_pings: 0,
            blocked: false,
        }
    }

    /// Serves the socket until it is closed.
    pub(super) async fn run(mut self) {
        let end = poll_fn(|cx| self.poll(cx)).await;
        // What the operations hold, and the user's place, should not wait for the handshake.
        self.operations = Operations::default();
        self.phase = Phase::Opened;
        match end {
            End::Gone => tracing::debug!("the client is gone"),
            End::Closed => {
                tracing::debug!("the client closes");
                // The end is boxed, so that sockets do not keep room for it all their life.
                let _ = timeout(CLOSE_TIMEOUT, Box::pin(self.read_out())).await;
            }
            End::Close(close) => {
                tracing::debug!(code = close.code, reason = &*close.reason, "closing");
                Box::pin(self.close(close)).await;
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        match self.advance(cx) {
            Ok(()) => Poll::Pending,
            Err(end) => Poll::Ready(end),
        }
    }

    fn advance(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        self.check_ends(cx)?;
        self.check_timer(cx)?;
        self.flush(cx)?;
        self.read(cx)?;
        self.check_login(cx)?;
        self.write(cx)
    }

    /// A session's end comes before anything else that could still be delivered to it.
    fn check_ends(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        if let Phase::Acknowledged(Some((login, _))) = &mut self.phase
            && login.ended().poll_unpin(cx).is_ready()
        {
            return Err(Close::SESSION_ENDED.into());
        }
        match self.drain.poll_unpin(cx) {
            Poll::Ready(()) => Err(Close::RESTART.into()),
            Poll::Pending => Ok(()),
        }
    }

    fn check_timer(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        while self.timer.as_mut().poll(cx).is_ready() {
            if matches!(self.phase, Phase::Opened) {
                return Err(Close::INIT_TIMEOUT.into());
            }
            if self.silent_pings >= MOST_SILENT_PINGS {
                return Err(End::Gone);
            }
            self.silent_pings += 1;
            self.wind_timer();
            if !self.blocked {
                self.outlet.push(&PING);
            }
        }
        Ok(())
    }

    /// Sets the timer to the next ping.
    fn wind_timer(&mut self) {
        let next = tokio::time::Instant::now() + self.shared.limits.ping_interval;
        self.timer.as_mut().reset(next);
    }

    /// A client that reads is alive, however slowly it does.
    fn flush(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        let waiting = self.outlet.waits();
        match self.outlet.poll_flush(cx) {
            Poll::Ready(Ok(())) => self.blocked = false,
            Poll::Ready(Err(_)) => return Err(End::Gone),
            Poll::Pending => self.blocked = true,
        }
        if self.outlet.waits() < waiting {
            self.silent_pings = 0;
        }
        Ok(())
    }

    /// A client that does not read our replies is not read either.
    fn read(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        for _ in 0..BUDGET {
            if self.outlet.is_full() {
                return Ok(());
            }
            let Poll::Ready(received) = self.inlet.poll_message(&self.outlet, cx) else {
                return Ok(());
            };
            self.silent_pings = 0;
            match received {
                Ok(Message::Text(text)) => self.hear(Said::parse(&text)?)?,
                Ok(Message::Binary(_)) => {
                    return Err(Close::bad_request("Messages are text").into());
                }
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Ok(Message::Close(_)) => return Err(End::Closed),
                Err(error) => return Err(end_of(&error)),
            }
        }
        cx.waker().wake_by_ref();
        Ok(())
    }

    fn hear(&mut self, said: Said) -> Result<(), End> {
        match said {
            Said::Init(payload) => self.init(payload),
            Said::Ping(payload) => {
                self.say(&protocol::pong(payload));
                Ok(())
            }
            Said::Pong => Ok(()),
            Said::Complete(id) => {
                self.operations.cancel(&id);
                Ok(())
            }
            Said::Subscribe(id, parameters) => self.subscribe(id, *parameters),
        }
    }

    fn init(&mut self, payload: Option<Map<String, Value>>) -> Result<(), End> {
        if !matches!(self.phase, Phase::Opened) {
            return Err(Close::TOO_MANY_INITS.into());
        }
        self.wind_timer();
        let authorization = payload.and_then(|mut payload| payload.remove("authorization"));
        match authorization {
            None | Some(Value::Null) => {
                self.phase = Phase::Acknowledged(None);
                self.say(protocol::ack());
            }
            Some(Value::String(value)) if bearer(&value).is_some() => {
                let authenticator = self.shared.authenticator.clone();
                self.phase = Phase::Authenticating(Box::pin(async move {
                    let token = bearer(&value).unwrap_or_default();
                    authenticator.authenticate(token).await
                }));
            }
            Some(_) => return Err(Close::FORBIDDEN.into()),
        }
        Ok(())
    }

    fn check_login(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        let Phase::Authenticating(authentication) = &mut self.phase else {
            return Ok(());
        };
        let Poll::Ready(answer) = authentication.poll_unpin(cx) else {
            return Ok(());
        };
        let login = answer.map_err(|refused| match refused {
            LoginRefused::Invalid => Close::FORBIDDEN,
            LoginRefused::Unavailable => Close::TRY_AGAIN,
        })?;
        let limit = self.shared.limits.sockets_per_user;
        let place = self.shared.sockets.enter(login.user, limit);
        let place = place.ok_or(Close::TOO_MANY_SOCKETS)?;
        tracing::debug!(session = %login.session, user = %login.user, "logged in");
        self.phase = Phase::Acknowledged(Some((login, place)));
        self.say(protocol::ack());
        // From now on the session's end must wake this task.
        self.check_ends(cx)
    }

    fn subscribe(&mut self, id: String, parameters: Parameters) -> Result<(), End> {
        let Phase::Acknowledged(login) = &self.phase else {
            return Err(Close::UNAUTHORIZED.into());
        };
        if self.operations.contains(&id) {
            return Err(Close::duplicate(&id).into());
        }
        let limits = &self.shared.limits;
        if self.operations.len() >= limits.operations_per_socket {
            let message = format!(
                "A socket carries at most {} operations at once.",
                limits.operations_per_socket
            );
            let error = answer::error(answer::RATE_LIMITED, message);
            self.say(&protocol::error(&id, &[error]));
            return Ok(());
        }
        let operation = match parameters.clone().prepare(&self.shared.documents) {
            Ok(operation) => operation,
            Err(error) => {
                self.say(&protocol::error(&id, &[error]));
                return Ok(());
            }
        };
        let kind = operation.kind;
        let viewer = login.as_ref().map(|(login, _)| login.filler());
        let asked = Asked {
            shared: Arc::clone(&self.shared),
            info: self.info.clone(),
            viewer,
        };
        let work = match kind {
            OperationType::Subscription => {
                let outlet = Arc::clone(&self.outlet);
                let following = Following::new(&id, asked, &parameters, operation, outlet);
                Work::Following(Box::new(following))
            }
            OperationType::Query | OperationType::Mutation => Work::Answering(asked.run(operation)),
        };
        self.operations.insert(id, kind, work);
        Ok(())
    }

    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        for _ in 0..BUDGET {
            if !self.outlet.is_clear() {
                self.operations.go_on(cx);
                return Ok(());
            }
            let Poll::Ready(message) = self.operations.poll_message(cx) else {
                return Ok(());
            };
            self.say(&message);
        }
        cx.waker().wake_by_ref();
        Ok(())
    }
}

impl<E> Connection<E> {
    fn say(&self, message: &str) {
        let mut frame = Vec::new();
        frames::put_text(&mut frame, &[message.as_bytes()]);
        self.outlet.push(&frame);
    }

    /// Reads and forgets, until the client has closed.
    async fn read_out(&mut self) {
        let closed = poll_fn(|cx| {
            let _ = self.outlet.poll_flush(cx);
            loop {
                match self.inlet.poll_message(&self.outlet, cx) {
                    Poll::Ready(Ok(_)) => {}
                    Poll::Ready(Err(_)) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        });
        closed.await;
        let _ = poll_fn(|cx| self.outlet.poll_flush(cx)).await;
    }

    /// Says goodbye, and waits a little for the client to say so too: dropping a socket that
    /// has unread bytes would lose the close frame on its way.
    async fn close(mut self, close: Close) {
        let frame = CloseFrame {
            code: CloseCode::from(close.code),
            reason: close.reason.as_ref().into(),
        };
        let goodbye = async {
            if self.inlet.close(&self.outlet, frame).is_err() {
                return;
            }
            self.read_out().await;
            if close == Close::TOO_BIG {
                self.outlet.read_away().await;
            }
        };
        // Whoever does not answer in time is cut off.
        let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
    }
}

fn end_of(error: &Error) -> End {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => Close::TOO_BIG.into(),
        Error::Utf8(_) => Close::NOT_UTF8.into(),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Gone,
        Error::Protocol(_) => Close::PROTOCOL.into(),
        _ => End::Gone,
    }
}
