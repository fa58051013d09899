//! Messages that are sent later, once.

use std::time::Duration;

use causerie_tests::{Answer, Person, Room, Server, from_now, on_both_databases, within};
use serde_json::{Value, json};

const FIELDS: &str =
    "scheduledMessage { id body sendAt failure clientId message { id } room { id } }";

async fn schedule(person: &Person, room: &Room, key: &str, at: &str) -> Answer {
    let input = json!({ "roomId": room.id, "body": "later", "clientId": key, "sendAt": at });
    person.mutate("scheduleMessage", FIELDS, input).await
}

async fn waiting(person: &Person) -> Vec<Value> {
    let document = "{ viewer { scheduledMessages { id body failure } } }";
    person
        .ask(document, json!({}))
        .await
        .get("/viewer/scheduledMessages")
}

async fn cancel(person: &Person, id: &str) -> Answer {
    let input = json!({ "scheduledMessageId": id });
    person.mutate("cancelScheduledMessage", "", input).await
}

async fn it_is_sent_when_its_time_has_come_and_once(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let before = alice.cursor().await;
    let mut bobs = bob.listen(Some(&room), None).await;
    let soon = from_now(Duration::from_millis(1_500));
    let first: Value = schedule(&alice, &room, "k", &soon)
        .await
        .success("scheduleMessage", "scheduledMessage");
    assert_eq!(first["message"], Value::Null);
    assert_eq!(first["sendAt"], soon);
    let again: Value = schedule(&alice, &room, "k", &soon)
        .await
        .success("scheduleMessage", "scheduledMessage");
    assert_eq!(again["id"], first["id"]);
    assert_eq!(waiting(&alice).await.len(), 1);
    assert_eq!(waiting(&bob).await, [] as [Value; 0]);

    let heard = bobs.next().await.message;
    assert_eq!(
        (heard.body.as_str(), heard.author.username.as_str()),
        ("later", "alice")
    );
    assert_eq!(heard.client_id.as_deref(), Some("k"));
    assert!(heard.sent_at >= soon);
    // Their author hears that nothing waits any more.
    let rest = format!("(after: {before:?}) {{ events {{ __typename }} live }}");
    let mut alices = alice.follow("events", &rest).await;
    let mut kinds = Vec::new();
    while kinds.len() < 3 {
        let batch = alices.next().await;
        let events = batch["events"].as_array().expect("events");
        kinds.extend(events.iter().map(|event| event["__typename"].clone()));
    }
    let changed = "ScheduledMessagesChanged";
    assert_eq!(kinds, [changed, "MessageSent", changed]);
    assert_eq!(waiting(&alice).await, [] as [Value; 0]);
    // A retry that comes after all that is none the less the same message.
    let late: Value = schedule(&alice, &room, "k", &soon)
        .await
        .success("scheduleMessage", "scheduledMessage");
    assert_eq!(
        (&late["id"], &late["message"]["id"], &late["body"]),
        (&first["id"], &json!(heard.id), &json!(""))
    );
    let id = first["id"].as_str().expect("an id");
    assert_eq!(
        cancel(&alice, id)
            .await
            .refusal("cancelScheduledMessage")
            .code,
        "CONFLICT"
    );
    let refusal = schedule(&alice, &room, "k", &from_now(Duration::from_secs(60))).await;
    assert_eq!(refusal.refusal("scheduleMessage").code, "CONFLICT");
    assert_eq!(bob.history(&room, "").await.seqs(), [1]);
}

async fn it_can_be_cancelled(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let later = from_now(Duration::from_secs(3_600));
    let id: String = schedule(&alice, &room, "k", &later)
        .await
        .success("scheduleMessage", "scheduledMessage/id");
    for (person, id) in [
        (&bob, id.as_str()),
        (&alice, "sch_01h455vb4pex5vsknk084sn02q"),
        (&alice, "x"),
    ] {
        assert_eq!(
            cancel(person, id)
                .await
                .refusal("cancelScheduledMessage")
                .code,
            "NOT_FOUND"
        );
    }
    cancel(&alice, &id)
        .await
        .success::<Value>("cancelScheduledMessage", "userErrors");
    assert_eq!(
        cancel(&alice, &id)
            .await
            .refusal("cancelScheduledMessage")
            .code,
        "NOT_FOUND"
    );
    assert_eq!(waiting(&alice).await, [] as [Value; 0]);
}

async fn what_stands_against_it_then_is_told(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let soon = from_now(Duration::from_secs(1));
    schedule(&bob, &room, "k", &soon)
        .await
        .success::<Value>("scheduleMessage", "scheduledMessage");
    alice.mute(&room, &bob).await;
    let failed = async {
        loop {
            let waiting = waiting(&bob).await;
            if !waiting[0]["failure"].is_null() {
                return waiting;
            }
        }
    };
    let failed = within("an outcome", failed).await;
    assert_eq!(failed[0]["failure"], "Muted in this room: Quiet, please");
    assert_eq!(failed[0]["body"], "later");
    let id = failed[0]["id"].as_str().expect("an id");
    cancel(&bob, id)
        .await
        .success::<Value>("cancelScheduledMessage", "userErrors");
}

async fn what_makes_no_sense_is_refused(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    for at in ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
        let refusal = schedule(&alice, &room, "k", at)
            .await
            .refusal("scheduleMessage");
        assert_eq!(
            (refusal.code.as_str(), refusal.field),
            ("INVALID", Some(vec!["sendAt".to_owned()]))
        );
    }
    let later = from_now(Duration::from_secs(3_600));
    assert_eq!(
        schedule(&bob, &room, "k", &later)
            .await
            .refusal("scheduleMessage")
            .code,
        "FORBIDDEN"
    );
    for number in 0..100 {
        let scheduled = schedule(&alice, &room, &number.to_string(), &later).await;
        scheduled.success::<Value>("scheduleMessage", "scheduledMessage");
    }
    assert_eq!(
        schedule(&alice, &room, "one more", &later)
            .await
            .refusal("scheduleMessage")
            .code,
        "INVALID"
    );
}

async fn it_is_sent_after_a_crash(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    // Later than the server goes.
    let soon = from_now(Duration::from_secs(4));
    for key in ["k", "l"] {
        schedule(&alice, &room, key, &soon)
            .await
            .success::<Value>("scheduleMessage", "scheduledMessage");
    }
    server.kill().await;
    server.start_again().await;
    let all = async { while alice.history(&room, "").await.seqs().len() < 2 {} };
    within("both messages", all).await;
    assert_eq!(alice.history(&room, "").await.seqs(), [1, 2]);
}

on_both_databases![
    it_is_sent_when_its_time_has_come_and_once,
    it_can_be_cancelled,
    what_stands_against_it_then_is_told,
    what_makes_no_sense_is_refused,
    it_is_sent_after_a_crash,
];
