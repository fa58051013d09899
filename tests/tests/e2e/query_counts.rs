//! What answers cost the database: the same number of queries, however long the lists are.

use causerie_tests::{Person, Server, on_both_databases};
use serde_json::json;

async fn queries(server: &Server, person: &Person, document: &str) -> Vec<String> {
    let variables = json!({});
    let (answer, queries) = server.queries_of(person.ask(document, variables)).await;
    assert_eq!(answer.body["errors"], serde_json::Value::Null, "{document}");
    queries
}

/// A longer list asks the same, and nothing twice that could be asked once.
fn assert_flat(few: &[String], many: &[String]) {
    let sorted = |queries: &[String]| {
        let mut sorted = queries.to_vec();
        // Between the two a login may have to be looked up again: it is believed for a minute.
        sorted.retain(|query| query != "find_session");
        sorted.sort();
        sorted
    };
    assert_eq!(sorted(many), sorted(few));
}

async fn the_list_of_rooms(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let document = "{ viewer { user { id } rooms(first: 100) { nodes { name kind memberCount
        membership { role lastReadSeq unread { messages mentions } }
        lastMessage { body author { displayName } room { name } }
        otherUser { username presence { state } } } } unread { messages } } }";
    alice.open_direct_room(&bob).await;
    let room = alice.create_channel("channel 0").await;
    alice.send(&room, "first").await;
    let few = queries(server, &alice, document).await;
    for number in 1..12 {
        let room = alice.create_channel(&format!("channel {number}")).await;
        alice.send(&room, "first").await;
        let other = server.register(&format!("person{number}")).await;
        alice.open_direct_room(&other).await;
    }
    let many = queries(server, &alice, document).await;
    assert_flat(&few, &many);
}

async fn a_page_of_history(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("history").await;
    bob.join(&room).await;
    // One list each: two that are read side by side may or may not look people up together.
    let documents = [
        "messages(last: 100) { nodes { seq author { username } room { name } } }",
        "messages(last: 100) { nodes { replyTo { body author { username } } } }",
        "members { nodes { user { username } } }",
    ]
    .map(|list| format!("{{ room(id: \"{}\") {{ {list} }} }}", room.id));
    let first = alice.send(&room, "one").await;
    bob.reply(&room, &first, "two").await;
    let mut few = Vec::new();
    for document in &documents {
        few.push(queries(server, &alice, document).await);
    }
    for number in 0..30 {
        let sender = if number % 2 == 0 { &alice } else { &bob };
        let before = sender.send(&room, &format!("message {number}")).await;
        sender.reply(&room, &before, "and").await;
    }
    for (document, few) in documents.iter().zip(few) {
        let many = queries(server, &alice, document).await;
        assert_flat(&few, &many);
    }
}

async fn the_list_of_channels(server: &mut Server) {
    let alice = server.register("alice").await;
    let document = "{ channels(first: 100) { nodes { name memberCount membership { role }
        lastMessage { body author { username } } } } }";
    alice.create_channel("channel 0").await;
    let few = queries(server, &alice, document).await;
    for number in 1..20 {
        alice.create_channel(&format!("channel {number}")).await;
    }
    let many = queries(server, &alice, document).await;
    assert_flat(&few, &many);
}

async fn people_who_are_looked_for(server: &mut Server) {
    let alice = server.register("alice").await;
    let document = r#"{ users(query: "pers", first: 100) { nodes { username status { text }
        presence { state } } } }"#;
    server.register("person0").await;
    let few = queries(server, &alice, document).await;
    for number in 1..12 {
        server.register(&format!("person{number}")).await;
    }
    let many = queries(server, &alice, document).await;
    assert_flat(&few, &many);
}

async fn what_is_ones_own(server: &mut Server) {
    let alice = server.register("alice").await;
    let documents = [
        "{ viewer { blockedUsers { username status { text } presence { state } } } }",
        "{ viewer { sessions { device current lastUsedAt } } }",
    ];
    let act = async |number: usize| {
        let other = server.register(&format!("person{number}")).await;
        alice.block(&other).await;
        alice.log_in_again().await;
    };
    act(0).await;
    let mut few = Vec::new();
    for document in &documents {
        few.push(queries(server, &alice, document).await);
    }
    for number in 1..10 {
        act(number).await;
    }
    for (document, few) in documents.iter().zip(few) {
        let many = queries(server, &alice, document).await;
        assert_flat(&few, &many);
    }
}

async fn what_keepers_did(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let documents = [
        "auditLog(first: 100) { nodes { action actor { username } target { username } } }",
        "bans(first: 100) { nodes { user { username } by { username } } }",
        "invites(first: 100) { nodes { code room { name } } }",
    ]
    .map(|list| format!("{{ room(id: \"{}\") {{ {list} }} }}", room.id));
    let act = async |number: usize| {
        let other = server.register(&format!("person{number}")).await;
        alice.ban(&room, &other).await;
        alice.invite(&room).await;
    };
    act(0).await;
    let mut few = Vec::new();
    for document in &documents {
        few.push(queries(server, &alice, document).await);
    }
    for number in 1..12 {
        act(number).await;
    }
    for (document, few) in documents.iter().zip(few) {
        let many = queries(server, &alice, document).await;
        assert_flat(&few, &many);
    }
}

async fn several_nodes_at_once(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("nodes").await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(alice.send(&room, &format!("message {number}")).await.id);
    }
    let ask = |ids: &[String]| {
        format!(
            "{{ nodes(ids: {}) {{ id }} }}",
            serde_json::to_string(ids).expect("JSON")
        )
    };
    let few = queries(server, &alice, &ask(&ids[..1])).await;
    let many = queries(server, &alice, &ask(&ids)).await;
    assert_flat(&few, &many);
}

async fn a_login_that_is_known(server: &mut Server) {
    let alice = server.register("alice").await;
    let document = "{ viewer { user { username } } }";
    assert_eq!(
        queries(server, &alice, document).await,
        ["find_session", "find_users"]
    );
    assert_eq!(queries(server, &alice, document).await, ["find_users"]);
}

on_both_databases![
    the_list_of_rooms,
    a_page_of_history,
    the_list_of_channels,
    people_who_are_looked_for,
    what_is_ones_own,
    what_keepers_did,
    several_nodes_at_once,
    a_login_that_is_known,
];
