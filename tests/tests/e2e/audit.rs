//! What those see who keep a room.

use causerie_tests::{Answer, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

const LONG: &str = "2999-01-01T00:00:00.000Z";

/// A page of a list of a room.
async fn list(person: &Person, room: &Room, field: &str, selection: &str) -> Value {
    let document = format!(
        "query ($id: ID!) {{ room(id: $id) {{
            {field} {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }}
        }} }}"
    );
    let answer = person.ask(&document, json!({ "id": room.id })).await;
    let (name, _) = field.split_once('(').unwrap_or((field, ""));
    answer.get(&format!("/room/{name}"))
}

async fn audit(person: &Person, room: &Room) -> Vec<Value> {
    let selection =
        "action actor { username } target { username } message { id body } reason role until";
    let page = list(person, room, "auditLog", selection).await;
    page["nodes"].as_array().expect("entries").clone()
}

async fn revoke(person: &Person, code: &str) -> Answer {
    let input = json!({ "code": code });
    person.mutate("revokeInvite", "room { id }", input).await
}

async fn unban(person: &Person, room: &Room, other: &Person) {
    let input = json!({ "roomId": room.id, "userId": other.id });
    let answer = person.mutate("unbanMember", "", input).await;
    answer.success::<Value>("unbanMember", "");
}

/// Entries without a reason, a role and an end.
fn entry(action: &str, actor: &Person, target: Option<&Person>) -> Value {
    json!({
        "action": action,
        "actor": { "username": actor.username },
        "target": target.map(|target| json!({ "username": target.username })),
        "message": null,
        "reason": null,
        "role": null,
        "until": null,
    })
}

fn with(mut entry: Value, more: &[(&str, &str)]) -> Value {
    for (field, value) in more {
        entry[field] = json!(value);
    }
    entry
}

fn with_message(mut entry: Value, id: &str) -> Value {
    entry["message"] = json!({ "id": id, "body": "" });
    entry
}

async fn everything_that_keepers_do_is_noted(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    alice.set_role(&room, &bob, "ADMIN").await;
    let sent = carol.send(&room, "Milk last!").await;
    bob.delete(&sent).await;
    let own = bob.send(&room, "Sorry").await;
    bob.delete(&own).await;
    bob.mute(&room, &carol).await;
    let lifted = bob.try_mute(&room, &carol, None).await;
    lifted.success::<Value>("muteMember", "room");
    bob.remove_member(&room, &carol).await;
    let ban = json!({
        "roomId": room.id, "userId": carol.id, "reason": "Enough", "expiresAt": LONG,
    });
    let banned = bob.mutate("banMember", "", ban).await;
    banned.success::<Value>("banMember", "");
    for _ in 0..2 {
        unban(&alice, &room, &carol).await;
    }
    for _ in 0..2 {
        let update = json!({ "roomId": room.id, "topic": "Milk first?" });
        let updated = alice.mutate("updateRoom", "", update).await;
        updated.success::<Value>("updateRoom", "");
    }
    let code = bob.invite(&room).await;
    let revoked = revoke(&alice, &code).await;
    revoked.success::<Value>("revokeInvite", "room");
    // What is refused was not done, and what happens to nobody neither.
    let refused = bob.try_remove_member(&room, &alice).await;
    assert_eq!(refused.refusal("removeMember").code, "FORBIDDEN");
    alice.remove_member(&room, &carol).await;

    let enough = [("reason", "Enough"), ("until", LONG)];
    let quiet = [("reason", "Quiet, please"), ("until", LONG)];
    let expected = [
        entry("REVOKE_INVITE", &alice, Some(&bob)),
        entry("UPDATE_ROOM", &alice, None),
        entry("UNBAN", &alice, Some(&carol)),
        with(entry("BAN", &bob, Some(&carol)), &enough),
        entry("REMOVE_MEMBER", &bob, Some(&carol)),
        with(entry("UNMUTE", &bob, Some(&carol)), &quiet[..1]),
        with(entry("MUTE", &bob, Some(&carol)), &quiet),
        with_message(entry("DELETE_MESSAGE", &bob, Some(&carol)), &sent.id),
        with(entry("SET_ROLE", &alice, Some(&bob)), &[("role", "ADMIN")]),
    ];
    assert_eq!(audit(&bob, &room).await, expected);
    assert_eq!(audit(&alice, &room).await, expected);
}

async fn records_come_in_pages(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let (mut codes, mut banned) = (Vec::new(), Vec::new());
    for number in 0..5 {
        let bob = server.register(&format!("bob{number}")).await;
        alice.ban(&room, &bob).await;
        banned.push(json!(bob.username));
        codes.push(json!(alice.invite(&room).await));
    }
    for (field, selection, pointer, mut expected) in [
        (
            "bans",
            "user { username }",
            "/user/username",
            banned.clone(),
        ),
        ("invites", "code", "/code", codes),
        (
            "auditLog",
            "target { username }",
            "/target/username",
            banned,
        ),
    ] {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let asked = format!("{field}(first: 2, after: {after})");
            let page = list(&alice, &room, &asked, selection).await;
            let nodes = page["nodes"].as_array().expect("nodes").clone();
            let read = |node: &Value| node.pointer(pointer).cloned().expect("a text");
            seen.extend(nodes.iter().map(read));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        expected.reverse();
        if field != "auditLog" {
            // Those of one millisecond have any order.
            seen.sort_by_key(Value::to_string);
            expected.sort_by_key(Value::to_string);
        }
        assert_eq!(seen, expected, "{field}");
    }
}

async fn what_is_over_is_not_listed(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_group("tea", &[]).await;
    let input = json!({ "roomId": room.id, "maxUses": 1 });
    let used_up = alice.mutate("createInvite", "invite { code }", input).await;
    let used_up: String = used_up.success("createInvite", "invite/code");
    let (kept, revoked) = (alice.invite(&room).await, alice.invite(&room).await);
    let joined = bob.try_join(json!({ "inviteCode": used_up })).await;
    joined.success::<Value>("joinRoom", "room");
    let answer = revoke(&alice, &revoked).await;
    answer.success::<Value>("revokeInvite", "room");
    for code in [revoked.as_str(), "nonsense"] {
        let refusal = revoke(&alice, code).await.refusal("revokeInvite");
        assert_eq!(refusal.code, "NOT_FOUND");
        let refusal = carol.try_join(json!({ "inviteCode": code })).await;
        assert_eq!(refusal.refusal("joinRoom").code, "NOT_FOUND");
    }
    let invites = list(&alice, &room, "invites", "code uses").await;
    assert_eq!(invites["nodes"], json!([{ "code": kept, "uses": 0 }]));

    alice.ban(&room, &carol).await;
    let selection = "user { username } by { username } expiresAt";
    let bans = list(&alice, &room, "bans", selection).await;
    let expected = json!([{
        "user": { "username": "carol" }, "by": { "username": "alice" }, "expiresAt": null,
    }]);
    assert_eq!(bans["nodes"], expected);
    unban(&alice, &room, &carol).await;
    let bans = list(&alice, &room, "bans", selection).await;
    assert_eq!(bans["nodes"], json!([]));
}

on_both_databases![
    everything_that_keepers_do_is_noted,
    records_come_in_pages,
    what_is_over_is_not_listed,
];
