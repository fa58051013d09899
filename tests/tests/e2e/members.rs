//! Comings and goings, as the `events` subscription tells of them.

use causerie_tests::{Person, Server, Subscription, on_both_databases};
use serde_json::{Value, json};

const EVENTS: &str = "{
    live
    events {
        __typename
        ... on MemberJoined { member { role joinedAt user { username } } at }
        ... on MemberLeft { user { username } }
        ... on MessageDeleted { message { seq body } }
    }
}";

async fn follow(person: &Person, after: &str) -> Subscription {
    let rest = format!("(after: {after:?}) {EVENTS}");
    person.follow("events", &rest).await
}

/// The events of the batches up to the first one that is level with the log.
async fn catch_up(heard: &mut Subscription) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let batch = heard.next().await;
        events.extend(batch["events"].as_array().expect("events").clone());
        if batch["live"] == true {
            return events;
        }
    }
}

async fn comings_and_goings_are_told(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let before = alice.cursor().await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    bob.leave(&room).await;
    let sent = carol.send(&room, "one").await;
    carol.delete(&sent).await;

    let mut heard = follow(&alice, &before).await;
    let events = catch_up(&mut heard).await;
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["__typename"].as_str().expect("a type"))
        .collect();
    let joined = "MemberJoined";
    let expected = [
        joined,
        joined,
        joined,
        "MemberLeft",
        "MessageSent",
        "MessageDeleted",
    ];
    assert_eq!(kinds, expected);
    let member = |name: &str, role: &str, event: &Value| {
        assert_eq!(event["member"]["user"]["username"], name);
        assert_eq!(event["member"]["role"], role);
        assert_eq!(event["member"]["joinedAt"], event["at"]);
    };
    member("alice", "OWNER", &events[0]);
    // Who is gone by now is as they were when they came.
    member("bob", "MEMBER", &events[1]);
    member("carol", "MEMBER", &events[2]);
    assert_eq!(events[3]["user"]["username"], "bob");
    assert_eq!(events[5]["message"], json!({ "seq": 1, "body": "" }));

    // Live it is the same.
    bob.join(&room).await;
    let live = heard.next().await;
    member("bob", "MEMBER", &live["events"][0]);
}

async fn those_who_come_together_hear_the_same_live_and_later(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let before = alice.cursor().await;
    let mut live = Vec::new();
    for person in [&alice, &bob, &carol] {
        let mut heard = follow(person, &before).await;
        assert!(catch_up(&mut heard).await.is_empty());
        live.push((person, heard));
    }
    let group = alice.create_group("tray", &[&bob, &carol]).await;
    alice.send(&group, "Tea!").await;
    for (person, heard) in &mut live {
        let later = catch_up(&mut follow(person, &before).await).await;
        let mut events = Vec::new();
        while events.len() < later.len() {
            events.extend(catch_up(heard).await);
        }
        // Each from their own coming on.
        assert_eq!(events, later);
        assert_eq!(events[0]["member"]["user"]["username"], person.username);
    }
}

async fn many_who_came_are_read_at_once(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let before = alice.cursor().await;
    let mut people = Vec::new();
    for number in 0..12 {
        people.push(server.register(&format!("person{number}")).await);
    }
    let count = async || {
        let asking = async { catch_up(&mut follow(&alice, &before).await).await.len() };
        let (events, queries) = server.queries_of(asking).await;
        let members = queries.iter().filter(|query| *query == "find_memberships");
        (events, members.count())
    };
    people[0].join(&room).await;
    assert_eq!(count().await, (1, 1));
    for person in &people[1..] {
        person.join(&room).await;
    }
    assert_eq!(count().await, (12, 1));
}

on_both_databases![
    comings_and_goings_are_told,
    those_who_come_together_hear_the_same_live_and_later,
    many_who_came_are_read_at_once
];
