//! Deleting one's account.

use std::collections::HashSet;

use causerie_tests::{
    Answer, Ended, PASSWORD, Person, Room, Server, Subscription, on_both_databases,
};
use serde_json::{Value, json};

async fn try_delete(person: &Person, password: &str, messages: &str) -> Answer {
    let input = json!({ "password": password, "messages": messages });
    person.mutate("deleteAccount", "", input).await
}

async fn delete(person: &Person, messages: &str) {
    let deleted = try_delete(person, PASSWORD, messages).await;
    deleted.success::<Value>("deleteAccount", "");
}

async fn follow(person: &Person, after: &str) -> Subscription {
    let selection = "{ events { __typename room { id } ... on MemberLeft { user { id } }
        ... on MemberChanged { member { role user { id } } }
        ... on MessageDeleted { message { id body } } } }";
    let rest = format!("(after: {after:?}) {selection}");
    person.follow("events", &rest).await
}

/// The next so many events of a kind.
async fn next(heard: &mut Subscription, kind: &str, count: usize) -> Vec<Value> {
    let mut found = Vec::new();
    while found.len() < count {
        let batch = heard.next().await;
        let events = batch["events"].as_array().expect("events").clone();
        found.extend(events.into_iter().filter(|one| one["__typename"] == kind));
    }
    found
}

async fn a_wrong_password_deletes_nothing(server: &mut Server) {
    let alice = server.register("alice").await;
    let refusal = try_delete(&alice, "wrong horse battery", "DELETE").await;
    let refusal = refusal.refusal("deleteAccount");
    let field = Some(vec!["password".to_owned()]);
    assert_eq!(
        (refusal.code.as_str(), refusal.field),
        ("UNAUTHENTICATED", field)
    );
    assert_eq!(alice.whoami().await.as_deref(), Some("alice"));
}

async fn every_login_ends_at_once(server: &mut Server) {
    let alice = server.register("alice").await;
    let elsewhere = alice.log_in_again().await;
    let far = server.start_beside().await;
    let mut sockets = [
        alice.listen(None, None).await,
        elsewhere.listen(None, None).await,
        elsewhere.at(&far).listen(None, None).await,
    ];
    delete(&alice, "KEEP").await;
    for person in [&alice, &elsewhere] {
        assert_eq!(person.whoami().await, None);
        let refused = person.try_refresh(&person.tokens.refresh_token, None).await;
        assert_eq!(refused.refusal("refreshSession").code, "UNAUTHENTICATED");
    }
    for socket in &mut sockets {
        assert_eq!(socket.ended().await, Ended::Closed(4403));
    }
    for (mutation, code) in [("login", "UNAUTHENTICATED"), ("register", "CONFLICT")] {
        let (first, rest) = mutation.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let document = format!(
            "mutation ($input: {input_type}!) {{
                {mutation}(input: $input) {{ userErrors {{ code message field }} }}
            }}"
        );
        let input = json!({ "username": "alice", "password": PASSWORD });
        let answer = server.ask(&document, json!({ "input": input })).await;
        assert_eq!(answer.refusal(mutation).code, code);
    }
}

async fn what_was_said_stays_with_a_deleted_user(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let input = json!({ "displayName": "Alice Liddell", "bio": "Curious" });
    let updated = alice.mutate("updateProfile", "", input).await;
    updated.success::<Value>("updateProfile", "");
    let room = bob.create_channel("tea").await;
    alice.join(&room).await;
    let sent = alice.send(&room, "Milk first").await;
    bob.block(&alice).await;
    delete(&alice, "KEEP").await;

    let document = "query ($id: ID!) { node(id: $id) { ... on Message {
        body deletedAt author { id username displayName isDeleted bio status { text } } } } }";
    let seen: Value = bob
        .ask(document, json!({ "id": sent.id }))
        .await
        .get("/node");
    let author = json!({
        "id": alice.id,
        "username": format!("deleted~{}", &alice.id["usr_".len()..]),
        "displayName": "Deleted user",
        "isDeleted": true,
        "bio": null,
        "status": null,
    });
    let expected = json!({ "body": "Milk first", "deletedAt": null, "author": author });
    assert_eq!(seen, expected);
    let document = "{ a: users(query: \"alice\") { nodes { id } }
        b: users(query: \"liddell\") { nodes { id } } c: users(query: \"deleted\") { nodes { id } }
        d: user(username: \"alice\") { id } viewer { blockedUsers { id } } }";
    let found: Value = bob.ask(document, json!({})).await.get("");
    let nobody = json!({ "nodes": [] });
    let expected = json!({
        "a": nobody, "b": nobody, "c": nobody, "d": null, "viewer": { "blockedUsers": [] },
    });
    assert_eq!(found, expected);
}

async fn rooms_go_on_without_whoever_is_gone(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    alice.set_role(&room, &carol, "ADMIN").await;
    let alone = alice.create_channel("alone").await;
    let direct = alice.open_direct_room(&bob).await;
    let code = alice.invite(&room).await;
    let before = bob.cursor().await;
    delete(&alice, "KEEP").await;

    let mut heard = follow(&bob, &before).await;
    let batch = heard.until(|batch| batch["events"].as_array().is_some_and(|all| all.len() > 2));
    let events = batch.await["events"].clone();
    let carols = json!({ "role": "OWNER", "user": { "id": carol.id } });
    assert_eq!(events[0]["member"], carols);
    assert_eq!(events[1]["user"]["id"], json!(alice.id));
    assert_eq!(events[2]["__typename"], "RoomChanged");
    assert_eq!(events[2]["room"]["id"], json!(direct.id));
    carol.set_role(&room, &bob, "ADMIN").await;
    let seen = |id: &str| {
        let id = id.to_owned();
        let bob = &bob;
        async move { bob.see_room(&id).await.expect("a room").member_count }
    };
    assert_eq!((seen(&room.id).await, seen(&alone.id).await), (2, 0));
    // Whoever comes first takes it over.
    bob.join(&alone).await;
    carol.join(&alone).await;
    bob.set_role(&alone, &carol, "ADMIN").await;

    let dave = server.register("dave").await;
    let joined = dave.try_join(json!({ "inviteCode": code })).await;
    assert_eq!(joined.refusal("joinRoom").code, "NOT_FOUND");
    let direct = bob.see_room(&direct.id).await.expect("his room");
    assert_eq!(direct.name, "Deleted user");
    let sent = bob
        .try_send(json!({ "roomId": direct.id, "body": "hello?" }))
        .await;
    assert_eq!(sent.refusal("sendMessage").code, "FORBIDDEN");
    let opened = dave.try_open_direct_room(&alice.id).await;
    assert_eq!(opened.refusal("openDirectRoom").code, "FORBIDDEN");
    let group = bob.create_group("more tea", &[]).await;
    let added = bob.try_add_member(&group, &alice).await;
    assert_eq!(added.refusal("addMember").code, "FORBIDDEN");
}

/// Says so much in a room that it is not erased in an instant.
async fn talk(person: &Person, room: &Room, count: usize) -> HashSet<String> {
    let sends = (0..count).map(|number| {
        let body = format!("secret {number}");
        async move { person.send(room, &body).await.id }
    });
    let sent = futures_util::future::join_all(sends).await;
    sent.into_iter().collect()
}

async fn erased(heard: &mut Subscription, sent: &HashSet<String>) {
    let deleted = next(heard, "MessageDeleted", sent.len()).await;
    let ids = deleted.iter().map(|event| {
        assert_eq!(event["message"]["body"], "");
        event["message"]["id"].as_str().expect("an id").to_owned()
    });
    assert_eq!(ids.collect::<HashSet<_>>(), *sent);
}

async fn what_was_said_goes_everywhere(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let direct = alice.open_direct_room(&bob).await;
    let own = bob.send(&room, "Mine").await;
    let reply = json!({ "roomId": room.id, "body": "secret @bob", "threadRootId": own.id });
    let reply = alice.try_send(reply).await;
    let before = bob.cursor().await;
    let mut sent = talk(&alice, &room, 60).await;
    sent.extend(talk(&alice, &direct, 30).await);
    sent.insert(reply.success("sendMessage", "message/id"));
    // What she has left goes, too.
    let left = bob.create_channel("left").await;
    alice.join(&left).await;
    sent.extend(talk(&alice, &left, 3).await);
    alice.leave(&left).await;
    delete(&alice, "DELETE").await;

    let mut heard = follow(&bob, &before).await;
    erased(&mut heard, &sent).await;
    let history = bob.history(&room, "first: 100").await;
    let bodies = history
        .nodes
        .iter()
        .filter(|message| !message.body.is_empty());
    assert_eq!(bodies.count(), 1);
    assert_eq!(history.nodes[0].body, "Mine");
    let document = "{ viewer { unread { messages mentions } } }";
    let unread: Value = bob.ask(document, json!({})).await.get("/viewer/unread");
    assert_eq!(unread, json!({ "messages": 0, "mentions": 0 }));
}

async fn erasing_survives_a_kill(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut sent = HashSet::new();
    for _ in 0..4 {
        sent.extend(talk(&alice, &room, 100).await);
    }
    let before = bob.cursor().await;
    let mut heard = follow(&bob, &before).await;
    delete(&alice, "DELETE").await;
    // It has begun, and is not done.
    next(&mut heard, "MessageDeleted", 1).await;
    server.kill().await;
    server.start_again().await;
    let mut heard = follow(&bob, &before).await;
    erased(&mut heard, &sent).await;
}

on_both_databases![
    a_wrong_password_deletes_nothing,
    every_login_ends_at_once,
    what_was_said_stays_with_a_deleted_user,
    rooms_go_on_without_whoever_is_gone,
    what_was_said_goes_everywhere,
    erasing_survives_a_kill,
];
