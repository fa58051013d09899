//! A bare graphql-transport-ws connection.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::within;

/// One connection. What it receives is read one message at a time.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Connects and sends `connection_init`; what comes of it is the caller's to read.
    pub async fn open(url: &str, authorization: Option<&str>) -> Self {
        let url = format!("{}/graphql", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a URL");
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let connected = within("the socket to open", connect_async(request)).await;
        let (stream, _) = connected.expect("a socket");
        let mut socket = Self { stream };
        let payload = authorization.map(|value| json!({ "authorization": value }));
        let init = match payload {
            Some(payload) => json!({ "type": "connection_init", "payload": payload }),
            None => json!({ "type": "connection_init" }),
        };
        socket.write(&init).await;
        socket
    }

    pub async fn write(&mut self, message: &Value) {
        let frame = Frame::text(message.to_string());
        self.stream
            .send(frame)
            .await
            .expect("a socket that is open");
    }

    /// The next message that is not a ping, or the close code.
    pub async fn read(&mut self) -> Result<Value, u16> {
        // Pings that come in between do not make the wait longer.
        within("a message on the socket", self.read_on()).await
    }

    async fn read_on(&mut self) -> Result<Value, u16> {
        loop {
            let text = match self.stream.next().await {
                Some(Ok(Frame::Text(text))) => text,
                Some(Ok(Frame::Close(Some(close)))) => return Err(close.code.into()),
                Some(Ok(Frame::Close(None))) => return Err(1005),
                Some(Ok(_)) => continue,
                // Nobody said good-bye, as when the server was killed.
                Some(Err(_)) | None => return Err(1006),
            };
            let message: Value = serde_json::from_str(&text).expect("JSON");
            match message["type"].as_str() {
                Some("ping") => self.write(&json!({ "type": "pong" })).await,
                Some("pong") => {}
                _ => return Ok(message),
            }
        }
    }

    /// Reads `connection_ack`.
    pub async fn acknowledged(mut self) -> Self {
        let message = self.read().await;
        assert_eq!(message, Ok(json!({ "type": "connection_ack" })));
        self
    }
}
