//! Against servers that do what a real one is not made to do.

use super::*;
use causerie_tests::within;
use serde_json::{Value, json};
use std::future::Future;
use tokio::net::TcpListener;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

/// The server's end of the one connection.
struct Peer(WebSocketStream<TcpStream>);

impl Peer {
    async fn read(&mut self) -> Value {
        loop {
            if let Message::Text(text) =
                self.0.next().await.expect("a frame").expect("a good frame")
            {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    async fn write(&mut self, frame: Value) {
        self.0
            .send(Message::text(frame.to_string()))
            .await
            .expect("written");
    }

    async fn acknowledge(&mut self) {
        assert_eq!(self.read().await["type"], "connection_init");
        self.write(json!({ "type": "connection_ack" })).await;
    }

    async fn close(&mut self, code: u16, reason: &str) {
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: reason.into(),
        };
        self.0.close(Some(frame)).await.expect("closed");
        while self.0.next().await.is_some_and(|frame| frame.is_ok()) {}
    }
}

/// Opens a socket to a server that behaves as `script` says.
async fn open<F, S>(timing: Timing, script: S) -> Result<Socket, Ended>
where
    F: Future<Output = ()> + Send,
    S: FnOnce(Peer) -> F + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a client");
        script(Peer(
            accept_hdr_async(stream, speaks).await.expect("a WebSocket"),
        ))
        .await;
    });
    let url = Url::parse(&format!("ws://{address}/graphql")).expect("a URL");
    let tls = Arc::new(crate::transport::tls::config(&[]).expect("a TLS set-up"));
    Socket::open(&url, tls, "the-token", timing).await
}

#[expect(clippy::result_large_err, reason = "tungstenite's signature")]
fn speaks(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let asked = request
        .headers()
        .get(SEC_WEBSOCKET_PROTOCOL)
        .expect("a protocol")
        .clone();
    assert_eq!(asked, "graphql-transport-ws");
    response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, asked);
    Ok(response)
}

/// So short that the tests do not wait long for what does not come.
fn impatient() -> Timing {
    let short = Duration::from_millis(50);
    Timing {
        open: Duration::from_secs(20),
        idle: short,
        pong: short,
        probe: short,
    }
}

fn lost_because(ended: Result<(OperationId, Signal), Ended>) -> String {
    match ended {
        Err(Ended::Lost { reason }) => reason,
        other => panic!("expected a lost connection, got {other:?}"),
    }
}

#[tokio::test]
async fn the_token_is_presented_and_the_operation_subscribed() {
    let mut socket = open(Timing::default(), |mut peer| async move {
        let init = peer.read().await;
        assert_eq!(
            init,
            json!({ "type": "connection_init", "payload": { "authorization": "Bearer the-token" } })
        );
        peer.write(json!({ "type": "connection_ack" })).await;
        let subscribe = peer.read().await;
        assert_eq!(subscribe["type"], "subscribe");
        let payload = json!({ "data": { "echo": subscribe["payload"]["query"] } });
        peer.write(json!({ "type": "next", "id": subscribe["id"], "payload": payload }))
            .await;
        peer.write(json!({ "type": "complete", "id": subscribe["id"] }))
            .await;
    })
    .await
    .expect("open");
    socket
        .subscribe(
            OperationId("1".to_owned()),
            &json!({ "query": "subscription { x }" }),
        )
        .await
        .expect("subscribed");
    let Ok((_, Signal::Next(payload))) = socket.next().await else {
        panic!("an event comes first")
    };
    assert_eq!(payload.get(), r#"{"data":{"echo":"subscription { x }"}}"#);
    assert!(matches!(socket.next().await, Ok((_, Signal::Complete))));
}

#[tokio::test]
async fn a_server_that_acknowledges_nothing_is_given_up() {
    let timing = Timing {
        open: Duration::from_millis(50),
        ..Timing::default()
    };
    let opened = open(timing, |mut peer| async move {
        while peer.0.next().await.is_some() {}
    })
    .await;
    assert!(matches!(opened.err(), Some(Ended::Lost { reason }) if reason.contains("acknowledge")));
}

#[tokio::test]
async fn a_close_keeps_its_code_and_reason() {
    let opened = open(Timing::default(), |mut peer| async move {
        peer.close(4403, "Forbidden").await
    })
    .await;
    assert_eq!(
        opened.err(),
        Some(Ended::Closed {
            code: 4403,
            reason: "Forbidden".to_owned()
        })
    );
    let mut socket = open(Timing::default(), |mut peer| async move {
        peer.acknowledge().await;
        peer.close(1012, "Restarting").await;
    })
    .await
    .expect("open");
    let expected = Ended::Closed {
        code: 1012,
        reason: "Restarting".to_owned(),
    };
    assert_eq!(socket.next().await.expect_err("closed"), expected);
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_lost() {
    let mut socket = open(Timing::default(), |mut peer| async move {
        peer.acknowledge().await
    })
    .await
    .expect("open");
    lost_because(socket.next().await);
}

#[tokio::test]
async fn a_silent_server_is_asked_and_then_given_up() {
    let (asked, was_asked) = tokio::sync::oneshot::channel();
    let mut socket = open(impatient(), |mut peer| async move {
        peer.acknowledge().await;
        asked.send(peer.read().await).expect("the test waits");
        while peer.0.next().await.is_some() {}
    })
    .await
    .expect("open");
    assert_eq!(
        lost_because(socket.next().await),
        "the server gives no sign of life"
    );
    assert_eq!(was_asked.await.expect("asked"), json!({ "type": "ping" }));
}

/// With all the time in the world for what nobody doubts.
fn patient_but_for_probes() -> Timing {
    let hour = Duration::from_secs(3600);
    Timing {
        open: Duration::from_secs(20),
        idle: hour,
        pong: hour,
        probe: Duration::from_millis(50),
    }
}

#[tokio::test]
async fn a_connection_that_is_doubted_is_given_up_soon() {
    let mut socket = open(patient_but_for_probes(), |mut peer| async move {
        peer.acknowledge().await;
        while peer.0.next().await.is_some() {}
    })
    .await
    .expect("open");
    socket.probe().await.expect("asked");
    let ended = within("the end", socket.next()).await;
    assert_eq!(lost_because(ended), "the server gives no sign of life");
}

#[tokio::test]
async fn a_connection_that_answers_is_not_doubted_any_more() {
    let mut socket = open(Timing::default(), |mut peer| async move {
        peer.acknowledge().await;
        assert_eq!(peer.read().await["type"], "ping");
        peer.write(json!({ "type": "next", "id": "1", "payload": 1 }))
            .await;
        peer.write(json!({ "type": "pong" })).await;
        peer.write(json!({ "type": "pong" })).await;
        peer.write(json!({ "type": "complete", "id": "1" })).await;
    })
    .await
    .expect("open");
    socket.probe().await.expect("asked");
    socket.probe().await.expect("asked once");
    assert!(matches!(socket.next().await, Ok((_, Signal::Next(_)))));
    assert!(matches!(socket.next().await, Ok((_, Signal::Alive))));
    assert!(matches!(socket.next().await, Ok((_, Signal::Complete))));
}

#[tokio::test]
async fn a_server_that_answers_is_kept() {
    let mut socket = open(impatient(), |mut peer| async move {
        peer.acknowledge().await;
        for _ in 0..3 {
            assert_eq!(peer.read().await["type"], "ping");
            peer.write(json!({ "type": "pong" })).await;
        }
        peer.write(json!({ "type": "next", "id": "1", "payload": 1 }))
            .await;
        while peer.0.next().await.is_some() {}
    })
    .await
    .expect("open");
    assert!(matches!(socket.next().await, Ok((_, Signal::Next(_)))));
}

#[tokio::test]
async fn a_ping_is_answered_and_the_unknown_passed_over() {
    let mut socket = open(Timing::default(), |mut peer| async move {
        peer.acknowledge().await;
        peer.write(json!({ "type": "ping", "payload": {} })).await;
        assert_eq!(peer.read().await, json!({ "type": "pong" }));
        peer.write(json!({ "type": "weather", "payload": "rain" }))
            .await;
        peer.write(json!({ "type": "complete", "id": "1" })).await;
    })
    .await
    .expect("open");
    assert!(matches!(socket.next().await, Ok((_, Signal::Complete))));
}

#[tokio::test]
async fn an_error_of_the_operation_keeps_its_code() {
    let mut socket = open(Timing::default(), |mut peer| async move {
        peer.acknowledge().await;
        let error = json!({ "message": "No.", "extensions": { "code": "FORBIDDEN" } });
        peer.write(json!({ "type": "error", "id": "1", "payload": [error] }))
            .await;
    })
    .await
    .expect("open");
    let Ok((_, Signal::Error(mut errors))) = socket.next().await else {
        panic!("an error comes first")
    };
    let error = crate::transport::http::from_graphql(errors.remove(0));
    assert_eq!(
        error,
        crate::Error::Forbidden {
            reason: "No.".to_owned()
        }
    );
}

#[tokio::test]
async fn what_is_no_protocol_is_lost() {
    let mut socket = open(Timing::default(), |mut peer| async move {
        peer.acknowledge().await;
        peer.0.send(Message::text("hello")).await.expect("written");
    })
    .await
    .expect("open");
    lost_because(socket.next().await);
}
