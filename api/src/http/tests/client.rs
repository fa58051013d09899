//! A client of the socket that says what it is told.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, handshake::client::Request},
};

use super::server::{Server, within};

/// A socket whose handshake is over.
pub(super) struct Socket(pub(super) WebSocketStream<TcpStream>);

/// What comes from the server.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    Message(Value),
    Closed(u16),
    Lost,
}

fn handshake(server: &Server, headers: &[(&'static str, &str)]) -> Request {
    let url = format!("ws://{}/graphql", server.address);
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    request
}

impl Socket {
    pub(super) async fn open(server: &Server) -> Self {
        let request = handshake(
            server,
            &[("sec-websocket-protocol", "graphql-transport-ws")],
        );
        let stream = TcpStream::connect(server.address).await.unwrap();
        Self(client_async(request, stream).await.unwrap().0)
    }

    pub(super) async fn ready(server: &Server, token: Option<&str>) -> Self {
        let mut socket = Self::open(server).await;
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(
            socket.hear().await,
            Heard::Message(json!({ "type": "connection_ack" }))
        );
        socket
    }

    pub(super) async fn say(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    pub(super) async fn hear(&mut self) -> Heard {
        loop {
            return match within(self.0.next()).await {
                Some(Ok(Message::Text(text))) => {
                    Heard::Message(serde_json::from_str(&text).unwrap())
                }
                Some(Ok(Message::Close(Some(frame)))) => Heard::Closed(frame.code.into()),
                Some(Ok(Message::Close(None)) | Err(_)) | None => Heard::Lost,
                Some(Ok(_)) => continue,
            };
        }
    }

    /// The types and payloads of the messages up to the end of operation `id`.
    pub(super) async fn hear_out(&mut self, id: &str) -> Vec<(String, Value)> {
        let mut heard = Vec::new();
        while let Heard::Message(mut message) = self.hear().await {
            assert_eq!(message["id"], id);
            let kind = message["type"].as_str().unwrap_or_default().to_owned();
            heard.push((kind.clone(), message["payload"].take()));
            if kind != "next" {
                break;
            }
        }
        heard
    }
}

/// The types of messages, in order.
pub(super) fn kinds(heard: &[(String, Value)]) -> Vec<&str> {
    heard.iter().map(|(kind, _)| kind.as_str()).collect()
}

/// The status with which a handshake is refused.
pub(super) async fn refused(server: &Server, headers: &[(&'static str, &str)]) -> u16 {
    let stream = TcpStream::connect(server.address).await.unwrap();
    match client_async(handshake(server, headers), stream).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {other:?}"),
    }
}
