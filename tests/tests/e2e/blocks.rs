//! Keeping somebody away from oneself.

use causerie_tests::{Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

async fn send(person: &Person, room: &Room) -> String {
    let input = json!({ "roomId": room.id, "body": "hello" });
    let answer = person.try_send(input).await;
    let refused: Option<String> = answer
        .body
        .pointer("/data/sendMessage/userErrors/0/code")
        .and_then(Value::as_str)
        .map(str::to_owned);
    refused.unwrap_or_else(|| "ok".to_owned())
}

async fn blocked_by(person: &Person) -> Vec<String> {
    let document = "{ viewer { blockedUsers { username } } }";
    let answer = person.ask(document, json!({})).await;
    let people: Vec<Value> = answer.get("/viewer/blockedUsers");
    let name = |one: &Value| one["username"].as_str().expect("a name").to_owned();
    people.iter().map(name).collect()
}

async fn nothing_passes_in_a_direct_room(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = bob.open_direct_room(&alice).await;
    let first = bob.send_as("first", &room, "hi").await;
    let mut heard = alice.listen(Some(&room), None).await;
    let before = alice.mark_read(&room, 1).await;
    for _ in 0..2 {
        alice.block(&bob).await;
    }
    assert_eq!(blocked_by(&alice).await, ["bob"]);
    assert_eq!(blocked_by(&bob).await, [""; 0]);
    assert_eq!(send(&bob, &room).await, "FORBIDDEN");
    assert_eq!(send(&alice, &room).await, "FORBIDDEN");
    let edited = bob.try_edit(&first.id, "ha").await;
    assert_eq!(edited.refusal("editMessage").code, "FORBIDDEN");
    let input = json!({ "messageId": first.id, "emoji": "👍" });
    let reacted = bob.mutate("react", "", input).await;
    assert_eq!(reacted.refusal("react").code, "FORBIDDEN");
    let input = json!({ "roomId": room.id, "typing": true });
    let typed = bob.mutate("setTyping", "", input).await;
    let refusal = typed.refusal("setTyping");
    assert_eq!(refusal.code, "FORBIDDEN");
    assert!(!refusal.message.to_lowercase().contains("block"));
    // What was sent before is answered as ever, and all of it is still there.
    assert_eq!(bob.send_as("first", &room, "hi").await.id, first.id);
    assert_eq!(alice.history(&room, "").await.seqs(), [1]);
    assert_eq!(alice.mark_read(&room, 1).await, before);
    assert_eq!(bob.open_direct_room(&alice).await.id, room.id);

    alice.unblock(&bob).await;
    assert_eq!(blocked_by(&alice).await, [""; 0]);
    assert_eq!(bob.send(&room, "sorry").await.seq, 2);
    assert_eq!(heard.next().await.message.body, "sorry");
}

async fn both_have_to_take_it_back(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = bob.open_direct_room(&alice).await;
    tokio::join!(alice.block(&bob), bob.block(&alice));
    alice.unblock(&bob).await;
    assert_eq!(send(&bob, &room).await, "FORBIDDEN");
    assert_eq!(send(&alice, &room).await, "FORBIDDEN");
    bob.unblock(&alice).await;
    assert_eq!(send(&bob, &room).await, "ok");
}

async fn whoever_is_blocked_draws_nobody_in(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    alice.block(&bob).await;
    for (one, other) in [(&bob, &alice), (&alice, &bob)] {
        let opened = one.try_open_direct_room(&other.id).await;
        assert_eq!(opened.refusal("openDirectRoom").code, "FORBIDDEN");
    }
    let input = json!({ "kind": "GROUP", "name": "tea", "memberIds": [alice.id] });
    let made = bob.try_create_room(input).await;
    assert_eq!(made.refusal("createRoom").code, "FORBIDDEN");
    let group = bob.create_group("tea", &[]).await;
    let added = bob.try_add_member(&group, &alice).await;
    assert_eq!(added.refusal("addMember").code, "FORBIDDEN");
    // Not the other way round.
    let group = alice.create_group("tea", &[&bob]).await;
    assert_eq!(send(&bob, &group).await, "ok");
    // Who is in a room already stays so.
    let channel = bob.create_channel("tea").await;
    alice.join(&channel).await;
    bob.add_member(&channel, &alice).await;
}

async fn a_room_that_is_opened_meanwhile_is_no_way_around(server: &mut Server) {
    let alice = server.register("alice").await;
    for number in 0..6 {
        let bob = server.register(&format!("bob{number}")).await;
        let (opened, ()) = tokio::join!(bob.try_open_direct_room(&alice.id), alice.block(&bob));
        let room: Option<Room> = opened.get("/openDirectRoom/room");
        match room {
            Some(room) => assert_eq!(send(&bob, &room).await, "FORBIDDEN"),
            None => assert_eq!(opened.refusal("openDirectRoom").code, "FORBIDDEN"),
        }
    }
}

async fn a_mention_looks_as_ever_and_does_not_count(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = carol.create_channel("tea").await;
    alice.join(&room).await;
    bob.join(&room).await;
    let root = carol.send(&room, "Milk first?").await;
    alice.block(&bob).await;
    let input = json!({ "roomId": room.id, "body": "@alice" });
    let fields = "message { mentions { username } }";
    let sent = bob.mutate("sendMessage", fields, input).await;
    let mentions: Value = sent.success("sendMessage", "message/mentions");
    assert_eq!(mentions, json!([{ "username": "alice" }]));
    // Nor does it make her follow a thread.
    let input = json!({ "roomId": room.id, "body": "@alice", "threadRootId": root.id });
    bob.try_send(input)
        .await
        .success::<Value>("sendMessage", "message");
    let document = "{ viewer { unread { messages mentions } threads { nodes { replyCount } } } }";
    let seen: Value = alice.ask(document, json!({})).await.get("/viewer");
    assert_eq!(seen["unread"], json!({ "messages": 2, "mentions": 0 }));
    assert_eq!(seen["threads"]["nodes"], json!([]));

    alice.unblock(&bob).await;
    bob.send(&room, "@alice").await;
    let seen: Value = alice.ask(document, json!({})).await.get("/viewer");
    assert_eq!(seen["unread"], json!({ "messages": 3, "mentions": 1 }));
}

async fn whoever_is_blocked_sees_nobody_there(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    let query = "query ($id: ID) { user(id: $id) { presence { state lastSeenAt } } }";
    let seen = async |person: &Person| {
        let answer = person.ask(query, json!({ "id": alice.id })).await;
        answer.get::<Value>("/user/presence")
    };
    let state = |batch: &Value, of: &Person, state: &str| {
        batch["user"]["id"] == of.id && batch["presence"]["state"] == state
    };
    let selection = "{ user { id } presence { state } }";
    let mut told = bob.follow("presence", selection).await;
    let socket = alice.socket().await.acknowledged().await;
    told.until(|news| state(news, &alice, "ONLINE")).await;
    alice.block(&bob).await;
    told.until(|news| state(news, &alice, "OFFLINE")).await;
    let nothing = json!({ "state": "OFFLINE", "lastSeenAt": null });
    assert_eq!(seen(&bob).await, nothing);
    assert_eq!(seen(&carol).await["state"], "ONLINE");

    // What she does is told to others, and not to him.
    let mut carols = carol.follow("presence", selection).await;
    let away = json!({ "state": "AWAY" });
    alice
        .mutate("setPresence", "", away)
        .await
        .success::<Value>("setPresence", "");
    carols.until(|news| state(news, &alice, "AWAY")).await;
    drop(carols);
    let heard = told
        .until(|news| {
            assert!(!state(news, &alice, "AWAY"));
            state(news, &carol, "ONLINE")
        })
        .await;
    assert_eq!(heard["user"]["id"], carol.id);

    alice.unblock(&bob).await;
    told.until(|news| state(news, &alice, "AWAY")).await;
    assert_eq!(seen(&bob).await["state"], "AWAY");
    drop(socket);
}

async fn not_everyone_can_be_blocked(server: &mut Server) {
    let alice = server.register("alice").await;
    let own = alice.try_block(&alice.id).await.refusal("blockUser");
    assert_eq!(own.code, "INVALID");
    let nobody = "usr_01h455vb4pex5vsknk084sn02q";
    let nobody = alice.try_block(nobody).await.refusal("blockUser");
    assert_eq!(nobody.code, "NOT_FOUND");
}

on_both_databases![
    nothing_passes_in_a_direct_room,
    both_have_to_take_it_back,
    whoever_is_blocked_draws_nobody_in,
    a_room_that_is_opened_meanwhile_is_no_way_around,
    a_mention_looks_as_ever_and_does_not_count,
    whoever_is_blocked_sees_nobody_there,
    not_everyone_can_be_blocked,
];
