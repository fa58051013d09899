//! Invites: codes that let people into rooms.

use causerie_tests::{Answer, Person, Room, Server, on_both_databases};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn try_invite(person: &Person, input: Value) -> Answer {
    let fields = "invite { code room { id } expiresAt maxUses uses }";
    person.mutate("createInvite", fields, input).await
}

async fn invite(person: &Person, room: &Room, max_uses: Option<i64>) -> String {
    let input = json!({ "roomId": room.id, "maxUses": max_uses });
    try_invite(person, input)
        .await
        .success("createInvite", "invite/code")
}

async fn join(person: &Person, code: &str) -> Answer {
    person.try_join(json!({ "inviteCode": code })).await
}

async fn an_invite_lets_people_into_a_private_room(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_group("tea", &[]).await;
    let input = json!({ "roomId": room.id, "expiresAt": "2999-01-02T03:04:05.678Z", "maxUses": 9 });
    let made: Value = try_invite(&alice, input)
        .await
        .success("createInvite", "invite");
    let code = made["code"].as_str().expect("a code");
    let expected = json!({
        "code": code, "room": { "id": room.id }, "expiresAt": "2999-01-02T03:04:05.678Z",
        "maxUses": 9, "uses": 0,
    });
    assert_eq!(made, expected);
    assert_ne!(invite(&alice, &room, None).await, code);

    let joined: Room = join(&bob, code).await.success("joinRoom", "room");
    assert_eq!(
        (joined.id.as_str(), joined.member_count),
        (room.id.as_str(), 2)
    );
    bob.send(&room, "hello").await;
    for code in ["", "nonsense", &code.to_uppercase()] {
        assert_eq!(
            join(&bob, code).await.refusal("joinRoom").code,
            "NOT_FOUND",
            "{code:?}"
        );
    }
    let both = json!({ "inviteCode": code, "roomId": room.id });
    assert_eq!(bob.try_join(both).await.refusal("joinRoom").code, "INVALID");
}

async fn an_invite_is_used_so_often_and_no_more(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_group("tea", &[]).await;
    let code = invite(&alice, &room, Some(3)).await;
    let mut people = Vec::new();
    for number in 0..9 {
        people.push(server.register(&format!("person{number}")).await);
    }
    let joined = |answer: &Answer| !answer.body["data"]["joinRoom"]["room"].is_null();
    let answers = join_all(people.iter().map(|person| join(person, &code))).await;
    assert_eq!(answers.iter().filter(|answer| joined(answer)).count(), 3);
    for (person, answer) in people.iter().zip(&answers) {
        // Who is in is in, and whoever tries again uses nothing.
        let again = join(person, &code).await;
        assert_eq!(joined(&again), joined(answer));
        if !joined(answer) {
            assert_eq!(again.refusal("joinRoom").code, "EXPIRED");
        }
    }
    let seen = alice.see_room(&room.id).await.expect("her room");
    assert_eq!(seen.member_count, 4);
}

async fn one_person_at_many_devices_uses_an_invite_once(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_group("tea", &[]).await;
    let code = invite(&alice, &room, Some(2)).await;
    for answer in join_all((0..6).map(|_| join(&bob, &code))).await {
        answer.success::<Room>("joinRoom", "room");
    }
    let joined: Room = join(&carol, &code).await.success("joinRoom", "room");
    assert_eq!(joined.member_count, 3);
}

async fn an_invite_has_sensible_limits(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_group("tea", &[]).await;
    for (field, value) in [
        ("maxUses", json!(0)),
        ("maxUses", json!(-1)),
        ("maxUses", json!(10_001)),
        ("expiresAt", json!("2001-01-01T00:00:00Z")),
    ] {
        let refused = try_invite(&alice, json!({ "roomId": room.id, field: value })).await;
        let refusal = refused.refusal("createInvite");
        assert_eq!(
            (refusal.code.as_str(), refusal.field),
            ("INVALID", Some(vec![field.into()]))
        );
    }
}

on_both_databases![
    an_invite_lets_people_into_a_private_room,
    an_invite_is_used_so_often_and_no_more,
    one_person_at_many_devices_uses_an_invite_once,
    an_invite_has_sensible_limits,
];
