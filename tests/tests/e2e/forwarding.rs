//! What was said elsewhere.

use causerie_tests::{Message, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

async fn forward(
    person: &Person,
    message: &Message,
    room: &Room,
    key: &str,
) -> causerie_tests::Answer {
    let input = json!({ "messageId": message.id, "roomId": room.id, "clientId": key });
    let fields = "message { id seq body author { username } mentions { username }
        forwardedFrom { author { username } sentAt } }";
    person.mutate("forwardMessage", fields, input).await
}

async fn words_are_forwarded_with_whose_they_are(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let source = alice.create_group("secret", &[&bob]).await;
    let target = bob.create_channel("tea").await;
    let next = carol.create_channel("milk").await;
    carol.join(&target).await;
    let sent = alice.send(&source, "Psst, @carol").await;
    let first: Value = forward(&bob, &sent, &target, "k")
        .await
        .success("forwardMessage", "message");
    assert_eq!(first["body"], "Psst, @carol");
    assert_eq!(first["author"]["username"], "bob");
    assert_eq!(first["mentions"], json!([]));
    assert_eq!(
        first["forwardedFrom"],
        json!({ "author": { "username": "alice" }, "sentAt": sent.sent_at })
    );
    // Forwarded once more, they are still those of whoever said them first.
    let forwarded = carol.history(&target, "").await.nodes.remove(0);
    let again: Value = forward(&carol, &forwarded, &next, "k")
        .await
        .success("forwardMessage", "message");
    assert_eq!(again["forwardedFrom"]["author"]["username"], "alice");
    let answer = bob.try_edit(&forwarded.id, "other words").await;
    assert_eq!(answer.refusal("editMessage").code, "FORBIDDEN");

    // What the server tells is nobody's words.
    bob.update_room(&target, json!({ "topic": "Tea" })).await;
    let notice = bob.history(&target, "last: 1").await.nodes.remove(0);
    let answer = forward(&bob, &notice, &target, "notice").await;
    assert_eq!(answer.refusal("forwardMessage").code, "FORBIDDEN");

    // Whoever cannot read it cannot forward it.
    assert_eq!(
        forward(&carol, &sent, &target, "l")
            .await
            .refusal("forwardMessage")
            .code,
        "NOT_FOUND"
    );
    // A retry is the same message, whatever became of the source.
    alice.delete(&sent).await;
    let retry: Value = forward(&bob, &sent, &target, "k")
        .await
        .success("forwardMessage", "message");
    assert_eq!(retry["id"], first["id"]);
    assert_eq!(
        forward(&bob, &sent, &target, "l")
            .await
            .refusal("forwardMessage")
            .code,
        "NOT_FOUND"
    );
    let input = json!({ "roomId": target.id, "body": "Psst, @carol", "clientId": "k" });
    assert_eq!(
        bob.try_send(input).await.refusal("sendMessage").code,
        "CONFLICT"
    );
}

on_both_databases![words_are_forwarded_with_whose_they_are];
