//! Sending: exactly once, in order, and kept as it was written.

use causerie_tests::{Message, Person, Room, Server, on_both_databases};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn a_hundred_retries_are_one_message(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let before = alice.cursor().await;
    let retries = (0..100).map(|_| alice.send_as("key-1", &room, "Milk first?"));
    let answers = join_all(retries).await;
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
    }
    assert_eq!(answers[0].seq, 1);
    assert_eq!(alice.history(&room, "").await.nodes, answers[..1]);

    // One message is one event: what is sent next comes right after it.
    alice.send(&room, "No!").await;
    let mut heard = alice.listen(Some(&room), Some(&before)).await;
    assert_eq!(heard.bodies(2).await, ["Milk first?", "No!"]);
}

async fn a_retry_is_recognised_at_any_age(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let first = alice.send_as("key-1", &room, "first").await;
    for number in 0..30 {
        alice.send(&room, &format!("later {number}")).await;
    }
    server.terminate().await;
    server.start_again().await;
    assert_eq!(alice.send_as("key-1", &room, "first").await, first);
    assert_eq!(alice.history(&room, "last: 1").await.seqs(), [31]);
}

async fn a_key_stands_for_one_content(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let other = alice.create_channel("coffee").await;
    bob.join(&room).await;
    let sent = alice.send_as("key-1", &room, "first").await;
    for (room, body) in [(&room, "second"), (&other, "first")] {
        let input = json!({ "roomId": room.id, "body": body, "clientId": "key-1" });
        let refusal = alice.try_send(input).await.refusal("sendMessage");
        assert_eq!(refusal.code, "CONFLICT");
        assert_eq!(refusal.field, Some(vec!["clientId".to_owned()]));
    }
    // Everybody has keys of their own.
    let bobs = bob.send_as("key-1", &room, "first").await;
    assert_ne!(bobs.id, sent.id);
}

async fn numbers_have_no_gap_under_concurrency(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let rooms = [
        alice.create_channel("tea").await,
        alice.create_channel("milk").await,
    ];
    for room in &rooms {
        bob.join(room).await;
    }
    let sends = (0..80).map(|number| {
        let sender = [&alice, &bob][number % 2];
        let room = &rooms[number / 2 % 2];
        // Every fourth is a retry of another, and some are refused: neither may leave a hole.
        let key = format!("key-{}", number / 8);
        let body = format!("{}", number / 8);
        let input = json!({ "roomId": room.id, "body": body, "clientId": key });
        sender.try_send(input)
    });
    join_all(sends).await;
    for room in &rooms {
        let seqs = alice.history(room, "first: 100").await.seqs();
        let expected: Vec<i64> = (1..).take(seqs.len()).collect();
        assert!(!seqs.is_empty());
        assert_eq!(seqs, expected);
    }
}

async fn texts_are_kept_as_written(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let longest = "x".repeat(16 * 1024);
    let texts = [
        "plain",
        "  spaces kept  ",
        "lines\nand\ttabs\n",
        // Composed and decomposed: which of the two it was is the sender's affair.
        "\u{e9} e\u{301}",
        "👩‍👩‍👧‍👦 🏳️‍🌈 🇫🇷 👍🏽",
        "مرحبا \u{202b}שלום\u{202c}",
        "ﷺ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u{10ffff}",
        "'; DROP TABLE messages; -- \\ \" ` $1 ?",
        "<script>alert(1)</script> **bold** `code`",
        longest.as_str(),
    ];
    for text in texts {
        assert_eq!(alice.send(&room, text).await.body, text);
    }
    let kept = alice.history(&room, "").await;
    let kept: Vec<&str> = kept
        .nodes
        .iter()
        .map(|message| message.body.as_str())
        .collect();
    assert_eq!(kept, texts);
}

async fn texts_have_rules(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let too_long = "x".repeat(16 * 1024 + 1);
    let refused = [
        "",
        " \n\t ",
        "\u{a0}\u{2003}\u{200b}\u{feff}",
        "a\u{0}b",
        "bell \u{7}",
        "carriage\r\nreturn",
        "delete \u{7f}",
        "next line \u{85}",
        too_long.as_str(),
    ];
    for body in refused {
        let answer = alice
            .try_send(json!({ "roomId": room.id, "body": body }))
            .await;
        let refusal = answer.refusal("sendMessage");
        let expected = if body == too_long {
            "TOO_LARGE"
        } else {
            "INVALID"
        };
        assert_eq!(refusal.code, expected, "{body:.20?}");
        assert_eq!(refusal.field, Some(vec!["body".to_owned()]), "{body:.20?}");
    }
    assert_eq!(alice.history(&room, "").await.nodes, []);
    // What was refused took no number.
    assert_eq!(alice.send(&room, "fine").await.seq, 1);
}

async fn keys_have_rules(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    for key in ["", "a\u{0}", &*"k".repeat(129)] {
        let input = json!({ "roomId": room.id, "body": "x", "clientId": key });
        let refusal = alice.try_send(input).await.refusal("sendMessage");
        assert_eq!(refusal.code, "INVALID");
        assert_eq!(refusal.field, Some(vec!["clientId".to_owned()]));
    }
}

async fn a_reply_knows_what_it_replies_to(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let [tea, coffee] = [
        alice.create_channel("tea").await,
        alice.create_channel("coffee").await,
    ];
    bob.join(&tea).await;
    let question = alice.send(&tea, "Green or black?").await;
    let now = alice.cursor().await;
    let rest = format!(
        r#"(roomId: "{}", after: "{now}") {{ ... on MessageSent {{ message {REPLY} }} }}"#,
        tea.id
    );
    let mut heard = alice.follow("messages", &rest).await;
    let reply = async |person: &Person, room: &Room, key: &str, to: &str| {
        let input = json!({ "roomId": room.id, "body": "Green", "clientId": key, "replyToId": to });
        person
            .mutate("sendMessage", &format!("message {REPLY}"), input)
            .await
    };
    let answer = reply(&bob, &tea, "1", &question.id).await;
    let sent: Value = answer.success("sendMessage", "message");
    assert_eq!(
        sent["replyTo"],
        json!({ "id": question.id, "body": "Green or black?" })
    );
    assert_eq!(heard.next().await["message"], sent);
    // The same key stands for the same reply only.
    let again: Value = reply(&bob, &tea, "1", &question.id)
        .await
        .success("sendMessage", "message");
    assert_eq!(again, sent);
    let other = reply(&bob, &tea, "1", sent["id"].as_str().expect("an id")).await;
    assert_eq!(other.refusal("sendMessage").code, "CONFLICT");
    // What is elsewhere is nowhere, and whoever is not there hears nothing of it.
    let elsewhere = reply(&alice, &coffee, "2", &question.id).await;
    assert_eq!(elsewhere.refusal("sendMessage").code, "NOT_FOUND");
    let outside = reply(&bob, &coffee, "3", &question.id).await;
    assert_eq!(outside.refusal("sendMessage").code, "FORBIDDEN");
    alice.delete(&question).await;
    let document = format!(
        "{{ room(id: \"{}\") {{ messages(first: 9) {{ nodes {REPLY} }} }} }}",
        tea.id
    );
    let nodes: Value = alice
        .ask(&document, json!({}))
        .await
        .get("/room/messages/nodes");
    assert_eq!(nodes[0]["replyTo"], Value::Null);
    assert_eq!(
        nodes[1]["replyTo"],
        json!({ "id": question.id, "body": "" })
    );
}

const REPLY: &str = "{ id body replyTo { id body } }";

async fn a_flood_is_told_to_slow_down(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let strict = server
        .start_beside_with("CAUSERIE_WRITES_PER_SECOND", "1")
        .await;
    let flooding = alice.at(&strict);
    let sends = (0..100).map(|_| flooding.try_send(json!({ "roomId": room.id, "body": "spam" })));
    let (mut taken, mut refused) = (0, 0);
    for answer in join_all(sends).await {
        if answer.body["errors"].is_null() {
            taken += 1;
            continue;
        }
        assert_eq!(answer.error_code(), "RATE_LIMITED");
        let retry_after = &answer.body["errors"][0]["extensions"]["retryAfter"];
        assert!(retry_after.as_i64() >= Some(1), "{retry_after}");
        refused += 1;
    }
    assert!(taken >= 25 && refused > 0, "{taken} {refused}");
    assert_eq!(alice.history(&room, "first: 100").await.nodes.len(), taken);
    // Other people are not held up.
    bob.at(&strict).send(&room, "hello").await;
}

async fn a_message_is_a_node_for_those_who_may_read_it(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let sent = alice.send(&room, "hello").await;
    let document = "query ($id: ID!) {
        node(id: $id) {
            ... on Message {
                id seq clientId body sentAt editedAt deletedAt author { id username } room { name lastMessage { id } }
            }
        }
    }";
    let seen = alice.ask(document, json!({ "id": sent.id })).await;
    assert_eq!(seen.get::<Message>("/node"), sent);
    assert_eq!(seen.get::<String>("/node/room/name"), "tea");
    assert_eq!(seen.get::<String>("/node/room/lastMessage/id"), sent.id);
    let outside = bob.ask(document, json!({ "id": sent.id })).await;
    assert!(outside.body["data"]["node"].is_null());
}

on_both_databases![
    a_reply_knows_what_it_replies_to,
    a_flood_is_told_to_slow_down,
    a_hundred_retries_are_one_message,
    a_retry_is_recognised_at_any_age,
    a_key_stands_for_one_content,
    numbers_have_no_gap_under_concurrency,
    texts_are_kept_as_written,
    texts_have_rules,
    keys_have_rules,
    a_message_is_a_node_for_those_who_may_read_it,
];
