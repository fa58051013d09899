//! What people give to messages.

use causerie_tests::{Answer, Message, Person, Server, on_both_databases};
use futures_util::future::join_all;
use serde_json::{Value, json};

const REACTIONS: &str = "reactions { emoji count viewerReacted users { username } }";

async fn react(person: &Person, message: &Message, emoji: &str, remove: bool) -> Answer {
    let input = json!({ "messageId": message.id, "emoji": emoji, "remove": remove });
    let fields = format!("message {{ {REACTIONS} }}");
    person.mutate("react", &fields, input).await
}

async fn given(person: &Person, message: &Message, emoji: &str) -> Value {
    let answer = react(person, message, emoji, false).await;
    answer.success("react", "message/reactions")
}

async fn each_counts_once_and_can_be_taken_back(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let message = alice.send(&room, "Cake?").await;
    let reaction = |emoji: &str, own: bool, users: &[&str]| {
        let count = users.len();
        let users: Vec<Value> = users
            .iter()
            .map(|name| json!({ "username": name }))
            .collect();
        json!({ "emoji": emoji, "count": count, "viewerReacted": own, "users": users })
    };
    given(&bob, &message, "🎉").await;
    given(&alice, &message, "❤").await;
    // Again, and with the sign that asks for a picture: the same emoji.
    given(&alice, &message, "❤️").await;
    let both = given(&alice, &message, "🎉").await;
    let party = reaction("🎉", true, &["bob", "alice"]);
    assert_eq!(both, json!([party, reaction("❤️", true, &["alice"])]));
    let answer = react(&alice, &message, "🎉", true).await;
    let left: Value = answer.success("react", "message/reactions");
    let hers = reaction("❤️", true, &["alice"]);
    assert_eq!(left, json!([reaction("🎉", false, &["bob"]), hers]));
    // What was not given can be taken back, too.
    let answer = react(&bob, &message, "❤️", true).await;
    let same: Value = answer.success("react", "message/reactions");
    let hers = reaction("❤️", false, &["alice"]);
    assert_eq!(same, json!([reaction("🎉", true, &["bob"]), hers]));
}

async fn what_is_no_emoji_is_refused(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let message = alice.send(&room, "Cake?").await;
    for emoji in ["", "a", "🎉🎉", ":tada:", "<b>", "1", "\u{200d}"] {
        let refusal = react(&alice, &message, emoji, false).await.refusal("react");
        assert_eq!(refusal.code, "INVALID", "{emoji:?}");
    }
    for emoji in ["👩🏽‍🚀", "🏳️‍🌈", "🇫🇷", "1️⃣", "👍🏿", "☺"] {
        given(&alice, &message, emoji).await;
    }
    alice.delete(&message).await;
    let document = format!(
        "{{ node(id: \"{}\") {{ ... on Message {{ {REACTIONS} }} }} }}",
        message.id
    );
    let gone: Value = alice.ask(&document, json!({})).await.get("/node/reactions");
    assert_eq!(gone, json!([]));
    let late = react(&alice, &message, "🎉", false).await.refusal("react");
    assert_eq!(late.code, "CONFLICT");
}

async fn a_message_has_so_many_different_ones(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let message = alice.send(&room, "Cake?").await;
    let faces: Vec<String> = (0..60)
        .map(|n| char::from_u32(0x1F600 + n).expect("a face").into())
        .collect();
    // All at once: the limit holds in a crowd as well.
    let answers = join_all(
        faces
            .iter()
            .map(|face| react(&alice, &message, face, false)),
    )
    .await;
    let refused = answers.iter().filter(|answer| {
        let errors: Value = answer.get("/react/userErrors");
        errors != json!([])
    });
    assert_eq!(refused.count(), 10);
    let document = format!(
        "{{ node(id: \"{}\") {{ ... on Message {{ {REACTIONS} }} }} }}",
        message.id
    );
    let all: Value = alice.ask(&document, json!({})).await.get("/node/reactions");
    assert_eq!(all.as_array().map(Vec::len), Some(50));
}

async fn others_hear_of_each_change_once(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let message = alice.send(&room, "Cake?").await;
    let before = bob.cursor().await;
    for _ in 0..3 {
        given(&alice, &message, "🎉").await;
    }
    react(&alice, &message, "🎉", true).await;
    given(&bob, &message, "🎉").await;
    let event = "__typename ... on ReactionsChanged { message { id reactions { emoji count } } }";
    let rest = format!("(after: {before:?}) {{ live events {{ {event} }} }}");
    let mut heard = bob.follow("events", &rest).await;
    let batch = heard.until(|batch| batch["events"] != json!([])).await;
    let reactions = json!([{ "emoji": "🎉", "count": 1 }]);
    let changed = json!({ "id": message.id, "reactions": reactions });
    let changed = json!({ "__typename": "ReactionsChanged", "message": changed });
    assert_eq!(batch["events"], json!([changed, changed, changed]));
    let (live, _) = tokio::join!(
        heard.until(|batch| batch["events"] != json!([])),
        given(&alice, &message, "🎉")
    );
    let count = &live["events"][0]["message"]["reactions"][0]["count"];
    assert_eq!(count, &json!(2));
}

async fn a_page_asks_no_more_than_a_message(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let document = format!(
        "{{ room(id: \"{}\") {{ messages(last: 50) {{ nodes {{ {REACTIONS} }} }} }} }}",
        room.id
    );
    let mut counts = Vec::new();
    for _ in 0..2 {
        for number in 0..10 {
            let message = alice.send(&room, "Cake?").await;
            given(&alice, &message, "🎉").await;
            given(&bob, &message, if number % 2 == 0 { "🎉" } else { "👍" }).await;
        }
        let (_, queries) = server.queries_of(alice.ask(&document, json!({}))).await;
        let about = queries.into_iter().filter(|query| query != "find_session");
        counts.push(about.collect::<Vec<_>>());
    }
    counts.iter_mut().for_each(|queries| queries.sort());
    assert_eq!(counts[0], counts[1]);
}

on_both_databases![
    each_counts_once_and_can_be_taken_back,
    what_is_no_emoji_is_refused,
    a_message_has_so_many_different_ones,
    others_hear_of_each_change_once,
    a_page_asks_no_more_than_a_message,
];
