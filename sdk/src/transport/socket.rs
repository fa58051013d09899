//! One graphql-transport-ws connection and its subscriptions. How it ended is kept, close code included, because
//! the code decides what to do next.

use super::frames::{ClientFrame, InitPayload, OperationId, ServerFrame};
use super::http::GraphQlError;
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};
use url::Url;

const READ_BUFFER: usize = 4096;
/// What a close without a code counts as (RFC 6455, 7.1.5).
const NO_CODE: u16 = 1005;

/// How long to wait for what.
#[derive(Clone, Debug)]
pub(crate) struct Timing {
    /// For the connection to stand and be acknowledged.
    pub(crate) open: Duration,
    /// Without a frame for this long, the server is asked for a sign of life.
    pub(crate) idle: Duration,
    /// For the sign of life to come.
    pub(crate) pong: Duration,
    /// For the same where there is reason to believe that the connection is dead.
    pub(crate) probe: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(15),
            idle: Duration::from_secs(25),
            pong: Duration::from_secs(10),
            probe: Duration::from_secs(4),
        }
    }
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The server closed it, saying why.
    Closed { code: u16, reason: String },
    /// It never stood, or went away without a word.
    Lost { reason: String },
}

/// What comes of a subscription.
#[derive(Debug)]
pub(crate) enum Signal {
    Next(Box<RawValue>),
    Error(Vec<GraphQlError>),
    Complete,
    /// The answer to [`Socket::probe`], of no operation.
    Alive,
}

pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    timing: Timing,
    awaiting_pong: bool,
    /// Until when the sign of life that was asked for has to come.
    probed: Option<Instant>,
}

impl Socket {
    /// Connects, presents the token, and returns once the server has acknowledged it.
    pub(crate) async fn open(
        url: &Url,
        tls: Arc<rustls::ClientConfig>,
        token: &str,
        timing: Timing,
    ) -> Result<Self, Ended> {
        let allowed = timing.open;
        let opening = async {
            let stream = connect(url, tls).await.map_err(|error| lost(&error))?;
            let mut socket = Self {
                stream,
                timing,
                awaiting_pong: false,
                probed: None,
            };
            let payload = InitPayload {
                authorization: format!("Bearer {token}"),
            };
            socket
                .send(&ClientFrame::ConnectionInit { payload })
                .await?;
            while !matches!(socket.frame().await?, ServerFrame::Acknowledged) {}
            Ok(socket)
        };
        let late = || Ended::Lost {
            reason: "the server did not acknowledge the connection in time".to_owned(),
        };
        timeout(allowed, opening)
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    pub(crate) async fn subscribe(
        &mut self,
        id: OperationId,
        operation: &impl Serialize,
    ) -> Result<(), Ended> {
        let payload = to_raw_value(operation).map_err(|error| lost(&error))?;
        self.send(&ClientFrame::Subscribe { id, payload }).await
    }

    pub(crate) async fn unsubscribe(&mut self, id: OperationId) -> Result<(), Ended> {
        self.send(&ClientFrame::Complete { id }).await
    }

    /// Asks for a sign of life, which is to come soon. Whatever else comes shows nothing: it may have been under way.
    pub(crate) async fn probe(&mut self) -> Result<(), Ended> {
        if self.probed.is_some() {
            return Ok(());
        }
        self.probed = Some(Instant::now() + self.timing.probe);
        self.send(&ClientFrame::Ping).await
    }

    /// The next thing that comes of a subscription. Dropping this future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<(OperationId, Signal), Ended> {
        loop {
            match self.frame().await? {
                ServerFrame::Next { id, payload } => return Ok((id, Signal::Next(payload))),
                ServerFrame::Error { id, errors } => return Ok((id, Signal::Error(errors))),
                ServerFrame::Complete { id } => return Ok((id, Signal::Complete)),
                ServerFrame::Pong if self.probed.take().is_some() => {
                    return Ok((OperationId(String::new()), Signal::Alive));
                }
                ServerFrame::Acknowledged
                | ServerFrame::Ping
                | ServerFrame::Pong
                | ServerFrame::Other => {}
            }
        }
    }

    async fn frame(&mut self) -> Result<ServerFrame, Ended> {
        loop {
            let patience = match self.probed {
                Some(until) => until.saturating_duration_since(Instant::now()),
                None if self.awaiting_pong => self.timing.pong,
                None => self.timing.idle,
            };
            let Ok(message) = timeout(patience, self.stream.next()).await else {
                self.still_there().await?;
                continue;
            };
            self.awaiting_pong = false;
            match message {
                Some(Ok(Message::Text(text))) => {
                    let frame = ServerFrame::parse(&text).map_err(|error| lost(&error))?;
                    if matches!(frame, ServerFrame::Ping) {
                        self.send(&ClientFrame::Pong).await?;
                    }
                    return Ok(frame);
                }
                Some(Ok(Message::Close(close))) => return Err(self.closed(close).await),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(lost(&error)),
                None => {
                    return Err(Ended::Lost {
                        reason: "the connection broke off".to_owned(),
                    });
                }
            }
        }
    }

    /// A half-open connection gives no error: only asking shows that nobody is there any more.
    async fn still_there(&mut self) -> Result<(), Ended> {
        if self.awaiting_pong || self.probed.is_some() {
            return Err(Ended::Lost {
                reason: "the server gives no sign of life".to_owned(),
            });
        }
        self.awaiting_pong = true;
        self.send(&ClientFrame::Ping).await
    }

    async fn closed(
        &mut self,
        close: Option<tokio_tungstenite::tungstenite::protocol::CloseFrame>,
    ) -> Ended {
        // The answer to the close is queued already; a server that is gone may not take it, and that is fine.
        let _ = timeout(Duration::from_secs(1), self.stream.flush()).await;
        match close {
            Some(frame) => Ended::Closed {
                code: frame.code.into(),
                reason: frame.reason.to_string(),
            },
            None => Ended::Closed {
                code: NO_CODE,
                reason: String::new(),
            },
        }
    }

    async fn send(&mut self, frame: &ClientFrame) -> Result<(), Ended> {
        let text = serde_json::to_string(frame).map_err(|error| lost(&error))?;
        let sending = self.stream.send(Message::text(text));
        let slow = || Ended::Lost {
            reason: "the server takes nothing any more".to_owned(),
        };
        timeout(self.timing.open, sending)
            .await
            .map_err(|_| slow())?
            .map_err(|error| lost(&error))
    }
}

async fn connect(
    url: &Url,
    tls: Arc<rustls::ClientConfig>,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, WsError> {
    let mut request = url.as_str().into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request
        .headers_mut()
        .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0);
    let (stream, _) =
        connect_async_tls_with_config(request, Some(config), true, Some(Connector::Rustls(tls)))
            .await?;
    Ok(stream)
}

fn lost(error: &dyn std::fmt::Display) -> Ended {
    Ended::Lost {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
