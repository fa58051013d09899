//! The socket, through its close codes and its limits.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{
    client::{Heard, Socket, kinds, refused},
    server::{Server, until, within},
};
use crate::http::Limits;

#[tokio::test]
async fn handshakes_of_others_are_refused() {
    let server = Server::start().await;
    let ours = ("sec-websocket-protocol", "graphql-transport-ws");
    assert_eq!(refused(&server, &[]).await, 400);
    assert_eq!(
        refused(&server, &[("sec-websocket-protocol", "graphql-ws")]).await,
        400
    );
    assert_eq!(
        refused(&server, &[ours, ("origin", "https://evil.example")]).await,
        403
    );
    assert_eq!(refused(&server, &[ours, ("origin", "null")]).await, 403);
}

#[tokio::test]
async fn every_kind_of_operation_is_served() {
    let server = Server::start().await;
    server.world.gate.send_replace(true);
    let mut socket = Socket::ready(&server, Some("alice")).await;
    socket.subscribe("q", "{ who }").await;
    let heard = socket.hear_out("q").await;
    assert_eq!(kinds(&heard), ["next", "complete"]);
    assert_eq!(heard[0].1, json!({ "data": { "who": "alice" } }));
    socket.subscribe("m", "mutation { poke keep }").await;
    assert_eq!(
        socket.hear_out("m").await[0].1,
        json!({ "data": { "poke": 1, "keep": false } })
    );
    socket.subscribe("s", "subscription { count(to: 3) }").await;
    assert_eq!(
        kinds(&socket.hear_out("s").await),
        ["next", "next", "next", "complete"]
    );
}

#[tokio::test]
async fn a_root_field_may_come_through_a_fragment() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server, None).await;
    for query in [
        "subscription { ...F } fragment F on Subscription { count(to: 2) }",
        "subscription { ... on Subscription { count(to: 2) } }",
        "subscription { ... @skip(if: false) { count(to: 2) } }",
    ] {
        socket.subscribe("s", query).await;
        assert_eq!(
            kinds(&socket.hear_out("s").await),
            ["next", "next", "complete"],
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_failing_operation_ends_with_an_error_and_spares_the_others() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server, None).await;
    for (query, expected, code) in [
        ("subscription { fails }", &["next", "error"][..], "INVALID"),
        ("subscription { refuses }", &["error"], "INVALID"),
        ("subscription { panics }", &["error"], "INTERNAL"),
        ("subscription { nothing }", &["error"], "INVALID"),
        (
            "subscription { a: count(to: 1) b: count(to: 1) }",
            &["error"],
            "INVALID",
        ),
        ("{", &["error"], "INVALID"),
        ("{ panics }", &["error"], "INTERNAL"),
    ] {
        socket.subscribe("s", query).await;
        let heard = socket.hear_out("s").await;
        assert_eq!(kinds(&heard), expected, "{query}");
        let (_, errors) = heard.last().unwrap();
        assert_eq!(errors[0]["extensions"]["code"], code, "{query}");
    }
    socket.subscribe("q", "{ value }").await;
    assert_eq!(kinds(&socket.hear_out("q").await), ["next", "complete"]);
}

#[tokio::test]
async fn misbehaviour_closes_the_socket_with_its_code() {
    let server = Server::start().await;
    let subscribe =
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { live }" } });
    let init = json!({ "type": "connection_init" });
    let login =
        |token: &str| json!({ "type": "connection_init", "payload": { "authorization": token } });
    for (messages, code) in [
        (vec![json!([])], 4400),
        (vec![json!({ "type": "hello" })], 4400),
        (vec![subscribe.clone()], 4401),
        (vec![login("Bearer old")], 4403),
        (vec![login("alice")], 4403),
        (
            vec![json!({ "type": "connection_init", "payload": { "authorization": 1 } })],
            4403,
        ),
        (vec![login("Bearer never"), subscribe.clone()], 4401),
        (vec![login("Bearer down")], 1013),
        (vec![init.clone(), init.clone()], 4429),
        (vec![login("Bearer never"), init.clone()], 4429),
        (
            vec![init.clone(), subscribe.clone(), subscribe.clone()],
            4409,
        ),
        (
            vec![
                init.clone(),
                json!({ "type": "subscribe", "id": "1", "payload": {} }),
            ],
            4400,
        ),
    ] {
        let mut socket = Socket::open(&server).await;
        for message in &messages {
            socket.say(message.clone()).await;
        }
        let mut heard = socket.hear().await;
        while let Heard::Message(_) = heard {
            heard = socket.hear().await;
        }
        assert_eq!(heard, Heard::Closed(code), "{messages:?}");
    }
}

#[tokio::test]
async fn messages_beyond_the_limit_and_of_the_wrong_kind_close_the_socket() {
    let server = Server::start().await;
    for (message, code) in [
        (Message::text("x".repeat(128 * 1024 + 1)), 1009),
        (Message::text("x".repeat(1024 * 1024)), 1009),
        (Message::binary(b"{}".to_vec()), 4400),
    ] {
        let mut socket = Socket::ready(&server, None).await;
        let (mut sink, mut stream) = socket.0.split();
        let sending = tokio::spawn(async move { sink.send(message).await });
        let heard = loop {
            match within(stream.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => break u16::from(frame.code),
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        };
        assert_eq!(heard, code);
        sending.abort();
        socket = Socket::ready(&server, None).await;
        drop(socket);
    }
}

#[tokio::test]
async fn a_socket_must_introduce_itself_in_time() {
    let limits = Limits {
        init_timeout: Duration::from_millis(20),
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut socket = Socket::open(&server).await;
    assert_eq!(socket.hear().await, Heard::Closed(4408));
}

#[tokio::test]
async fn a_socket_ends_with_its_session() {
    let server = Server::start().await;
    let mut anonymous = Socket::ready(&server, None).await;
    let mut socket = Socket::ready(&server, Some("alice")).await;
    socket.subscribe("s", "subscription { live }").await;
    assert!(matches!(socket.hear().await, Heard::Message(_)));
    server.world.session_ended.send_replace(true);
    assert_eq!(socket.hear().await, Heard::Closed(4403));
    until(&server.world.live, 0).await;
    anonymous.subscribe("q", "{ value }").await;
    assert_eq!(kinds(&anonymous.hear_out("q").await), ["next", "complete"]);
}

#[tokio::test]
async fn sockets_and_operations_are_limited() {
    let limits = Limits {
        sockets_per_user: 1,
        operations_per_socket: 2,
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut first = Socket::ready(&server, Some("alice")).await;
    let mut second = Socket::open(&server).await;
    let login =
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer alice" } });
    second.say(login).await;
    assert_eq!(second.hear().await, Heard::Closed(1013));
    for id in ["a", "b"] {
        first.subscribe(id, "subscription { live }").await;
        assert!(matches!(first.hear().await, Heard::Message(_)));
    }
    first.subscribe("c", "subscription { live }").await;
    let heard = first.hear_out("c").await;
    assert_eq!(heard[0].1[0]["extensions"]["code"], "RATE_LIMITED");
    first.say(json!({ "type": "complete", "id": "a" })).await;
    until(&server.world.live, 1).await;
    first.subscribe("a", "{ value }").await;
    assert_eq!(kinds(&first.hear_out("a").await), ["next", "complete"]);
}

#[tokio::test]
async fn a_client_that_does_not_read_costs_bounded_memory_and_loses_nothing() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server, None).await;
    socket.subscribe("s", "subscription { flood }").await;
    let mut flooded = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = server.world.flooded.load(Ordering::SeqCst);
        if now == flooded && now > 0 {
            break;
        }
        flooded = now;
    }
    // What the kernel buffers for both sides of a loopback connection, at the most.
    assert!(
        flooded < 16 * 1024,
        "{flooded} KiB were given to a client that does not read"
    );
    for number in 0..flooded + 100 {
        let Heard::Message(message) = socket.hear().await else {
            panic!("cut off after {number}");
        };
        let text = message["payload"]["data"]["flood"].as_str().unwrap();
        assert_eq!(text.trim_start_matches('0').parse().unwrap_or(0), number);
    }
}

#[tokio::test]
async fn a_client_out_of_reach_is_let_go() {
    let limits = Limits {
        ping_interval: Duration::from_millis(50),
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut socket = Socket::ready(&server, None).await;
    socket.subscribe("s", "subscription { live }").await;
    // While this socket is read, pings are answered, and it stays.
    for _ in 0..5 {
        loop {
            match within(socket.0.next()).await {
                Some(Ok(Message::Ping(_))) => break,
                Some(Ok(Message::Text(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(*server.world.live.borrow(), 1);
    until(&server.world.live, 0).await;
}

#[tokio::test]
async fn pings_are_answered_before_and_after_the_login() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server).await;
    socket
        .say(json!({ "type": "ping", "payload": { "a": 1 } }))
        .await;
    assert_eq!(
        socket.hear().await,
        Heard::Message(json!({ "type": "pong", "payload": { "a": 1 } }))
    );
    socket.say(json!({ "type": "connection_init" })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(
        socket.hear().await,
        Heard::Message(json!({ "type": "connection_ack" }))
    );
    assert_eq!(
        socket.hear().await,
        Heard::Message(json!({ "type": "pong" }))
    );
}

#[tokio::test]
async fn sockets_are_told_to_come_back_when_the_server_stops() {
    let server = Server::start().await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = Socket::ready(&server, None).await;
        socket.subscribe("s", "subscription { live }").await;
        assert!(matches!(socket.hear().await, Heard::Message(_)));
        sockets.push(socket);
    }
    server.stop();
    for socket in &mut sockets {
        assert_eq!(socket.hear().await, Heard::Closed(1012));
        assert_eq!(socket.hear().await, Heard::Lost);
    }
    server.stopped().await;
}

#[tokio::test]
async fn a_mutation_outlives_its_socket() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server, None).await;
    socket.subscribe("s", "subscription { live }").await;
    until(&server.world.live, 1).await;
    socket.subscribe("m", "mutation { poke }").await;
    until(&server.world.begun, 1).await;
    drop(socket);
    // The server has noticed when what else ran on the socket is gone.
    until(&server.world.live, 0).await;
    server.stop();
    server.world.gate.send_replace(true);
    until(&server.world.done, 1).await;
    server.stopped().await;
}

#[tokio::test]
async fn a_flood_of_pings_is_answered_to_the_last_once_it_is_read() {
    let server = Server::start().await;
    let socket = Socket::ready(&server, None).await;
    let (mut sink, mut stream) = socket.0.split();
    let payload = "x".repeat(60 * 1024);
    let sending = tokio::spawn(async move {
        for number in 0..100 {
            let ping = json!({ "type": "ping", "payload": { "number": number, "x": payload } });
            sink.send(Message::text(ping.to_string())).await.unwrap();
        }
    });
    for number in 0..100 {
        let message = within(stream.next()).await.unwrap().unwrap();
        let message: serde_json::Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
        assert_eq!(message["payload"]["number"], number);
    }
    sending.await.unwrap();
}
