//! Who keeps a room: letting people in, putting them out, and giving them roles.

use causerie_tests::{Ended, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

const EVENTS: &str = "{ events {
    __typename
    ... on MemberJoined { member { role user { username } } }
    ... on MemberChanged { member { role user { username } } }
    ... on MemberLeft { user { username } }
} }";

async fn roles(person: &Person, room: &Room) -> Vec<(String, String)> {
    let document = "query ($id: ID!) {
        room(id: $id) { memberCount members { nodes { role user { username } } } }
    }";
    let answer = person.ask(document, json!({ "id": room.id })).await;
    let members: Vec<Value> = answer.get("/room/members/nodes");
    assert_eq!(answer.get::<usize>("/room/memberCount"), members.len());
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let role = |member: &Value| (text(&member["user"]["username"]), text(&member["role"]));
    members.iter().map(role).collect()
}

fn are(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, role): &(&str, &str)| ((*name).to_owned(), (*role).to_owned());
    expected.iter().map(pair).collect()
}

async fn whoever_is_added_is_in_the_room(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_group("tea", &[]).await;
    alice.send(&room, "before").await;
    let after = bob.cursor().await;
    let rest = format!("(after: {after:?}) {EVENTS}");
    let mut heard = bob.follow("events", &rest).await;
    alice.add_member(&room, &bob).await;
    let batch = heard.until(|batch| batch["events"] != json!([])).await;
    let joined = json!([{
        "__typename": "MemberJoined",
        "member": { "role": "MEMBER", "user": { "username": "bob" } },
    }]);
    assert_eq!(batch["events"], joined);
    assert_eq!(bob.history(&room, "").await.seqs(), [1]);
    // Once more changes nothing.
    let again = alice.try_add_member(&room, &bob).await;
    assert_eq!(again.success::<i64>("addMember", "room/memberCount"), 2);
    let nobody = json!({ "roomId": room.id, "userId": "usr_01h455vb4pex5vsknk084sn02q" });
    let refused = alice.mutate("addMember", "room { id }", nobody).await;
    assert_eq!(refused.refusal("addMember").code, "NOT_FOUND");
}

async fn whoever_is_removed_loses_the_room_at_once(server: &mut Server) {
    let other = server.start_beside().await;
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_group("tea", &[&bob]).await;
    let after = bob.cursor().await;
    // Something of each kind, so that each is known to be followed.
    alice.send(&room, "hello").await;
    alice.mark_read(&room, 1).await;
    let (mut everything, mut of_room) = (Vec::new(), Vec::new());
    for server in [&*server, &other] {
        let (alice, bob) = (alice.at(server), bob.at(server));
        let rest = format!("(after: {after:?}) {EVENTS}");
        everything.push(bob.follow("events", &rest).await);
        let input = json!({ "roomId": room.id, "typing": true });
        alice.mutate("setTyping", "", input).await;
        let messages = format!("after: {after:?}) {{ cursor }}");
        for (field, rest) in [
            ("messages", messages.as_str()),
            ("typing", ") { users { id } }"),
            ("receipts", ") { receipt { readAt } }"),
        ] {
            let rest = format!(r#"(roomId: "{}" {rest}"#, room.id);
            let mut heard = bob.follow(field, &rest).await;
            heard.next().await;
            of_room.push(heard);
        }
    }
    for heard in &mut everything {
        heard.until(|batch| batch["events"] != json!([])).await;
    }
    alice.remove_member(&room, &bob).await;
    alice.send(&room, "he is gone").await;
    // All is well when he is gone already.
    alice.remove_member(&room, &bob).await;
    let own = bob.create_group("own", &[]).await;
    bob.send(&own, "hello").await;
    for heard in &mut everything {
        let mut kinds = Vec::new();
        while kinds.len() < 3 {
            let batch = heard.next().await;
            let events = batch["events"].as_array().expect("events").iter();
            kinds.extend(events.map(|event| event["__typename"].clone()));
        }
        assert_eq!(kinds, ["MemberLeft", "MemberJoined", "MessageSent"]);
    }
    for heard in &mut of_room {
        assert_eq!(heard.heard_out().await, Ended::Completed);
    }
    assert_eq!(bob.see_room(&room.id).await, None);
    assert_eq!(roles(&alice, &room).await, are(&[("alice", "OWNER")]));
}

async fn a_room_is_handed_over(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_group("tea", &[&bob, &carol]).await;
    let after = carol.cursor().await;
    alice.set_role(&room, &bob, "ADMIN").await;
    alice.set_role(&room, &bob, "ADMIN").await;
    alice.set_role(&room, &bob, "OWNER").await;
    let mut now = roles(&carol, &room).await;
    now.sort_unstable();
    assert_eq!(
        now,
        are(&[("alice", "ADMIN"), ("bob", "OWNER"), ("carol", "MEMBER")])
    );

    let mut heard = carol
        .follow("events", &format!("(after: {after:?}) {EVENTS}"))
        .await;
    let batch = heard.until(|batch| batch["events"] != json!([])).await;
    let changed = |name: &str, role: &str| {
        let member = json!({ "role": role, "user": { "username": name } });
        json!({ "__typename": "MemberChanged", "member": member })
    };
    let bobs = changed("bob", "OWNER");
    assert_eq!(
        batch["events"],
        json!([bobs, bobs, changed("alice", "ADMIN")])
    );

    // It is his now: she may go, and he may not.
    let refused = alice.try_set_role(&room, &bob, "MEMBER").await;
    assert_eq!(refused.refusal("setMemberRole").code, "FORBIDDEN");
    assert_eq!(
        bob.try_leave(&room).await.refusal("leaveRoom").code,
        "FORBIDDEN"
    );
    alice.leave(&room).await;
    let refused = bob.try_set_role(&room, &alice, "MEMBER").await;
    assert_eq!(refused.refusal("setMemberRole").code, "NOT_FOUND");
}

async fn a_room_has_one_owner_though_it_is_handed_over_twice_at_once(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    for _ in 0..5 {
        let room = alice.create_group("tea", &[&bob, &carol]).await;
        let (to_bob, to_carol) = tokio::join!(
            alice.try_set_role(&room, &bob, "OWNER"),
            alice.try_set_role(&room, &carol, "OWNER"),
        );
        let refused = |answer: &causerie_tests::Answer| {
            let errors: Vec<Value> = answer.get("/setMemberRole/userErrors");
            errors.len()
        };
        assert_eq!(refused(&to_bob) + refused(&to_carol), 1);
        let owners = roles(&alice, &room).await.into_iter();
        assert_eq!(owners.filter(|(_, role)| role == "OWNER").count(), 1);
    }
}

on_both_databases![
    whoever_is_added_is_in_the_room,
    whoever_is_removed_loses_the_room_at_once,
    a_room_is_handed_over,
    a_room_has_one_owner_though_it_is_handed_over_twice_at_once,
];
