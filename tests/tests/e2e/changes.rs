//! Editing and deleting messages.

use causerie_tests::{Backend, Database, Message, Server, Setup, on_both_databases, within};
use futures_util::future::join_all;
use serde_json::json;

async fn an_edit_is_seen_everywhere(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let before = bob.cursor().await;
    let mut heard = bob.listen(Some(&room), None).await;
    let sent = alice.send(&room, "Milk frist?").await;
    alice.send(&room, "Sugar?").await;
    let edited = alice.edit(&sent, "Milk first?").await;
    assert!(edited.edited_at.is_some());
    let expected = Message {
        body: "Milk first?".into(),
        edited_at: edited.edited_at.clone(),
        ..sent.clone()
    };
    assert_eq!(edited, expected);
    assert_eq!(bob.history(&room, "").await.nodes[0], edited);

    assert_eq!(heard.next().await.message.id, sent.id);
    assert_eq!(heard.next().await.message.body, "Sugar?");
    let event = heard.next().await;
    assert_eq!(event.kind, "MessageEdited");
    assert_eq!((event.message, event.room.id), (edited.clone(), room.id));

    // From the log, a message comes as it is now, each time it is spoken of.
    let mut again = bob.listen(None, Some(&before)).await;
    assert_eq!(again.next().await.message, edited);
    again.next().await;
    let last = again.next().await;
    assert_eq!((last.cursor, last.message), (event.cursor, edited));
}

async fn a_deleted_message_keeps_its_place(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(None, None).await;
    alice.send(&room, "one").await;
    let two = alice.send(&room, "two").await;
    let two = alice.edit(&two, "too").await;
    alice.send(&room, "three").await;
    let deleted = alice.delete(&two).await;
    assert!(deleted.deleted_at.is_some());
    let expected = Message {
        body: String::new(),
        deleted_at: deleted.deleted_at.clone(),
        ..two.clone()
    };
    assert_eq!(deleted, expected);
    let kept = bob.history(&room, "").await;
    assert_eq!(kept.seqs(), [1, 2, 3]);
    assert_eq!(kept.nodes[1], deleted);

    let mut kinds = Vec::new();
    for _ in 0..5 {
        kinds.push(heard.next().await.kind);
    }
    let [sent, edited, gone] = ["MessageSent", "MessageEdited", "MessageDeleted"];
    assert_eq!(kinds, [sent, sent, edited, sent, gone]);
    // Its number is not given again.
    assert_eq!(alice.send(&room, "four").await.seq, 4);
}

async fn doing_it_again_is_no_second_event(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(Some(&room), None).await;
    let sent = alice.send(&room, "one").await;
    // What it says already is no edit.
    assert_eq!(alice.edit(&sent, "one").await, sent);
    let edited = alice.edit(&sent, "two").await;
    assert_eq!(alice.edit(&sent, "two").await, edited);
    let deleted = join_all((0..10).map(|_| alice.delete(&sent))).await;
    assert!(deleted.iter().all(|one| *one == deleted[0]));
    alice.send(&room, "end").await;
    let mut kinds = Vec::new();
    for _ in 0..4 {
        kinds.push(heard.next().await.kind);
    }
    let expected = [
        "MessageSent",
        "MessageEdited",
        "MessageDeleted",
        "MessageSent",
    ];
    assert_eq!(kinds, expected);

    let refusal = alice.try_edit(&sent.id, "three").await;
    let refusal = refusal.refusal("editMessage");
    assert_eq!(refusal.code, "CONFLICT");
    assert_eq!(refusal.field, Some(vec!["messageId".to_owned()]));
}

async fn a_retry_answers_with_the_message_as_it_is_now(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let sent = alice.send_as("key-1", &room, "one").await;
    let edited = alice.edit(&sent, "two").await;
    assert_eq!(alice.send_as("key-1", &room, "one").await, edited);
    // The key stands for what was sent, not for what it became.
    let other = json!({ "roomId": room.id, "body": "two", "clientId": "key-1" });
    let refusal = alice.try_send(other).await.refusal("sendMessage");
    assert_eq!(refusal.code, "CONFLICT");
    let deleted = alice.delete(&sent).await;
    assert_eq!(alice.send_as("key-1", &room, "one").await, deleted);
    assert_eq!(alice.history(&room, "").await.nodes, [deleted]);
}

async fn an_edit_follows_the_rules_of_sending(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let sent = alice.send(&room, "one").await;
    let too_long = "x".repeat(16 * 1024 + 1);
    let bad = [
        ("", "INVALID"),
        (" \u{200b} ", "INVALID"),
        ("a\r\nb", "INVALID"),
        (too_long.as_str(), "TOO_LARGE"),
    ];
    for (body, code) in bad {
        let refusal = alice.try_edit(&sent.id, body).await.refusal("editMessage");
        assert_eq!(refusal.code, code, "{body:.20?}");
        assert_eq!(refusal.field, Some(vec!["body".to_owned()]));
    }
    assert_eq!(alice.history(&room, "").await.nodes[0], sent);
    let longest = "x".repeat(16 * 1024);
    for body in [longest.as_str(), "  kept\n\tas written  "] {
        assert_eq!(alice.edit(&sent, body).await.body, body);
    }
}

async fn only_its_author_changes_a_message_and_only_in_the_room(server: &mut Server) {
    let [alice, bob, eve] = server.people(["alice", "bob", "eve"]).await;
    let channel = alice.create_channel("tea").await;
    bob.join(&channel).await;
    let group = alice.create_group("tray", &[&bob]).await;
    let mine = bob.send(&channel, "in a channel").await;
    let secret = bob.send(&group, "in a group").await;
    for message in [&mine, &secret] {
        // An owner is not an author.
        let edit = alice.try_edit(&message.id, "x").await;
        assert_eq!(edit.refusal("editMessage").code, "FORBIDDEN");
    }

    bob.leave(&channel).await;
    bob.leave(&group).await;
    let absent = "msg_01h455vb4pex5vsknk084sn02q";
    let nothing = eve.try_edit(absent, "x").await.refusal("editMessage");
    let none_to_delete = eve.try_delete(absent).await.refusal("deleteMessage");
    assert_eq!(nothing.code, "NOT_FOUND");
    for person in [&eve, &bob] {
        for id in [&mine.id, &secret.id, "nonsense", &channel.id] {
            let edit = person.try_edit(id, "x").await;
            assert_eq!(edit.refusal("editMessage"), nothing, "{id}");
            let delete = person.try_delete(id).await;
            assert_eq!(delete.refusal("deleteMessage"), none_to_delete, "{id}");
        }
    }
    assert_eq!(alice.history(&channel, "").await.nodes, [mine]);
    assert_eq!(alice.history(&group, "").await.nodes, [secret]);
    let document = "mutation { deleteMessage(input: { messageId: \"x\" }) { message { id } } }";
    let anonymous = server.ask(document, json!({})).await;
    assert_eq!(anonymous.error_code(), "UNAUTHENTICATED");
}

async fn edits_and_a_delete_at_once_end_deleted(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let mut heard = alice.listen(Some(&room), None).await;
    let sent = alice.send(&room, "start").await;
    let edits = join_all((0..20).map(async |number| {
        let answer = alice.try_edit(&sent.id, &format!("edit {number}")).await;
        let refused = answer.body["data"]["editMessage"]["userErrors"].as_array();
        refused.is_some_and(Vec::is_empty)
    }));
    let (edited, deleted) = tokio::join!(edits, alice.delete(&sent));
    assert_eq!(alice.history(&room, "").await.nodes, [deleted]);
    assert_eq!(heard.next().await.kind, "MessageSent");
    // As many edits were announced as were answered, and none after the end.
    for _ in edited.iter().filter(|done| **done) {
        assert_eq!(heard.next().await.kind, "MessageEdited");
    }
    assert_eq!(heard.next().await.kind, "MessageDeleted");
    alice.send(&room, "after").await;
    assert_eq!(heard.next().await.message.body, "after");
}

/// What was deleted or edited away cannot be found in the file any more.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_gone_from_the_file() {
    let database = Database::create(Backend::Sqlite).await.expect("a file");
    let mut server = Server::start(Setup::with(&database)).await;
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    // One that fits beside others, and one that has pages of its own.
    let long = "the long secret ".repeat(800);
    for body in ["the short secret", &long] {
        let deleted = alice.send(&room, body).await;
        let edited = alice.send(&room, body).await;
        alice.send(&room, "something kept").await;
        alice.delete(&deleted).await;
        alice.edit(&edited, "x").await;
        alice.delete(&edited).await;
    }
    assert_eq!(server.terminate().await, Some(0));
    let path = database.url.strip_prefix("sqlite://").expect("a path");
    let file = within("the file", tokio::fs::read(path)).await;
    let file = file.expect("the file");
    let found = |text: &str| file.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(found("something kept"));
    assert!(!found("secret"));
    database.remove().await;
}

on_both_databases![
    an_edit_is_seen_everywhere,
    a_deleted_message_keeps_its_place,
    doing_it_again_is_no_second_event,
    a_retry_answers_with_the_message_as_it_is_now,
    an_edit_follows_the_rules_of_sending,
    only_its_author_changes_a_message_and_only_in_the_room,
    edits_and_a_delete_at_once_end_deleted,
];
