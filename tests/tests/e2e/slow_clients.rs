//! Clients that do not read: they hold up nobody, and lose nothing.

use causerie_tests::{Person, Room, Server, Socket, on_both_databases};
use serde_json::{Value, json};

const BODY: usize = 16_000;

/// A room with more to read than a connection holds.
async fn long_room(person: &Person) -> Room {
    let room = person.create_channel("long").await;
    for _ in 0..30 {
        person.send(&room, &"x".repeat(BODY)).await;
    }
    room
}

/// Asks for the same many times at once, on a socket that holds little.
async fn burst(person: &Person, document: &str) -> Socket {
    let mut socket = person.narrow_socket().await.acknowledged().await;
    let ask = |id: usize| {
        let payload = json!({ "query": document });
        json!({ "id": id.to_string(), "type": "subscribe", "payload": payload })
    };
    socket.write_all((0..60).map(ask)).await;
    socket
}

/// Whatever the others do, somebody else is served.
async fn assert_served(server: &Server, person: &Person) {
    // More than there are connections to a database.
    for number in 0..12 {
        assert_eq!(person.whoami().await.as_deref(), Some("alice"));
        let room = person.create_channel(&format!("tea {number}")).await;
        let mut heard = person.listen(Some(&room), None).await;
        person.send(&room, "hello").await;
        assert_eq!(heard.next().await.message.body, "hello");
    }
    server.register("carol").await;
}

async fn queries_that_nobody_reads(server: &mut Server) {
    let [alice, mallory] = server.people(["alice", "mallory"]).await;
    let room = long_room(&mallory).await;
    let list = "messages(first: 50) { nodes { body author { username } } }";
    let document = format!("{{ room(id: \"{}\") {{ {list} }} }}", room.id);
    let mut socket = burst(&mallory, &document).await;
    assert_served(server, &alice).await;
    // All of it is there once she reads.
    let (mut answers, mut ends) = (0, 0);
    while ends < 60 {
        let message = socket.read().await.expect("an open socket");
        match message["type"].as_str() {
            Some("next") => answers += 1,
            Some("complete") => ends += 1,
            _ => panic!("{message}"),
        }
    }
    assert_eq!(answers, 60);
}

async fn subscriptions_that_nobody_reads(server: &mut Server) {
    let [alice, mallory] = server.people(["alice", "mallory"]).await;
    let start = mallory.cursor().await;
    let room = long_room(&mallory).await;
    let events = "events { ... on MessageSent { message { seq body } } }";
    let document = format!("subscription {{ events(after: {start:?}) {{ live {events} }} }}");
    let mut socket = burst(&mallory, &document).await;
    assert_served(server, &alice).await;
    mallory.send(&room, "live").await;
    // Each of them has missed nothing.
    let mut seqs: Vec<Vec<Value>> = vec![Vec::new(); 60];
    while seqs.iter().any(|seqs| seqs.len() < 31) {
        let message = socket.read().await.expect("an open socket");
        let id: usize = message["id"]
            .as_str()
            .expect("an id")
            .parse()
            .expect("a number");
        let events = message["payload"]["data"]["events"]["events"].as_array();
        let events = events.unwrap_or_else(|| panic!("{message}"));
        let sent = events
            .iter()
            .filter(|event| event["message"] != Value::Null);
        seqs[id].extend(sent.map(|event| event["message"]["seq"].clone()));
    }
    let expected: Vec<Value> = (1..=31).map(Value::from).collect();
    assert!(seqs.iter().all(|seqs| *seqs == expected));
}

async fn a_batch_is_not_longer_than_a_slow_connection_takes(server: &mut Server) {
    let alice = server.register("alice").await;
    let start = alice.cursor().await;
    let room = long_room(&alice).await;
    let rest = format!(
        "(after: {start:?}) {{ cursor live events {{ cursor room {{ id }} ... on MessageSent {{ message {{ body }} }} }} }}"
    );
    let mut heard = alice.follow("events", &rest).await;
    let mut messages = 0;
    loop {
        let batch = heard.next().await;
        let events = batch["events"].as_array().expect("events");
        let bodies = events
            .iter()
            .filter_map(|event| event["message"]["body"].as_str());
        let lengths: Vec<usize> = bodies.map(str::len).collect();
        assert!(
            lengths.iter().sum::<usize>() < 64 * 1024 + BODY,
            "{lengths:?}"
        );
        messages += lengths.len();
        if batch["live"] == true {
            break;
        }
        // Whoever is cut off here goes on behind it.
        let last = events.last().map(|event| &event["cursor"]);
        assert_eq!(last, Some(&batch["cursor"]));
    }
    assert_eq!(messages, 30);
    assert_eq!(alice.history(&room, "first: 100").await.nodes.len(), 30);
}

on_both_databases![
    queries_that_nobody_reads,
    subscriptions_that_nobody_reads,
    a_batch_is_not_longer_than_a_slow_connection_takes,
];
