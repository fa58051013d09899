//! How far people have read, and what is left to read.

use causerie_tests::{Person, Room, Server, Subscription, on_both_databases};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// How far somebody has read, and what is left, by their membership and over all their rooms.
async fn marker_and_unread(person: &Person, room: &Room) -> (i64, i64, i64) {
    let document = "query ($id: ID!) {
        room(id: $id) { membership { lastReadSeq unread { messages } } }
        viewer { unread { messages } }
    }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    (
        answer.get("/room/membership/lastReadSeq"),
        answer.get("/room/membership/unread/messages"),
        answer.get("/viewer/unread/messages"),
    )
}

async fn receipts(person: &Person, room: &Room) -> Vec<(String, i64)> {
    let document = "query ($id: ID!) {
        room(id: $id) { receipts { user { username } lastReadSeq readAt } }
    }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    let receipts: Vec<Value> = answer.get("/room/receipts");
    let receipts = receipts.iter().map(|receipt| {
        assert!(receipt["readAt"].is_string(), "{receipt}");
        let name = receipt["user"]["username"].as_str().expect("a name");
        let seq = receipt["lastReadSeq"].as_i64().expect("a number");
        (name.to_owned(), seq)
    });
    receipts.collect()
}

async fn what_others_said_since_one_joined_is_unread(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    alice.send(&room, "1").await;
    alice.send(&room, "2").await;
    bob.join(&room).await;
    assert_eq!(marker_and_unread(&bob, &room).await, (2, 0, 0));
    alice.send(&room, "3").await;
    bob.send(&room, "4").await;
    alice.send(&room, "5").await;
    // Sending is not reading, but one's own messages are nothing new.
    assert_eq!(marker_and_unread(&bob, &room).await, (2, 2, 2));
    assert_eq!(marker_and_unread(&alice, &room).await, (0, 1, 1));

    let direct = alice.open_direct_room(&bob).await;
    alice.send(&direct, "psst").await;
    assert_eq!(marker_and_unread(&bob, &direct).await, (0, 1, 3));
    let group = alice.create_group("tray", &[&bob]).await;
    alice.send(&group, "all").await;
    assert_eq!(marker_and_unread(&bob, &group).await, (0, 1, 4));

    bob.leave(&room).await;
    assert_eq!(marker_and_unread(&bob, &group).await, (0, 1, 2));
    alice.send(&room, "6").await;
    bob.join(&room).await;
    assert_eq!(marker_and_unread(&bob, &room).await, (6, 0, 2));
}

async fn deleted_messages_are_not_unread(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut sent = Vec::new();
    for body in ["1", "2", "3", "4"] {
        sent.push(alice.send(&room, body).await);
    }
    let own = bob.send(&room, "5").await;
    assert_eq!(bob.mark_read(&room, 1).await, (1, 3));
    // One that was read, one that was not, and one's own.
    for (person, message, unread) in [
        (&alice, &sent[0], 3),
        (&alice, &sent[2], 2),
        (&bob, &own, 2),
    ] {
        person.delete(message).await;
        assert_eq!(marker_and_unread(&bob, &room).await, (1, unread, unread));
    }
    alice.edit(&sent[1], "edited").await;
    assert_eq!(marker_and_unread(&bob, &room).await, (1, 2, 2));
    assert_eq!(marker_and_unread(&alice, &room).await, (0, 0, 0));
}

async fn a_marker_only_moves_forward_and_not_beyond_the_end(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    for number in 1..=5 {
        alice.send(&room, &number.to_string()).await;
    }
    assert_eq!(bob.mark_read(&room, 3).await, (3, 2));
    for seq in [3, 2, 0, -1, i64::from(i32::MIN)] {
        assert_eq!(bob.mark_read(&room, seq).await, (3, 2), "{seq}");
    }
    assert_eq!(bob.mark_read(&room, i64::from(i32::MAX)).await, (5, 0));
    // What was clamped does not run ahead of what is said later.
    alice.send(&room, "6").await;
    assert_eq!(marker_and_unread(&bob, &room).await, (5, 1, 1));
    let marks = (0..20).map(|number| bob.mark_read(&room, number % 7));
    join_all(marks).await;
    assert_eq!(marker_and_unread(&bob, &room).await, (6, 0, 0));
    // On another device too.
    let phone = bob.log_in_again().await;
    assert_eq!(marker_and_unread(&phone, &room).await, (6, 0, 0));
}

async fn members_see_how_far_others_have_read(server: &mut Server) {
    let [alice, bob, carol, eve] = server.people(["alice", "bob", "carol", "eve"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    for number in 1..=3 {
        alice.send(&room, &number.to_string()).await;
    }
    assert_eq!(receipts(&alice, &room).await, []);
    bob.mark_read(&room, 1).await;
    carol.mark_read(&room, 3).await;
    let read = |name: &str, seq| (name.to_owned(), seq);
    let expected = [read("carol", 3), read("bob", 1)];
    assert_eq!(receipts(&alice, &room).await, expected);
    bob.mark_read(&room, 2).await;
    // What says nothing new does not count as reading.
    carol.mark_read(&room, 3).await;
    let expected = [read("bob", 2), read("carol", 3)];
    assert_eq!(receipts(&carol, &room).await, expected);
    carol.leave(&room).await;
    assert_eq!(receipts(&alice, &room).await, [read("bob", 2)]);
    for outsider in [&carol, &eve] {
        assert_eq!(receipts(outsider, &room).await, []);
    }
}

async fn only_members_mark_what_they_have_read(server: &mut Server) {
    let [alice, eve] = server.people(["alice", "eve"]).await;
    let channel = alice.create_channel("tea").await;
    let group = alice.create_group("tray", &[]).await;
    alice.send(&group, "psst").await;
    alice.send(&channel, "hi").await;
    let refusal = eve.try_mark_read(&channel.id, 1).await;
    assert_eq!(refusal.refusal("markRead").code, "FORBIDDEN");
    let absent = eve.try_mark_read("room_01h455vb4pex5vsknk084sn02q", 1);
    let absent = absent.await.refusal("markRead");
    assert_eq!(absent.code, "NOT_FOUND");
    for id in [group.id.as_str(), "nonsense"] {
        assert_eq!(eve.try_mark_read(id, 1).await.refusal("markRead"), absent);
    }
    assert_eq!(receipts(&alice, &channel).await, []);
    assert_eq!(receipts(&alice, &group).await, []);
}

/// Reads on until somebody has read so far in a room; all that was said by then, as room, person and
/// number.
async fn told_until(heard: &mut Subscription, room: &Room, seq: i64) -> Vec<(String, String, i64)> {
    let mut told = Vec::new();
    loop {
        let next = heard.next().await;
        let text = |pointer: &str| next.pointer(pointer).and_then(Value::as_str).expect("text");
        let (id, name) = (text("/room/id"), text("/receipt/user/username"));
        let number = next["receipt"]["lastReadSeq"].as_i64().expect("a number");
        told.push((id.to_owned(), name.to_owned(), number));
        if id == room.id && number == seq {
            return told;
        }
    }
}

async fn ones_other_device_learns_at_once_what_one_has_read(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let tea = alice.create_channel("tea").await;
    bob.join(&tea).await;
    for number in 1..=3 {
        alice.send(&tea, &number.to_string()).await;
    }
    let phone = bob.log_in_again().await;
    // Whoever gives a room by the same document hears of everyone there.
    let document = "subscription ($room: ID) { receipts(roomId: $room) {
        room { id } receipt { user { username } lastReadSeq }
    } }";
    let of_room = json!({ "room": tea.id });
    let mut of_room = alice.follow_document("receipts", document, of_room).await;
    let mut own = phone.follow_document("receipts", document, json!({})).await;
    bob.mark_read(&tea, 1).await;
    let read = |room: &Room, name: &str, seq| (room.id.clone(), name.to_owned(), seq);
    for heard in [&mut of_room, &mut own] {
        assert!(
            told_until(heard, &tea, 1)
                .await
                .contains(&read(&tea, "bob", 1))
        );
    }
    alice.mark_read(&tea, 3).await;
    let told = told_until(&mut of_room, &tea, 3).await;
    assert_eq!(told.last(), Some(&read(&tea, "alice", 3)));
    bob.mark_read(&tea, 2).await;
    let told = told_until(&mut own, &tea, 2).await;
    assert!(told.iter().all(|(_, name, _)| name == "bob"), "{told:?}");
    // A room of later, and one that is left.
    let milk = alice.create_channel("milk").await;
    bob.join(&milk).await;
    alice.send(&milk, "1").await;
    alice.send(&milk, "2").await;
    bob.mark_read(&milk, 1).await;
    told_until(&mut own, &milk, 1).await;
    bob.leave(&tea).await;
    alice.send(&tea, "4").await;
    alice.mark_read(&tea, 4).await;
    told_until(&mut of_room, &tea, 4).await;
    bob.mark_read(&milk, 2).await;
    let told = told_until(&mut own, &milk, 2).await;
    assert!(told.iter().all(|(room, ..)| *room == milk.id), "{told:?}");
}

async fn ones_other_device_learns_what_is_left_to_read(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let group = alice.create_group("tray", &[&bob]).await;
    for number in 1..=3 {
        alice.send(&group, &number.to_string()).await;
    }
    let phone = bob.log_in_again().await;
    // What is left depends on the viewer, so this is rendered for nobody else.
    let fields = "{ room { membership { unread { messages } } } }";
    let mut own = phone.follow("receipts", fields).await;
    for seq in 1..=3 {
        bob.mark_read(&group, seq).await;
        let left = |changed: &Value| changed["room"]["membership"]["unread"]["messages"] == 3 - seq;
        own.until(left).await;
    }
}

async fn a_stranger_hears_nothing(server: &mut Server) {
    let mut socket = server.socket(None).await.acknowledged().await;
    let document = "subscription { receipts { receipt { lastReadSeq } } }";
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": document } });
    socket.write(&subscribe).await;
    let refused = socket.read().await.expect("an answer");
    assert_eq!(refused["type"], "error");
    let code = &refused["payload"][0]["extensions"]["code"];
    assert_eq!(code, "UNAUTHENTICATED");
}

on_both_databases![
    a_stranger_hears_nothing,
    what_others_said_since_one_joined_is_unread,
    deleted_messages_are_not_unread,
    a_marker_only_moves_forward_and_not_beyond_the_end,
    members_see_how_far_others_have_read,
    only_members_mark_what_they_have_read,
    ones_other_device_learns_at_once_what_one_has_read,
    ones_other_device_learns_what_is_left_to_read,
];
