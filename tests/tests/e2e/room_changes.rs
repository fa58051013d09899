//! What rooms are called and about, and who changes that.

use causerie_tests::{Answer, Person, Server, on_both_databases};
use serde_json::{Value, json};

const ROOM: &str = "room { name topic }";

async fn update(person: &Person, input: Value) -> Answer {
    person.mutate("updateRoom", ROOM, input).await
}

async fn those_who_keep_a_room_change_it_for_everyone(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let before = bob.cursor().await;
    let input = json!({ "roomId": room.id, "name": " Coffee ", "topic": "Beans" });
    let updated: Value = update(&alice, input).await.success("updateRoom", "room");
    assert_eq!(updated, json!({ "name": "Coffee", "topic": "Beans" }));
    // What is so already is no change; what is left out stays; null takes the topic away.
    update(&alice, json!({ "roomId": room.id, "name": "Coffee" })).await;
    let input = json!({ "roomId": room.id, "topic": null });
    let updated: Value = update(&alice, input).await.success("updateRoom", "room");
    assert_eq!(updated, json!({ "name": "Coffee", "topic": null }));
    alice.send(&room, "Better?").await;

    let rest = format!("(after: {before:?}) {{ events {{ __typename room {{ id topic }} }} }}");
    let mut heard = bob.follow("events", &rest).await;
    let batch = heard.until(|batch| batch["events"] != json!([])).await;
    let changed = json!({ "id": room.id, "topic": null });
    let expected = [
        "RoomChanged",
        "MessageSent",
        "MessageSent",
        "RoomChanged",
        "MessageSent",
        "MessageSent",
    ];
    let expected = expected.map(|kind| json!({ "__typename": kind, "room": changed }));
    assert_eq!(batch["events"], json!(expected));
    // Live, the room is as the event left it.
    let level = heard.until(|batch| batch["events"] != json!([]));
    let (level, _) = tokio::join!(
        level,
        update(&alice, json!({ "roomId": room.id, "topic": "Milk" }))
    );
    assert_eq!(level["events"][0]["room"]["topic"], "Milk");
}

async fn a_channel_is_found_under_its_new_name_only(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.create_channel("milk").await;
    for name in ["MILK", "", "a\nb"] {
        let refused = update(&alice, json!({ "roomId": room.id, "name": name })).await;
        let refusal = refused.refusal("updateRoom");
        let code = if name == "MILK" {
            "CONFLICT"
        } else {
            "INVALID"
        };
        assert_eq!(
            (refusal.code.as_str(), refusal.field),
            (code, Some(vec!["name".into()]))
        );
    }
    // Its own name in other letters is nobody else's.
    for name in ["TEA", "Coffee"] {
        let updated = update(&alice, json!({ "roomId": room.id, "name": name })).await;
        assert_eq!(updated.success::<String>("updateRoom", "room/name"), name);
    }
    let refusal = bob.try_join(json!({ "name": "tea" })).await;
    assert_eq!(refusal.refusal("joinRoom").code, "NOT_FOUND");
    let joined = bob.try_join(json!({ "name": "coffee" })).await;
    assert_eq!(joined.success::<String>("joinRoom", "room/id"), room.id);
    // Groups share names with whomever they like.
    let group = alice.create_group("private", &[]).await;
    let updated = update(&alice, json!({ "roomId": group.id, "name": "milk" })).await;
    assert_eq!(updated.success::<String>("updateRoom", "room/name"), "milk");
}

async fn of_many_who_want_a_name_one_gets_it(server: &mut Server) {
    let alice = server.register("alice").await;
    let mut rooms = Vec::new();
    for number in 0..6 {
        rooms.push(alice.create_channel(&format!("room {number}")).await);
    }
    let wanted = rooms
        .iter()
        .map(|room| update(&alice, json!({ "roomId": room.id, "name": "tea" })));
    let answers = futures_util::future::join_all(wanted).await;
    let taken = |answer: &&Answer| answer.body["data"]["updateRoom"]["room"].is_null();
    let refused: Vec<&Answer> = answers.iter().filter(taken).collect();
    assert_eq!(refused.len(), 5);
    for answer in refused {
        assert_eq!(answer.refusal("updateRoom").code, "CONFLICT");
    }
}

on_both_databases![
    those_who_keep_a_room_change_it_for_everyone,
    a_channel_is_found_under_its_new_name_only,
    of_many_who_want_a_name_one_gets_it,
];
