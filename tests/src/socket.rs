//! A bare graphql-transport-ws connection.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message as Frame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async};

use crate::within;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One connection. What it receives is read one message at a time.
pub struct Socket {
    stream: Stream,
}

impl Socket {
    /// Connects and sends `connection_init`; what comes of it is the caller's to read.
    pub async fn open(url: &str, authorization: Option<&str>) -> Self {
        Self::open_with(url, authorization, None).await
    }

    /// The same, but what is not read soon stays with the server.
    pub async fn open_narrow(url: &str, authorization: Option<&str>) -> Self {
        Self::open_with(url, authorization, Some(4096)).await
    }

    async fn open_with(url: &str, authorization: Option<&str>, buffer: Option<u32>) -> Self {
        let connected = within("the socket to open", connect(url, buffer)).await;
        let mut socket = Self {
            stream: connected.expect("a socket"),
        };
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

    /// Writes all of these at once, so that the server reads them at once.
    pub async fn write_all(&mut self, messages: impl IntoIterator<Item = Value>) {
        for message in messages {
            let frame = Frame::text(message.to_string());
            self.stream
                .feed(frame)
                .await
                .expect("a socket that is open");
        }
        self.stream.flush().await.expect("a socket that is open");
    }

    /// The next message that is not a ping, or the close code.
    pub async fn read(&mut self) -> Result<Value, u16> {
        // Pings that come in between do not make the wait longer.
        within("a message on the socket", self.wait()).await
    }

    /// The same, however long it takes.
    pub async fn wait(&mut self) -> Result<Value, u16> {
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

async fn connect(url: &str, receive_buffer: Option<u32>) -> Result<Stream, Error> {
    let address = url.strip_prefix("http://").expect("an address");
    let tcp = TcpSocket::new_v4()?;
    if let Some(size) = receive_buffer {
        tcp.set_recv_buffer_size(size)?;
    }
    let tcp = tcp.connect(address.parse().expect("an address")).await?;
    let mut request = format!("ws://{address}/graphql").into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", protocol);
    let (stream, _) = client_async(request, MaybeTlsStream::Plain(tcp)).await?;
    Ok(stream)
}
