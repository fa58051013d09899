//! What is only true for a while: typing, receipts, presence.

use causerie_tests::{Ended, Person, Server, Subscription, on_both_databases};
use serde_json::{Value, json};

async fn set_typing(person: &Person, room_id: &str, typing: bool) -> Value {
    let input = json!({ "roomId": room_id, "typing": typing });
    let answer = person
        .mutate("setTyping", "userErrors { code }", input)
        .await;
    answer.get("/setTyping/userErrors")
}

/// Waits for the change. How things were may be told twice, once as the subscription begins.
async fn typists_change(heard: &mut Subscription, before: &[&str], after: &[&str]) {
    loop {
        let users = heard.next().await["users"].clone();
        let name = |user: &Value| user["username"].as_str().expect("a name").to_owned();
        let users = users.as_array().expect("users").iter();
        let typing: Vec<String> = users.map(name).collect();
        if typing == after {
            return;
        }
        assert_eq!(typing, before);
    }
}

async fn typing_is_seen_by_the_others_and_ends_by_itself(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let rest = format!(
        r#"(roomId: "{}") {{ room {{ id }} users {{ username }} }}"#,
        room.id
    );
    let mut alices = alice.follow("typing", &rest).await;
    assert_eq!(set_typing(&alice, &room.id, true).await, json!([]));
    // Whoever comes later learns of those who type already.
    let mut bobs = bob.follow("typing", &rest).await;
    typists_change(&mut bobs, &[], &["alice"]).await;
    set_typing(&bob, &room.id, true).await;
    // Nobody hears of themselves.
    typists_change(&mut alices, &[], &["bob"]).await;
    set_typing(&alice, &room.id, false).await;
    typists_change(&mut bobs, &["alice"], &[]).await;
    // What was sent is not typed any more.
    set_typing(&alice, &room.id, true).await;
    typists_change(&mut bobs, &[], &["alice"]).await;
    alice.send(&room, "hello").await;
    typists_change(&mut bobs, &["alice"], &[]).await;
    // Bob says no more, so it ends.
    typists_change(&mut alices, &["bob"], &[]).await;
    assert_eq!(
        set_typing(&carol, &room.id, true).await[0]["code"],
        "FORBIDDEN"
    );
    let mut carols = carol.follow("typing", &rest).await;
    assert_eq!(carols.ended().await, Ended::Refused("FORBIDDEN".into()));
}

async fn leaving_ends_what_is_watched(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_group("tea", &[&bob]).await;
    let rest = |fields: &str| format!(r#"(roomId: "{}") {fields}"#, room.id);
    let mut typing = bob.follow("typing", &rest("{ users { id } }")).await;
    let mut receipts = bob
        .follow("receipts", &rest("{ receipt { readAt } }"))
        .await;
    set_typing(&alice, &room.id, true).await;
    typing.next().await;
    bob.leave(&room).await;
    assert_eq!(typing.heard_out().await, Ended::Completed);
    assert_eq!(receipts.ended().await, Ended::Completed);
    let mut again = bob.follow("typing", &rest("{ users { id } }")).await;
    assert_eq!(again.ended().await, Ended::Refused("NOT_FOUND".into()));
}

async fn reading_is_told_and_only_forwards(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    for number in 0..9 {
        alice.send(&room, &number.to_string()).await;
    }
    let fields = "{ receipt { user { username } lastReadSeq readAt } }";
    let rest = format!(r#"(roomId: "{}") {fields}"#, room.id);
    let mut heard = alice.follow("receipts", &rest).await;
    bob.mark_read(&room, 3).await;
    let first = heard.next().await;
    assert_eq!(first["receipt"]["user"]["username"], "bob");
    let seq = |changed: &Value| changed["receipt"]["lastReadSeq"].as_i64().expect("a seq");
    assert_eq!(seq(&first), 3);
    for seq in [5, 4, 9, 2, 8] {
        bob.mark_read(&room, seq).await;
    }
    let mut last = 3;
    while last < 9 {
        let next = seq(&heard.next().await);
        // The same may be told twice, once by how things were when the subscription began.
        assert!(next >= last, "{next} after {last}");
        last = next;
    }
}

const PRESENCE: &str = " { user { username } presence { state lastSeenAt } }";

async fn state_of(asking: &Person, username: &str, room_id: &str) -> Value {
    let query = "query ($id: ID!) { room(id: $id) { members { nodes { user {
        username presence { state lastSeenAt } } } } } }";
    let answer = asking.ask(query, json!({ "id": room_id })).await;
    let members: Value = answer.get("/room/members/nodes");
    let members = members.as_array().expect("members");
    let found = members
        .iter()
        .find(|one| one["user"]["username"] == username);
    found.expect("a member")["user"]["presence"].clone()
}

async fn set_presence(person: &Person, state: &str) -> Value {
    let input = json!({ "state": state });
    let answer = person
        .mutate("setPresence", "userErrors { code }", input)
        .await;
    answer.get("/setPresence/userErrors")
}

async fn people_who_share_a_room_see_who_is_there(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = alice.follow("presence", PRESENCE).await;
    let is = |name: &'static str, state: &'static str| {
        move |changed: &Value| {
            changed["user"]["username"] == name && changed["presence"]["state"] == state
        }
    };
    let bobs = bob.socket().await.acknowledged().await;
    heard.until(is("bob", "ONLINE")).await;
    set_presence(&bob, "AWAY").await;
    heard.until(is("bob", "AWAY")).await;
    assert_eq!(state_of(&alice, "bob", &room.id).await["state"], "AWAY");
    // A stranger sees nothing of it, whether they look or listen.
    assert_eq!(state_of(&carol, "bob", &room.id).await["state"], "OFFLINE");
    let rest = format!(r#"(userIds: ["{}"]){PRESENCE}"#, bob.id);
    let mut strangers = carol.follow("presence", &rest).await;
    set_presence(&bob, "ONLINE").await;
    heard.until(is("bob", "ONLINE")).await;
    // Coming back at once is no change.
    drop(bobs);
    let bobs = bob.socket().await.acknowledged().await;
    set_presence(&bob, "AWAY").await;
    let next = heard.next().await;
    assert!(is("bob", "AWAY")(&next), "{next:#}");
    drop(bobs);
    let gone = heard.until(is("bob", "OFFLINE")).await;
    let seen = gone["presence"]["lastSeenAt"].clone();
    assert!(seen.is_string(), "{gone:#}");
    let state = json!({ "state": "OFFLINE", "lastSeenAt": seen });
    assert_eq!(state_of(&alice, "bob", &room.id).await, state);
    // What carol hears first is of the time when she shares a room with bob.
    carol.join(&room).await;
    let _bobs = bob.socket().await.acknowledged().await;
    let first = strangers.next().await;
    assert!(is("bob", "ONLINE")(&first), "{first:#}");
    assert_eq!(set_presence(&bob, "OFFLINE").await[0]["code"], "INVALID");
}

on_both_databases![
    typing_is_seen_by_the_others_and_ends_by_itself,
    leaving_ends_what_is_watched,
    reading_is_told_and_only_forwards,
    people_who_share_a_room_see_who_is_there,
];
