//! Keeping the peace: bans and mutes.

use causerie_tests::{Ended, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

const LONG: &str = "2999-01-01T00:00:00.000Z";

async fn unban(person: &Person, room: &Room, other: &Person) {
    let input = json!({ "roomId": room.id, "userId": other.id });
    let answer = person.mutate("unbanMember", "room { id }", input).await;
    answer.success::<Value>("unbanMember", "room");
}

async fn whoever_is_banned_is_out_and_stays_out(server: &mut Server) {
    let other = server.start_beside().await;
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(Some(&room), None).await;
    let mut far = bob.at(&other).listen(Some(&room), None).await;
    alice.send(&room, "hello").await;
    assert_eq!(heard.next().await.message.body, "hello");
    assert_eq!(far.next().await.message.body, "hello");
    let answer = alice.try_ban(&room, &bob, "Enough of this").await;
    assert_eq!(answer.success::<i64>("banMember", "room/memberCount"), 1);
    alice.send(&room, "he is gone").await;
    assert_eq!(heard.ended().await, Ended::Completed);
    assert_eq!(far.ended().await, Ended::Completed);

    let refusal = bob
        .try_join(json!({ "roomId": room.id }))
        .await
        .refusal("joinRoom");
    assert_eq!(refusal.code, "BANNED");
    assert!(
        refusal.message.contains("Enough of this"),
        "{}",
        refusal.message
    );
    let refusal = alice.try_add_member(&room, &bob).await.refusal("addMember");
    assert_eq!(refusal.code, "BANNED");
    // Nor does an invite help, and it is not used up by trying.
    let group = alice.create_group("secret", &[]).await;
    alice.ban(&group, &bob).await;
    let input = json!({ "roomId": group.id, "maxUses": 1 });
    let invite = alice.mutate("createInvite", "invite { code }", input).await;
    let code: String = invite.success("createInvite", "invite/code");
    let join = async || bob.try_join(json!({ "inviteCode": code })).await;
    assert_eq!(join().await.refusal("joinRoom").code, "BANNED");
    for room in [&room, &group] {
        unban(&alice, room, &bob).await;
        unban(&alice, room, &bob).await;
    }
    assert_eq!(
        join().await.success::<i64>("joinRoom", "room/memberCount"),
        2
    );
    bob.join(&room).await;
    bob.send(&room, "sorry").await;
}

async fn nobody_slips_in_while_they_are_banned(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    for number in 0..5 {
        let room = alice.create_channel(&format!("room {number}")).await;
        let join = bob.try_join(json!({ "roomId": room.id }));
        tokio::join!(join, alice.ban(&room, &bob));
        let seen = alice.see_room(&room.id).await.expect("her room");
        assert_eq!(seen.member_count, 1);
        let sent = bob
            .try_send(json!({ "roomId": room.id, "body": "here I am" }))
            .await;
        assert_eq!(sent.refusal("sendMessage").code, "FORBIDDEN");
    }
}

async fn whoever_is_muted_reads_on(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(Some(&room), None).await;
    let sent = bob.send_as("before", &room, "hello").await;
    let before = alice.cursor().await;
    alice.mute(&room, &bob).await;

    let send = async || {
        bob.try_send(json!({ "roomId": room.id, "body": "hm" }))
            .await
    };
    let refusal = send().await.refusal("sendMessage");
    assert_eq!(refusal.code, "MUTED");
    assert!(
        refusal.message.contains("Quiet, please"),
        "{}",
        refusal.message
    );
    let typing = json!({ "roomId": room.id, "typing": true });
    let typing = bob.mutate("setTyping", "", typing).await;
    assert_eq!(typing.refusal("setTyping").code, "MUTED");
    let edited = bob.try_edit(&sent.id, "hm").await;
    assert_eq!(edited.refusal("editMessage").code, "MUTED");
    // What was sent before is answered as ever, and can be taken back.
    assert_eq!(bob.send_as("before", &room, "hello").await.id, sent.id);
    alice.send(&room, "listen").await;
    assert_eq!(heard.bodies(2).await, ["hello", "listen"]);

    let changed = "{ events { ... on MemberChanged { member { mutedUntil user { username } } } } }";
    let rest = format!("(after: {before:?}) {changed}");
    let mut events = alice.follow("events", &rest).await;
    let batch = events.until(|batch| batch["events"] != json!([])).await;
    let member = json!({ "mutedUntil": LONG, "user": { "username": "bob" } });
    assert_eq!(batch["events"][0]["member"], member);

    // It is no way out to leave and come back.
    bob.leave(&room).await;
    bob.join(&room).await;
    assert_eq!(send().await.refusal("sendMessage").code, "MUTED");
    let document = "query ($id: ID!) { room(id: $id) { membership { mutedUntil } } }";
    let muted_until = async || {
        let seen = bob.ask(document, json!({ "id": room.id })).await;
        seen.get::<Value>("/room/membership/mutedUntil")
    };
    assert_eq!(muted_until().await, LONG);
    let lifted = alice.try_mute(&room, &bob, None).await;
    lifted.success::<Value>("muteMember", "room");
    assert_eq!(muted_until().await, Value::Null);
    send().await.success::<Value>("sendMessage", "message");
    let past = alice
        .try_mute(&room, &bob, Some("2001-01-01T00:00:00Z"))
        .await;
    assert_eq!(past.refusal("muteMember").code, "INVALID");
}

on_both_databases![
    whoever_is_banned_is_out_and_stays_out,
    nobody_slips_in_while_they_are_banned,
    whoever_is_muted_reads_on,
];
