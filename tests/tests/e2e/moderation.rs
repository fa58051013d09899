//! What those who keep a room do about messages, and `@room`.

use causerie_tests::{Message, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

async fn versions(person: &Person, message: &Message) -> Vec<String> {
    let document =
        "query ($id: ID!) { node(id: $id) { ... on Message { versions { body writtenAt } } } }";
    let answer = person.ask(document, json!({ "id": message.id })).await;
    let versions: Vec<Value> = answer.get("/node/versions");
    let body = |version: &Value| version["body"].as_str().expect("a body").to_owned();
    versions.iter().map(body).collect()
}

async fn mentions(person: &Person, room: &Room) -> i64 {
    let document = "query ($id: ID!) { room(id: $id) { membership { unread { mentions } } } }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    answer.get("/room/membership/unread/mentions")
}

async fn messages_are_deleted_by_those_above_their_authors(server: &mut Server) {
    let [alice, bob, carol, dave] = server.people(["alice", "bob", "carol", "dave"]).await;
    let room = alice.create_channel("tea").await;
    for person in [&bob, &carol, &dave] {
        person.join(&room).await;
    }
    for admin in [&bob, &carol] {
        alice.set_role(&room, admin, "ADMIN").await;
    }
    let own = alice.send(&room, "one").await;
    let [equal, below, gone] = [
        carol.send(&room, "two").await,
        dave.send(&room, "three").await,
        dave.send(&room, "four").await,
    ];
    for message in [&own, &equal] {
        let answer = bob.try_delete(&message.id).await;
        assert_eq!(answer.refusal("deleteMessage").code, "FORBIDDEN");
    }
    assert_eq!(bob.delete(&below).await.body, "");
    dave.leave(&room).await;
    assert_eq!(bob.delete(&gone).await.body, "");
    alice.delete(&equal).await;
    // What others wrote can be taken away, and never be changed.
    let answer = alice.try_edit(&below.id, "nice").await;
    assert_eq!(answer.refusal("editMessage").code, "FORBIDDEN");
}

async fn earlier_versions_are_kept_for_those_who_keep_the_room(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    let sent = bob.send(&room, "one").await;
    for body in ["two", "two", "three"] {
        bob.edit(&sent, body).await;
    }
    for person in [&alice, &bob] {
        assert_eq!(versions(person, &sent).await, ["two", "one"]);
    }
    assert_eq!(versions(&carol, &sent).await, [""; 0]);
    bob.delete(&sent).await;
    assert_eq!(versions(&alice, &sent).await, [""; 0]);
    let direct = bob.open_direct_room(&carol).await;
    let sent = bob.send(&direct, "one").await;
    bob.edit(&sent, "two").await;
    assert_eq!(versions(&carol, &sent).await, [""; 0]);
}

async fn everyone_is_mentioned_by_those_who_keep_the_room(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let answer = bob
        .mutate("updateProfile", "", json!({ "displayName": "room" }))
        .await;
    answer.success::<Value>("updateProfile", "userErrors");
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    let all = alice.send(&room, "@room: tea!").await;
    alice.send(&room, "@room and @bob").await;
    let none = bob.send(&room, "@room, I may not").await;
    assert_eq!(mentions(&bob, &room).await, 2);
    assert_eq!(mentions(&carol, &room).await, 2);
    assert_eq!(mentions(&alice, &room).await, 0);
    let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Message { mentionsRoom } } }";
    let seen: Vec<Value> = carol
        .ask(document, json!({ "ids": [all.id, none.id] }))
        .await
        .get("/nodes");
    assert_eq!(
        seen,
        [
            json!({ "mentionsRoom": true }),
            json!({ "mentionsRoom": false })
        ]
    );
    alice.edit(&all, "tea").await;
    assert_eq!(mentions(&carol, &room).await, 1);
    alice.edit(&all, "tea, @room").await;
    assert_eq!(mentions(&carol, &room).await, 2);
    alice.delete(&all).await;
    assert_eq!(mentions(&carol, &room).await, 1);
}

async fn everyone_who_follows_a_thread_is_mentioned_there(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let root = bob.send(&room, "one").await;
    for body in ["plain", "@room", "@room and @bob", "@bob"] {
        alice.reply_in_thread(&root, &room, body).await;
    }
    let document = "{ viewer { unread { mentions } unreadInThreads { messages mentions } } }";
    let answer = bob.ask(document, json!({})).await;
    let unread: Value = answer.get("/viewer/unreadInThreads");
    assert_eq!(unread, json!({ "messages": 4, "mentions": 3 }));
    assert_eq!(answer.get::<i64>("/viewer/unread/mentions"), 0);
}

on_both_databases![
    messages_are_deleted_by_those_above_their_authors,
    earlier_versions_are_kept_for_those_who_keep_the_room,
    everyone_is_mentioned_by_those_who_keep_the_room,
    everyone_who_follows_a_thread_is_mentioned_there,
];
