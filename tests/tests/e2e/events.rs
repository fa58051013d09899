//! `events(after)`: everything in one's rooms from one cursor on.

use causerie_tests::{
    Backend, Database, Ended, Person, Room, Server, Setup, Subscription, on_both_databases,
};
use serde_json::Value;

const BATCH: &str = "{ events { __typename cursor room { id }
    ... on MessageSent { message { id body seq author { username } } }
    ... on MessageEdited { message { id body } }
    ... on MessageDeleted { message { id body } }
    ... on MemberJoined { member { user { username } role } }
    ... on MemberLeft { user { username } } } cursor live reset }";

async fn follow(person: &Person, after: Option<&str>) -> Subscription {
    let after = after.map(|after| format!(r#"(after: "{after}")"#));
    let rest = format!("{} {BATCH}", after.unwrap_or_default());
    person.follow("events", &rest).await
}

/// The kinds of the next `count` events, and the cursor after them.
async fn kinds(heard: &mut Subscription, count: usize) -> (Vec<String>, String) {
    let (mut kinds, mut cursor) = (Vec::new(), String::new());
    while kinds.len() < count {
        let batch = heard.next().await;
        assert_eq!(batch["reset"], false);
        let events = batch["events"].as_array().expect("events");
        let kind = |event: &Value| event["__typename"].as_str().expect("a kind").to_owned();
        kinds.extend(events.iter().map(kind));
        cursor = batch["cursor"].as_str().expect("a cursor").to_owned();
    }
    (kinds, cursor)
}

async fn level(heard: &mut Subscription) {
    heard.until(|batch| batch["live"] == true).await;
}

async fn everything_that_happens_is_heard_live_and_from_the_log(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let before = bob.cursor().await;
    let mut live = follow(&bob, None).await;
    level(&mut live).await;
    let sent = alice.send(&room, "one").await;
    alice.edit(&sent, "two").await;
    alice.delete(&sent).await;
    carol.join(&room).await;
    carol.leave(&room).await;
    let expected = [
        "MessageSent",
        "MessageEdited",
        "MessageDeleted",
        "MemberJoined",
        "MemberLeft",
    ];
    let (heard, cursor) = kinds(&mut live, 5).await;
    assert_eq!(heard, expected);
    let mut read = follow(&bob, Some(&before)).await;
    assert_eq!(kinds(&mut read, 5).await, (heard, cursor.clone()));
    // From the end there is nothing but the word that this is the end.
    let mut nothing = follow(&bob, Some(&cursor)).await;
    let batch = nothing.next().await;
    assert_eq!(
        (&batch["events"], &batch["live"]),
        (&serde_json::json!([]), &true.into())
    );
    assert_eq!(batch["cursor"], cursor);
}

async fn the_log_comes_in_pages_and_then_live(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let start = alice.cursor().await;
    for number in 0..600 {
        alice.send(&room, &number.to_string()).await;
    }
    let mut heard = follow(&alice, Some(&start)).await;
    let (mut seqs, mut catching_up) = (Vec::new(), 0);
    loop {
        let batch = heard.next().await;
        let events = batch["events"].as_array().expect("events");
        seqs.extend(events.iter().map(|event| event["message"]["seq"].as_i64()));
        if batch["live"] == true {
            break;
        }
        catching_up += 1;
    }
    assert_eq!(seqs, (1..=600).map(Some).collect::<Vec<_>>());
    assert!(catching_up > 1, "{catching_up} pages");
    alice.send(&room, "live").await;
    let batch = heard.next().await;
    assert_eq!(
        (&batch["live"], &batch["events"][0]["message"]["seq"]),
        (&true.into(), &601.into())
    );
}

async fn whoever_leaves_a_room_hears_that_and_no_more_of_it(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let group = alice.create_group("secret", &[&bob]).await;
    let before = bob.cursor().await;
    let mut live = follow(&bob, None).await;
    level(&mut live).await;
    bob.leave(&group).await;
    alice.send(&group, "he is gone").await;
    let tea = bob.create_channel("tea").await;
    let (heard, _) = kinds(&mut live, 2).await;
    assert_eq!(heard, ["MemberLeft", "MemberJoined"]);
    let query = r#"{ events { room { id name topic memberCount } ... on MemberLeft { room {
        members { nodes { joinedAt } } } } } }"#;
    let mut read = bob
        .follow("events", &format!(r#"(after: "{before}") {query}"#))
        .await;
    // The members of the group are none of his business any more.
    assert_eq!(read.ended().await, Ended::Refused("NOT_FOUND".into()));
    let query = "{ events { room { id name topic memberCount } } }";
    let mut read = bob
        .follow("events", &format!(r#"(after: "{before}") {query}"#))
        .await;
    let batch = read.next().await;
    let left = &batch["events"][0]["room"];
    assert_eq!(left["id"], group.id);
    assert_eq!(
        (&left["name"], &left["memberCount"]),
        (&"".into(), &0.into())
    );
    assert_eq!(batch["events"][1]["room"]["id"], tea.id);
}

async fn a_cursor_of_another_log_means_to_load_anew(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut ahead = follow(&alice, None).await;
    level(&mut ahead).await;
    for number in 0..5 {
        alice.send(&room, &number.to_string()).await;
    }
    let cursor = kinds(&mut ahead, 5).await.1;
    let database = Database::create(Backend::Sqlite).await.expect("a database");
    let other = Server::start(Setup::with(&database)).await;
    let dave = other.register("dave").await;
    let mut heard = follow(&dave, Some(&cursor)).await;
    let batch = heard.next().await;
    assert_eq!(batch["reset"], true);
    level(&mut heard).await;
    let after = format!(r#"(after: "{cursor}") {{ cursor }}"#);
    let mut messages = dave.follow("messages", &after).await;
    assert_eq!(messages.ended().await, Ended::Refused("EXPIRED".into()));
    drop(other);
    database.remove().await;
}

/// What is the same for everyone is rendered without a viewer, and must look as each of them
/// would have seen it.
async fn what_is_shared_is_what_each_would_have_seen(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_group("tea", &[&bob]).await;
    let shared = "{ events { __typename cursor at room { ...R } ... on MessageSent { message { ...M } }
        ... on MessageEdited { message { ...M } } ... on MemberJoined { member { role joinedAt user { ...U } } }
        } cursor reset } }
        fragment M on Message { id seq clientId body sentAt editedAt deletedAt author { ...U } room { ...R } }
        fragment R on Room { __typename id kind topic createdAt memberCount }
        fragment U on User { id username displayName isDeleted bio status { text emoji expiresAt } createdAt ";
    let own = shared.replace(
        "fragment R on Room {",
        "fragment R on Room { membership { role }",
    );
    let before = alice.cursor().await;
    let mut live = Vec::new();
    for person in [&alice, &bob] {
        for selection in [shared, own.as_str()] {
            let mut heard = person.follow("events", selection).await;
            heard
                .until(|batch| batch["events"] == serde_json::json!([]))
                .await;
            live.push((person, selection, heard));
        }
    }
    let message = alice.send(&room, "Milk first?").await;
    alice.edit(&message, "Milk last?").await;
    for (person, selection, heard) in &mut live {
        let first = heard.next().await["events"][0].clone();
        let second = heard.next().await["events"][0].clone();
        let after = format!(r#"(after: "{before}") {selection}"#);
        let mut read = person.follow("events", &after).await;
        let batch = read.next().await;
        assert_eq!(batch["events"][1], second);
        // The page shows the message as it is now.
        assert_eq!(batch["events"][0]["room"], first["room"]);
        assert_eq!(
            batch["events"][0]["message"]["author"],
            first["message"]["author"]
        );
        let own = first["room"]["membership"]["role"].as_str();
        let expected = if person.username == "alice" {
            "OWNER"
        } else {
            "MEMBER"
        };
        assert_eq!(own, selection.contains("membership").then_some(expected));
    }
}

async fn send_all(person: &Person, room: &Room, count: usize) {
    for number in 1..=count {
        person.send(room, &number.to_string()).await;
    }
}

async fn one_event_is_read_once_for_all_who_asked_alike(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let mut heard = Vec::new();
    for _ in 0..5 {
        let mut one = follow(&alice, None).await;
        level(&mut one).await;
        heard.push(one);
    }
    // The first event opens what renders them all.
    send_all(&alice, &room, 1).await;
    for one in &mut heard {
        kinds(one, 1).await;
    }
    let talk = async {
        send_all(&alice, &room, 1).await;
        for one in &mut heard {
            kinds(one, 1).await;
        }
    };
    let ((), queries) = server.queries_of(talk).await;
    let authors = queries
        .iter()
        .filter(|query| *query == "find_users")
        .count();
    // One for the answer to the sender, and one for the five.
    assert!(authors <= 2, "{queries:?}");
}

on_both_databases![
    everything_that_happens_is_heard_live_and_from_the_log,
    the_log_comes_in_pages_and_then_live,
    whoever_leaves_a_room_hears_that_and_no_more_of_it,
    a_cursor_of_another_log_means_to_load_anew,
    what_is_shared_is_what_each_would_have_seen,
    one_event_is_read_once_for_all_who_asked_alike,
];
