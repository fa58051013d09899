//! Whom messages speak to.

use causerie_tests::{Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

/// Whom each message of a room mentions.
async fn mentions(person: &Person, room: &Room) -> Vec<Vec<String>> {
    let document = "query ($id: ID!) {
        room(id: $id) { messages { nodes { mentions { username } } } }
    }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    let messages: Vec<Value> = answer.get("/room/messages/nodes");
    messages.iter().map(names).collect()
}

fn names(message: &Value) -> Vec<String> {
    let mentions = message["mentions"].as_array().expect("mentions");
    let name = |user: &Value| user["username"].as_str().expect("a name").to_owned();
    mentions.iter().map(name).collect()
}

/// How many messages are unread and how many of them are mentions: there, and in all rooms.
async fn unread(person: &Person, room: &Room) -> [(i64, i64); 2] {
    let document = "query ($id: ID!) {
        room(id: $id) { membership { unread { messages mentions } } }
        viewer { unread { messages mentions } }
    }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    ["/room/membership", "/viewer"].map(|place| {
        let unread: Value = answer.get(&format!("{place}/unread"));
        let count = |name: &str| unread[name].as_i64().expect("a number");
        (count("messages"), count("mentions"))
    })
}

async fn members_are_mentioned_by_their_names(server: &mut Server) {
    let [alice, bob, carol, eve] = server.people(["alice", "bob", "carol", "eve"]).await;
    let room = alice.create_channel("tea").await;
    let other = alice.create_channel("milk").await;
    for person in [&bob, &carol] {
        person.join(&room).await;
        person.join(&other).await;
    }
    for body in [
        "@bob, @Carol: tea?",
        "`@bob` and\n```\n@carol\n```",
        "@eve is not here, @alice is me, @nobody is nobody",
        "no one",
        "me@bob @BOB.",
    ] {
        alice.send(&room, body).await;
    }
    let none: [&str; 0] = [];
    let expected = [&["bob", "carol"][..], &none, &none, &none, &["bob"]];
    assert_eq!(mentions(&carol, &room).await, expected);
    assert_eq!(unread(&bob, &room).await, [(5, 2), (5, 2)]);
    assert_eq!(unread(&carol, &room).await, [(5, 1), (5, 1)]);
    assert_eq!(unread(&alice, &room).await, [(0, 0), (0, 0)]);

    alice.send(&other, "@bob").await;
    assert_eq!(unread(&bob, &room).await, [(5, 2), (6, 3)]);
    bob.mark_read(&room, 1).await;
    assert_eq!(unread(&bob, &room).await, [(4, 1), (5, 2)]);
    bob.mark_read(&room, 5).await;
    assert_eq!(unread(&bob, &room).await, [(0, 0), (1, 1)]);
    // What was said before one came is not for them.
    eve.join(&room).await;
    assert_eq!(unread(&eve, &room).await, [(0, 0), (0, 0)]);
    bob.leave(&other).await;
    assert_eq!(unread(&bob, &room).await, [(0, 0), (0, 0)]);
}

async fn edits_change_who_is_mentioned(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let first = alice.send(&room, "@bob @carol").await;
    assert_eq!(mentions(&alice, &room).await, [["bob"]]);
    carol.join(&room).await;
    let second = alice.send(&room, "nobody").await;
    alice.edit(&second, "@carol!").await;
    assert_eq!(mentions(&bob, &room).await, [["bob"], ["carol"]]);
    assert_eq!(unread(&carol, &room).await[0], (1, 1));
    // Who is there by now is mentioned, but history is not unread.
    bob.leave(&room).await;
    alice.edit(&first, "@carol and @bob").await;
    assert_eq!(mentions(&alice, &room).await[0], ["bob", "carol"]);
    assert_eq!(unread(&carol, &room).await[0], (1, 1));
    alice.edit(&first, "`@carol` and @bob").await;
    assert_eq!(mentions(&alice, &room).await[0], ["bob"]);
    alice.edit(&second, "nobody again").await;
    assert_eq!(unread(&carol, &room).await[0], (1, 0));
    // Once gone, somebody who is not there does not come back.
    alice.edit(&first, "nobody").await;
    alice.edit(&first, "@bob").await;
    assert_eq!(mentions(&alice, &room).await, [[""; 0], []]);
}

async fn a_deleted_message_mentions_nobody(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let sent = alice.send_as("key-1", &room, "@bob").await;
    assert_eq!(alice.send_as("key-1", &room, "@bob").await, sent);
    assert_eq!(unread(&bob, &room).await, [(1, 1), (1, 1)]);
    alice.delete(&sent).await;
    assert_eq!(unread(&bob, &room).await, [(0, 0), (0, 0)]);
    assert_eq!(mentions(&bob, &room).await, [[""; 0]]);
}

async fn answers_and_events_tell_of_mentions(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let fields = "{
        ... on MessageSent { message { mentions { username } } }
        ... on MessageEdited { message { mentions { username } } }
    }";
    let rest = format!("(after: {:?}) {fields}", bob.cursor().await);
    let mut heard = bob.follow("messages", &rest).await;
    let fields = "message { id mentions { username } }";
    let input = json!({ "roomId": room.id, "body": "Hi @bob" });
    let answer = alice.mutate("sendMessage", fields, input).await;
    let sent: Value = answer.success("sendMessage", "message");
    assert_eq!(names(&sent), ["bob"]);
    assert_eq!(names(&heard.next().await["message"]), ["bob"]);
    let input = json!({ "messageId": sent["id"], "body": "Hi @alice" });
    let answer = alice.mutate("editMessage", fields, input).await;
    let edited: Value = answer.success("editMessage", "message");
    assert_eq!(names(&edited), [""; 0]);
    assert_eq!(names(&heard.next().await["message"]), [""; 0]);
}

async fn what_mentions_nobody_asks_for_nobody(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    for (body, expected) in [("plain", 0), ("at `@bob`", 0), ("@bob", 1)] {
        let (_, queries) = server.queries_of(alice.send(&room, body)).await;
        let about = queries.iter().filter(|query| query.contains("mention"));
        assert_eq!(about.count(), expected, "{body}");
    }
    for number in 0..5 {
        alice.send(&room, &format!("@bob {number}")).await;
    }
    let (_, queries) = server.queries_of(mentions(&bob, &room)).await;
    let found = queries.iter().filter(|query| *query == "find_mentioned");
    assert_eq!(found.count(), 1);
}

on_both_databases![
    members_are_mentioned_by_their_names,
    edits_change_who_is_mentioned,
    a_deleted_message_mentions_nobody,
    answers_and_events_tell_of_mentions,
    what_mentions_nobody_asks_for_nobody,
];
