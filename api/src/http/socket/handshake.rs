//! The opening handshake of a WebSocket, RFC 6455 section 4.2.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tungstenite::handshake::derive_accept_key;

/// A request to become a WebSocket, well-formed, and not answered yet.
pub(in crate::http) struct Handshake {
    accept: HeaderValue,
    protocols: Vec<String>,
    upgrade: OnUpgrade,
}

/// The connection below a WebSocket, and what was read of it beyond the handshake.
pub(super) struct Raw {
    pub(super) stream: TcpStream,
    pub(super) read: Bytes,
}

impl<S: Sync> FromRequestParts<S> for Handshake {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let headers = &parts.headers;
        let asks = parts.version == Version::HTTP_11
            && lists(headers, header::CONNECTION, "upgrade")
            && lists(headers, header::UPGRADE, "websocket");
        if !asks {
            return Err(refuse("Only upgrades to WebSocket are served here.\n"));
        }
        if headers
            .get(header::SEC_WEBSOCKET_VERSION)
            .is_none_or(|version| version != "13")
        {
            let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
            return Err((StatusCode::UPGRADE_REQUIRED, version).into_response());
        }
        let accept = headers
            .get(header::SEC_WEBSOCKET_KEY)
            .and_then(|key| HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok());
        let protocols = tokens(headers, header::SEC_WEBSOCKET_PROTOCOL)
            .map(str::to_owned)
            .collect();
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        match accept.zip(upgrade) {
            Some((accept, upgrade)) => Ok(Self {
                accept,
                protocols,
                upgrade,
            }),
            None => Err(refuse("The WebSocket handshake lacks its key.\n")),
        }
    }
}

impl Handshake {
    /// Whether the client can speak this subprotocol.
    pub(super) fn offers(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|offered| offered == protocol)
    }

    /// The answer that accepts, and the connection once the answer is sent: `None` when the
    /// client is gone by then.
    pub(super) fn accept(
        self,
        protocol: &'static str,
    ) -> (Response, impl Future<Output = Option<Raw>> + Send + 'static) {
        let headers = [
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_ACCEPT, self.accept),
            (
                header::SEC_WEBSOCKET_PROTOCOL,
                HeaderValue::from_static(protocol),
            ),
        ];
        let response = (StatusCode::SWITCHING_PROTOCOLS, headers).into_response();
        let raw = async move {
            let upgraded = self.upgrade.await.ok()?;
            let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
            Some(Raw {
                stream: parts.io.into_inner(),
                read: parts.read_buf,
            })
        };
        (response, raw)
    }
}

fn refuse(message: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, message).into_response()
}

fn lists(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|listed| listed.eq_ignore_ascii_case(token))
}

fn tokens(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}
