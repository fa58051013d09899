//! Changes that the network delivers after what their device has said since.

use causerie_tests::{Answer, Message, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

/// The same second, plus so many milliseconds.
fn made_at(millis: u32) -> String {
    format!("2026-03-14T09:26:53.{millis:03}Z")
}

async fn save(person: &Person, room: &Room, body: &str, at: u32) -> Answer {
    let input = json!({ "roomId": room.id, "body": body, "madeAt": made_at(at) });
    person
        .mutate("saveDraft", "membership { draft { body } }", input)
        .await
}

async fn edit(person: &Person, message: &Message, body: &str, at: u32) -> Answer {
    let input = json!({ "messageId": message.id, "body": body, "madeAt": made_at(at) });
    person
        .mutate("editMessage", "message { body }", input)
        .await
}

async fn react(person: &Person, message: &Message, remove: bool, at: u32) -> Answer {
    let input = json!({
        "messageId": message.id, "emoji": "🍵", "remove": remove, "madeAt": made_at(at)
    });
    let selection = "message { reactions { count } }";
    person.mutate("react", selection, input).await
}

fn drafted(answer: &Answer) -> Value {
    answer.success("saveDraft", "membership/draft")
}

async fn a_late_draft_has_no_effect(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let other = alice.create_channel("milk").await;
    let hello = json!({ "body": "hello" });
    assert_eq!(drafted(&save(&alice, &room, "hello", 2).await), hello);
    let late = save(&alice, &room, "he", 1).await;
    assert_eq!(late.refusal("saveDraft").code, "EXPIRED");
    // The same once more is well, and not done once more.
    let phone = alice.log_in_again().await;
    let by_phone = json!({ "body": "by phone" });
    assert_eq!(drafted(&save(&phone, &room, "by phone", 1).await), by_phone);
    assert_eq!(drafted(&save(&alice, &room, "hello", 2).await), by_phone);
    // Rooms have nothing to do with each other.
    let first = json!({ "body": "first" });
    assert_eq!(drafted(&save(&alice, &other, "first", 1).await), first);
    // What is refused for another reason does not count.
    let long = "a".repeat(16 * 1024 + 1);
    let refused = save(&alice, &room, &long, 9).await;
    assert_eq!(refused.refusal("saveDraft").code, "TOO_LARGE");
    assert_eq!(
        drafted(&save(&alice, &room, "hi", 3).await),
        json!({ "body": "hi" })
    );
    // Whoever does not say when is not in any order.
    let input = json!({ "roomId": room.id, "body": "now" });
    let saved = alice.mutate("saveDraft", "membership { draft { body } }", input);
    assert_eq!(drafted(&saved.await), json!({ "body": "now" }));
}

async fn nothing_comes_before_a_change_that_had_no_effect(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let message = alice.send(&room, "one").await;
    drafted(&save(&alice, &room, "", 2).await);
    let late = save(&alice, &room, "he", 1).await;
    assert_eq!(late.refusal("saveDraft").code, "EXPIRED");

    let same = edit(&alice, &message, "one", 2).await;
    assert_eq!(same.success::<String>("editMessage", "message/body"), "one");
    let late = edit(&alice, &message, "two", 1).await;
    assert_eq!(late.refusal("editMessage").code, "EXPIRED");

    let removed = react(&alice, &message, true, 4).await;
    assert_eq!(
        removed.success::<Value>("react", "message/reactions"),
        json!([])
    );
    let late = react(&alice, &message, false, 3).await;
    assert_eq!(late.refusal("react").code, "EXPIRED");
}

async fn late_edits_and_reactions_have_no_effect(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let message = alice.send(&room, "one").await;
    let another = alice.send(&room, "two").await;
    edit(&alice, &message, "newer", 2)
        .await
        .success::<Value>("editMessage", "message");
    let late = edit(&alice, &message, "older", 1).await;
    assert_eq!(late.refusal("editMessage").code, "EXPIRED");
    edit(&alice, &another, "older", 1)
        .await
        .success::<Value>("editMessage", "message");

    // Each person and each device has an order of its own.
    let count = |answer: Answer| answer.success::<u32>("react", "message/reactions/0/count");
    assert_eq!(count(react(&alice, &message, false, 4).await), 1);
    assert_eq!(count(react(&bob, &message, false, 1).await), 2);
    let late = react(&alice, &message, true, 3).await;
    assert_eq!(late.refusal("react").code, "EXPIRED");
    // Said again, it does not undo what was done elsewhere since.
    let phone = alice.log_in_again().await;
    assert_eq!(count(react(&phone, &message, true, 1).await), 1);
    assert_eq!(count(react(&alice, &message, false, 4).await), 1);
}

on_both_databases! {
    a_late_draft_has_no_effect,
    nothing_comes_before_a_change_that_had_no_effect,
    late_edits_and_reactions_have_no_effect,
}
