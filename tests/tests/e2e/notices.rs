//! What the server tells in rooms.

use causerie_tests::{Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

/// The kinds and the texts of the notices in a room, each with who did it and to whom.
async fn notices(person: &Person, room: &Room) -> Vec<[String; 4]> {
    let document = "query ($id: ID!) { room(id: $id) { messages { nodes {
        body author { username } notice { kind user { username } }
    } } } }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    let mut messages: Vec<Value> = answer.get("/room/messages/nodes");
    messages.retain(|message| !message["notice"].is_null());
    let text = |message: &Value, pointer: &str| {
        let found = message.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let notice = |message: &Value| {
        [
            "/notice/kind",
            "/author/username",
            "/notice/user/username",
            "/body",
        ]
        .map(|pointer| text(message, pointer))
    };
    messages.iter().map(notice).collect()
}

async fn changes_of_the_room_are_told(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    alice
        .update_room(&room, json!({ "name": "milk *and* tea" }))
        .await;
    alice.update_room(&room, json!({ "topic": "_Hot_" })).await;
    alice
        .update_room(&room, json!({ "topic": null, "name": "milk *and* tea" }))
        .await;
    let expected = [
        [
            "RENAMED",
            "alice",
            "",
            r"renamed the room to “milk \*and\* tea”",
        ],
        [
            "TOPIC_CHANGED",
            "alice",
            "",
            r"changed the topic to “\_Hot\_”",
        ],
        ["TOPIC_CHANGED", "alice", "", "took the topic away"],
    ];
    assert_eq!(notices(&bob, &room).await, expected);
    // They are not unread, and nobody can change what they say.
    assert_eq!(bob.mark_read(&room, 0).await, (0, 0));
    let sent = alice.send(&room, "hello").await;
    assert_eq!(sent.seq, 4);
    assert_eq!(bob.mark_read(&room, 0).await, (0, 1));
    let history = alice.history(&room, "").await;
    let answer = alice.try_edit(&history.nodes[0].id, "nothing").await;
    assert_eq!(answer.refusal("editMessage").code, "FORBIDDEN");
}

async fn those_who_come_and_go_are_told_where_that_is_wanted(server: &mut Server) {
    let [alice, bob, carol, dave] = server.people(["alice", "bob", "carol", "dave"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    assert_eq!(notices(&alice, &room).await, [[""; 4]; 0]);
    alice
        .update_room(&room, json!({ "announcesMembers": true }))
        .await;
    carol.join(&room).await;
    for _ in 0..2 {
        let input = json!({ "roomId": room.id, "userId": dave.id });
        let answer = alice.mutate("addMember", "", input).await;
        answer.success::<Value>("addMember", "userErrors");
    }
    alice.remove_member(&room, &dave).await;
    alice.ban(&room, &carol).await;
    bob.leave(&room).await;
    let expected = [
        ["JOINED", "carol", "", "joined"],
        ["ADDED", "alice", "dave", "added @dave"],
        ["REMOVED", "alice", "dave", "removed @dave"],
        ["REMOVED", "alice", "carol", "removed @carol"],
        ["LEFT", "bob", "", "left"],
    ];
    assert_eq!(notices(&alice, &room).await, expected);
    assert_eq!(alice.history(&room, "").await.seqs(), [1, 2, 3, 4, 5]);
}

async fn a_notice_is_an_event_after_what_it_tells(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    alice
        .update_room(&room, json!({ "announcesMembers": true }))
        .await;
    let rest = format!(
        "(after: {:?}) {{ events {{ __typename ... on MessageSent {{ message {{ notice {{ kind }} }} }} }} }}",
        alice.cursor().await
    );
    let mut heard = alice.follow("events", &rest).await;
    bob.join(&room).await;
    let mut events = Vec::new();
    while events.len() < 2 {
        let batch = heard.next().await;
        events.extend(batch["events"].as_array().expect("events").iter().cloned());
    }
    let told =
        json!({ "__typename": "MessageSent", "message": { "notice": { "kind": "JOINED" } } });
    assert_eq!(events, [json!({ "__typename": "MemberJoined" }), told]);
}

on_both_databases![
    changes_of_the_room_are_told,
    those_who_come_and_go_are_told_where_that_is_wanted,
    a_notice_is_an_event_after_what_it_tells,
];
