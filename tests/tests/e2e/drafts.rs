//! What people began to write, on whichever device.

use causerie_tests::{Answer, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

async fn save(person: &Person, room: &Room, body: &str) -> Answer {
    let input = json!({ "roomId": room.id, "body": body });
    person
        .mutate("saveDraft", "membership { draft { body } }", input)
        .await
}

async fn draft(person: &Person, room: &Room) -> Value {
    let document = "query ($id: ID!) { room(id: $id) { membership {
        draft { body replyTo { body } }
    } } }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    answer.get("/room/membership/draft")
}

async fn a_draft_follows_its_writer_and_nobody_else(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let sent = bob.send(&room, "one").await;
    let phone = alice.log_in_again().await;
    let rest = format!(
        "(after: {:?}) {{ events {{ __typename ... on DraftChanged {{ draft {{ body }} }} }} }}",
        alice.cursor().await
    );
    let mut heard = phone.follow("events", &rest).await;
    let mut bobs = bob.follow("events", &rest).await;
    assert_eq!(draft(&alice, &room).await, Value::Null);
    for body in ["he", "he", " hello\n"] {
        let answer = save(&alice, &room, body).await;
        assert_eq!(
            answer.success::<String>("saveDraft", "membership/draft/body"),
            body
        );
    }
    assert_eq!(
        draft(&phone, &room).await,
        json!({ "body": " hello\n", "replyTo": null })
    );
    assert_eq!(draft(&bob, &room).await, Value::Null);
    let input = json!({ "roomId": room.id, "body": "yes", "replyToId": sent.id });
    phone
        .mutate("saveDraft", "", input)
        .await
        .success::<Value>("saveDraft", "userErrors");
    assert_eq!(
        draft(&alice, &room).await,
        json!({ "body": "yes", "replyTo": { "body": "one" } })
    );
    save(&alice, &room, " \n")
        .await
        .success::<Value>("saveDraft", "membership");
    assert_eq!(draft(&phone, &room).await, Value::Null);
    alice.send(&room, "hello").await;

    // Each change once, as it left the draft or later.
    let mut drafts = Vec::new();
    loop {
        let batch = heard.next().await;
        let events = batch["events"].as_array().expect("events").clone();
        drafts.extend(events);
        if drafts
            .last()
            .is_some_and(|event| event["__typename"] == "MessageSent")
        {
            break;
        }
    }
    assert_eq!(drafts.len(), 5, "{drafts:#?}");
    let last = json!({ "__typename": "DraftChanged", "draft": null });
    assert_eq!(drafts[3], last);
    let first = bobs.until(|batch| batch["events"] != json!([])).await;
    assert_eq!(first["events"], json!([{ "__typename": "MessageSent" }]));
}

async fn a_draft_ends_with_the_membership(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let other = alice.create_channel("milk").await;
    bob.join(&room).await;
    save(&bob, &room, "hello")
        .await
        .success::<Value>("saveDraft", "membership");
    bob.leave(&room).await;
    assert_eq!(
        save(&bob, &room, "hello").await.refusal("saveDraft").code,
        "FORBIDDEN"
    );
    bob.join(&room).await;
    assert_eq!(draft(&bob, &room).await, Value::Null);

    let long = "a".repeat(16 * 1024 + 1);
    assert_eq!(
        save(&bob, &room, &long).await.refusal("saveDraft").code,
        "TOO_LARGE"
    );
    assert_eq!(
        save(&bob, &room, "a\0").await.refusal("saveDraft").code,
        "INVALID"
    );
    let elsewhere = alice.send(&other, "one").await;
    let input = json!({ "roomId": room.id, "body": "yes", "replyToId": elsewhere.id });
    let answer = bob.mutate("saveDraft", "", input).await;
    assert_eq!(answer.refusal("saveDraft").code, "NOT_FOUND");
}

async fn drafts_of_many_rooms_are_read_at_once(server: &mut Server) {
    let alice = server.register("alice").await;
    for number in 0..5 {
        let room = alice.create_channel(&format!("tea {number}")).await;
        save(&alice, &room, "hello")
            .await
            .success::<Value>("saveDraft", "membership");
    }
    let document = "{ viewer { rooms { nodes { membership { draft { body } } } } } }";
    let (answer, queries) = server.queries_of(alice.ask(document, json!({}))).await;
    assert_eq!(answer.get::<Vec<Value>>("/viewer/rooms/nodes").len(), 5);
    assert_eq!(
        queries
            .iter()
            .filter(|query| *query == "find_drafts")
            .count(),
        1
    );
}

on_both_databases![
    a_draft_follows_its_writer_and_nobody_else,
    a_draft_ends_with_the_membership,
    drafts_of_many_rooms_are_read_at_once,
];
