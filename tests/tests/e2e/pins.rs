//! Messages that are pinned to their rooms.

use causerie_tests::{Message, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

async fn pinned(person: &Person, room: &Room) -> Vec<String> {
    let document = "query ($id: ID!) { room(id: $id) { pinnedMessages { body pinnedAt } } }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    let pinned: Vec<Value> = answer.get("/room/pinnedMessages");
    assert!(pinned.iter().all(|message| message["pinnedAt"].is_string()));
    let body = |message: &Value| message["body"].as_str().expect("a body").to_owned();
    pinned.iter().map(body).collect()
}

async fn pin(person: &Person, message: &Message, pinned: bool) -> causerie_tests::Answer {
    let input = json!({ "messageId": message.id, "pinned": pinned });
    person
        .mutate("pinMessage", "message { pinnedAt }", input)
        .await
}

async fn pins_are_the_rooms(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let [one, two] = [
        alice.send(&room, "one").await,
        alice.send(&room, "two").await,
    ];
    let before = alice.cursor().await;
    for message in [&one, &two, &one] {
        bob.pin(message).await;
    }
    assert_eq!(pinned(&alice, &room).await, ["two", "one"]);
    // The pin that there was already is neither told nor heard.
    assert_eq!(alice.send(&room, "three").await.seq, 5);
    let rest = format!("(after: {before:?}) {{ events {{ __typename }} live }}");
    let mut heard = alice.follow("events", &rest).await;
    let mut kinds = Vec::new();
    while kinds.len() < 5 {
        let batch = heard.next().await;
        kinds.extend(
            batch["events"]
                .as_array()
                .expect("events")
                .iter()
                .map(|event| event["__typename"].clone()),
        );
    }
    assert_eq!(
        kinds,
        [
            "RoomChanged",
            "MessageSent",
            "RoomChanged",
            "MessageSent",
            "MessageSent"
        ]
    );

    assert_eq!(
        pin(&alice, &two, false)
            .await
            .success::<Value>("pinMessage", "message/pinnedAt"),
        Value::Null
    );
    assert_eq!(pinned(&alice, &room).await, ["one"]);
    alice.delete(&one).await;
    assert_eq!(pinned(&alice, &room).await, [""; 0]);
    assert_eq!(
        pin(&alice, &one, true).await.refusal("pinMessage").code,
        "CONFLICT"
    );
}

async fn a_room_has_so_many_pins(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    for number in 0..50 {
        alice
            .pin(&alice.send(&room, &number.to_string()).await)
            .await;
    }
    let last = alice.send(&room, "one more").await;
    assert_eq!(
        pin(&alice, &last, true).await.refusal("pinMessage").code,
        "INVALID"
    );
}

on_both_databases![pins_are_the_rooms, a_room_has_so_many_pins];
