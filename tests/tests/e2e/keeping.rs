//! How rooms are kept: slow mode, announcements, archives.

use causerie_tests::{Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

async fn say(person: &Person, room: &Room, body: &str) -> causerie_tests::Answer {
    let input = json!({ "roomId": room.id, "body": body });
    person.try_send(input).await
}

async fn slow_mode_makes_members_wait(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let other = alice.create_channel("milk").await;
    bob.join(&room).await;
    bob.join(&other).await;
    for seconds in [-1, 21_601] {
        let changes = json!({ "slowModeSeconds": seconds });
        let refusal = alice
            .try_update_room(&room, changes)
            .await
            .refusal("updateRoom");
        assert_eq!(refusal.field, Some(vec!["slowModeSeconds".to_owned()]));
    }
    alice
        .update_room(&room, json!({ "slowModeSeconds": 3600 }))
        .await;
    let first = bob.send_as("key", &room, "one").await;
    let answer = say(&bob, &room, "two").await;
    assert_eq!(answer.error_code(), "RATE_LIMITED");
    let wait = answer.body["errors"][0]["extensions"]["retryAfter"].as_i64();
    assert!(
        wait.is_some_and(|wait| (3_500..=3_600).contains(&wait)),
        "{wait:?}"
    );
    // A retry is no second message, those who keep the room do not wait, and neither does the next room.
    assert_eq!(bob.send_as("key", &room, "one").await, first);
    alice.send(&room, "three").await;
    alice.send(&room, "four").await;
    bob.send(&other, "five").await;
    bob.send(&other, "six").await;
    alice
        .update_room(&room, json!({ "slowModeSeconds": 0 }))
        .await;
    assert_eq!(bob.send(&room, "seven").await.seq, 4);
}

async fn announcements_are_for_those_who_keep_the_room(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    alice
        .update_room(&room, json!({ "announcementOnly": true }))
        .await;
    let news = alice.send(&room, "news").await;
    let answer = say(&bob, &room, "mine").await;
    assert_eq!(answer.refusal("sendMessage").code, "FORBIDDEN");
    let answer = bob
        .mutate("pinMessage", "", json!({ "messageId": news.id }))
        .await;
    assert_eq!(answer.refusal("pinMessage").code, "FORBIDDEN");
    bob.reply_in_thread(&news, &room, "good").await;
    let input = json!({ "messageId": news.id, "emoji": "👍" });
    let answer = bob.mutate("react", "", input).await;
    answer.success::<Value>("react", "userErrors");
    alice.set_role(&room, &bob, "ADMIN").await;
    bob.send(&room, "mine").await;
}

async fn an_archived_room_is_read_and_nothing_else(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let sent = bob.send(&room, "one").await;
    alice.set_role(&room, &bob, "ADMIN").await;
    let archived = json!({ "archived": true });
    let refusal = bob.try_update_room(&room, archived.clone()).await;
    assert_eq!(refusal.refusal("updateRoom").code, "FORBIDDEN");
    alice.update_room(&room, archived).await;
    let rename = alice
        .try_update_room(&room, json!({ "name": "milk" }))
        .await;
    assert_eq!(rename.refusal("updateRoom").code, "FORBIDDEN");

    let joining = carol.try_join(json!({ "roomId": room.id })).await;
    assert_eq!(joining.refusal("joinRoom").code, "FORBIDDEN");
    let (message, emoji) = (
        json!({ "messageId": sent.id }),
        json!({ "messageId": sent.id, "emoji": "👍" }),
    );
    let edit = bob.try_edit(&sent.id, "two").await;
    let adding = json!({ "roomId": room.id, "userId": carol.id });
    for (answer, mutation) in [
        (say(&bob, &room, "two").await, "sendMessage"),
        (say(&alice, &room, "two").await, "sendMessage"),
        (edit, "editMessage"),
        (bob.mutate("pinMessage", "", message).await, "pinMessage"),
        (bob.mutate("react", "", emoji).await, "react"),
        (alice.mutate("addMember", "", adding).await, "addMember"),
    ] {
        assert_eq!(answer.refusal(mutation).code, "FORBIDDEN", "{mutation}");
    }
    assert_eq!(bob.history(&room, "").await.seqs(), [1]);
    assert_eq!(bob.mark_read(&room, 1).await, (1, 0));
    let listed: Vec<Value> = carol
        .ask("{ channels { nodes { id } } }", json!({}))
        .await
        .get("/channels/nodes");
    assert_eq!(listed, [] as [Value; 0]);

    alice.update_room(&room, json!({ "archived": false })).await;
    carol.join(&room).await;
    assert_eq!(carol.send(&room, "two").await.seq, 2);
}

on_both_databases![
    slow_mode_makes_members_wait,
    announcements_are_for_those_who_keep_the_room,
    an_archived_room_is_read_and_nothing_else,
];
