//! Making, finding, joining and leaving rooms.

use causerie_tests::{Person, Room, Server, on_both_databases};
use serde_json::{Value, json};
use std::cmp::Reverse;

const NODE: &str = "query ($id: ID!) { node(id: $id) { id } }";

async fn names(person: &Person, query: &str, pointer: &str) -> Vec<String> {
    let answer = person.ask(query, json!({})).await;
    let nodes: Vec<Value> = answer.get(pointer);
    let names = nodes
        .iter()
        .map(|node| node["name"].as_str().expect("a name").to_owned());
    names.collect()
}

async fn a_channel_is_joined_by_id_and_by_name(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.create_channel("Tea Time").await;
    assert_eq!((room.kind.as_str(), room.member_count), ("CHANNEL", 1));
    assert_eq!(bob.join(&room).await.member_count, 2);
    // Joining again changes nothing.
    assert_eq!(bob.join(&room).await.member_count, 2);
    let answer = carol.try_join(json!({ "name": "tea time" })).await;
    let joined: Room = answer.success("joinRoom", "room");
    assert_eq!((joined.id, joined.member_count), (room.id.clone(), 3));

    let document = "query ($id: ID!) {
        room(id: $id) { members { nodes { role user { username } } } membership { role } }
    }";
    let seen = bob.ask(document, json!({ "id": room.id })).await;
    let members: Vec<Value> = seen.get("/room/members/nodes");
    let member = |role: &str, name: &str| json!({ "role": role, "user": { "username": name } });
    let expected = [
        member("OWNER", "alice"),
        member("MEMBER", "bob"),
        member("MEMBER", "carol"),
    ];
    assert_eq!(members, expected);
    assert_eq!(seen.get::<String>("/room/membership/role"), "MEMBER");
}

async fn joining_takes_exactly_one_channel_that_exists(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let refusal = alice
        .try_join(json!({ "name": "coffee" }))
        .await
        .refusal("joinRoom");
    assert_eq!(refusal.code, "NOT_FOUND");
    for both_or_none in [json!({}), json!({ "roomId": room.id, "name": "tea" })] {
        let answer = alice.try_join(both_or_none).await;
        let code = match answer.body["errors"].is_null() {
            true => answer.refusal("joinRoom").code,
            false => answer.error_code().to_owned(),
        };
        assert_eq!(code, "INVALID");
    }
}

async fn channel_names_are_unique_whatever_their_case(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    alice.create_channel("Straße").await;
    for name in ["Straße", "straße", " Straße "] {
        let answer = bob
            .try_create_room(json!({ "kind": "CHANNEL", "name": name }))
            .await;
        let refusal = answer.refusal("createRoom");
        assert_eq!(refusal.code, "CONFLICT");
        assert_eq!(refusal.field, Some(vec!["name".to_owned()]));
    }
    for name in ["", "   ", "a\nb", &*"x".repeat(81)] {
        let answer = bob
            .try_create_room(json!({ "kind": "CHANNEL", "name": name }))
            .await;
        assert_eq!(answer.refusal("createRoom").code, "INVALID", "{name:?}");
    }
    // Groups are private, so their names are their own affair.
    alice.create_group("Straße", &[&bob]).await;
    alice.create_group("Straße", &[]).await;
}

async fn leaving_ends_membership_but_not_for_the_last_owner(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    assert_eq!(
        alice.try_leave(&room).await.refusal("leaveRoom").code,
        "FORBIDDEN"
    );
    bob.leave(&room).await;
    let seen = bob
        .see_room(&room.id)
        .await
        .expect("a channel stays visible");
    assert_eq!(seen.member_count, 1);
    assert_eq!(bob.try_history(&room, "").await.error_code(), "FORBIDDEN");
    let sent = bob
        .try_send(json!({ "roomId": room.id, "body": "hello?" }))
        .await;
    assert_eq!(sent.refusal("sendMessage").code, "FORBIDDEN");

    // Alone, the owner may go; who comes back to an empty room owns it.
    alice.leave(&room).await;
    bob.join(&room).await;
    let document = "query ($id: ID!) { room(id: $id) { membership { role } } }";
    let seen = bob.ask(document, json!({ "id": room.id })).await;
    assert_eq!(seen.get::<String>("/room/membership/role"), "OWNER");
}

async fn a_pair_has_one_direct_room(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let room = alice.open_direct_room(&bob).await;
    assert_eq!(
        (room.kind.as_str(), room.name.as_str(), room.member_count),
        ("DIRECT", "bob", 2)
    );
    let same = bob.open_direct_room(&alice).await;
    assert_eq!((same.id, same.name.as_str()), (room.id.clone(), "alice"));
    assert_ne!(alice.open_direct_room(&carol).await.id, room.id);
    let document = "query ($id: ID!) { room(id: $id) { otherUser { username } } }";
    for (person, other) in [(&alice, "bob"), (&bob, "alice")] {
        let seen = person.ask(document, json!({ "id": room.id })).await;
        assert_eq!(seen.get::<String>("/room/otherUser/username"), other);
    }
    let channel = alice.create_channel("everybody").await;
    let seen = alice.ask(document, json!({ "id": channel.id })).await;
    assert_eq!(seen.get::<Value>("/room/otherUser"), Value::Null);

    assert_eq!(
        alice.try_leave(&room).await.refusal("leaveRoom").code,
        "FORBIDDEN"
    );
    let own = alice
        .try_open_direct_room(&alice.id)
        .await
        .refusal("openDirectRoom");
    assert_eq!(own.code, "INVALID");
    let nobody = "usr_01h455vb4pex5vsknk084sn02q";
    let absent = alice
        .try_open_direct_room(nobody)
        .await
        .refusal("openDirectRoom");
    assert_eq!(absent.code, "NOT_FOUND");
    let kind = alice
        .try_create_room(json!({ "kind": "DIRECT", "name": "x" }))
        .await;
    assert_eq!(kind.refusal("createRoom").code, "INVALID");
}

async fn a_pair_has_one_direct_room_though_both_open_it_at_once(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let openings = (0..12).map(|turn| match turn % 2 {
        0 => alice.open_direct_room(&bob),
        _ => bob.open_direct_room(&alice),
    });
    let rooms = futures_util::future::join_all(openings).await;
    for room in &rooms {
        assert_eq!(room.id, rooms[0].id);
        assert_eq!(room.member_count, 2);
    }
}

async fn a_private_room_looks_absent_to_outsiders(server: &mut Server) {
    let [alice, bob, eve] = server.people(["alice", "bob", "eve"]).await;
    let group = alice.create_group("secrets", &[&bob]).await;
    let direct = alice.open_direct_room(&bob).await;
    let message = alice.send(&group, "psst").await;
    assert_eq!(
        bob.see_room(&group.id)
            .await
            .expect("a member")
            .member_count,
        2
    );

    let absent = Room {
        id: "room_01h455vb4pex5vsknk084sn02q".into(),
        ..group.clone()
    };
    let view = async |room: &Room| {
        let leave = eve.try_leave(room).await;
        let join = eve.try_join(json!({ "roomId": room.id })).await;
        let send = eve
            .try_send(json!({ "roomId": room.id, "body": "hi" }))
            .await;
        let node = eve.ask(NODE, json!({ "id": room.id })).await;
        let listened = eve.listen_from_now(Some(&room.id)).await.ended().await;
        let answers = [leave.body, join.body, send.body, node.body];
        (eve.see_room(&room.id).await, answers, listened)
    };
    let nothing = view(&absent).await;
    assert_eq!(nothing.0, None);
    assert_eq!(view(&group).await, nothing);
    assert_eq!(view(&direct).await, nothing);

    let node = eve.ask(NODE, json!({ "id": message.id })).await;
    assert_eq!(node.get::<Value>("/node"), Value::Null);
    let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let ids = json!({ "ids": [group.id, message.id, eve.id, "nonsense"] });
    let answer = eve.ask(nodes, ids).await;
    let expected = json!([null, null, { "id": eve.id }, null]);
    assert_eq!(answer.get::<Value>("/nodes"), expected);
}

async fn only_people_who_exist_are_added_to_a_group(server: &mut Server) {
    let alice = server.register("alice").await;
    for id in ["usr_01h455vb4pex5vsknk084sn02q", "nonsense"] {
        let input = json!({ "kind": "GROUP", "name": "x", "memberIds": [id] });
        let answer = alice.try_create_room(input).await;
        let code = match answer.body["errors"].is_null() {
            true => answer.refusal("createRoom").code,
            false => answer.error_code().to_owned(),
        };
        assert!(matches!(code.as_str(), "INVALID" | "NOT_FOUND"), "{code}");
    }
    let own = alice.create_group("just me", &[&alice, &alice]).await;
    assert_eq!(own.member_count, 1);
}

async fn channels_are_found_and_paged_by_name(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    for name in [
        "delta",
        "Alpha",
        "charlie",
        "bravo",
        "100% tea",
        "under_score",
    ] {
        alice.create_channel(name).await;
    }
    alice.create_group("alphabet", &[]).await;
    let all = names(&bob, "{ channels { nodes { name } } }", "/channels/nodes").await;
    assert_eq!(
        all,
        [
            "100% tea",
            "Alpha",
            "bravo",
            "charlie",
            "delta",
            "under_score"
        ]
    );

    let find = async |part: &str| {
        let document = "query ($part: String) { channels(query: $part) { nodes { name } } }";
        let answer = bob.ask(document, json!({ "part": part })).await;
        answer.get::<Value>("/channels/nodes")
    };
    assert_eq!(find("LPH").await, json!([{ "name": "Alpha" }]));
    // What databases read as patterns is plain text here.
    assert_eq!(find("%").await, json!([{ "name": "100% tea" }]));
    assert_eq!(find("_").await, json!([{ "name": "under_score" }]));
    assert_eq!(find("nothing").await, json!([]));

    let mut paged = Vec::new();
    let mut after = Value::Null;
    loop {
        let document = "query ($after: String) {
            channels(first: 4, after: $after) {
                nodes { name }
                pageInfo { hasNextPage endCursor }
            }
        }";
        let answer = bob.ask(document, json!({ "after": after })).await;
        let nodes: Vec<Value> = answer.get("/channels/nodes");
        paged.extend(
            nodes
                .iter()
                .map(|node| node["name"].as_str().unwrap_or("").to_owned()),
        );
        if !answer.get::<bool>("/channels/pageInfo/hasNextPage") {
            break;
        }
        after = answer.get("/channels/pageInfo/endCursor");
    }
    assert_eq!(paged, all);
}

async fn own_rooms_come_most_recently_active_first(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let tea = alice.create_channel("tea").await;
    let milk = alice.create_channel("milk").await;
    alice.create_group("biscuits", &[]).await;
    bob.create_channel("not hers").await;
    alice.send(&milk, "first").await;
    alice.send(&tea, "second").await;
    let own = "{ viewer { rooms { nodes { name } } } }";
    let own = names(&alice, own, "/viewer/rooms/nodes").await;
    assert_eq!(own[0], "tea");
    assert_eq!(own.len(), 3);
    let channels = "{ viewer { rooms(kind: CHANNEL) { nodes { name } } } }";
    let channels = names(&alice, channels, "/viewer/rooms/nodes").await;
    assert_eq!(channels, ["tea", "milk"]);
}

/// When something was last said in these rooms, and when they were made, as the sorted list tells it.
async fn activity(person: &Person, rooms: [&Room; 2]) -> [(Value, Value); 2] {
    let document = "{ viewer { rooms { nodes { id createdAt lastActiveAt } } } }";
    let answer = person.ask(document, json!({})).await;
    let nodes: Vec<Value> = answer.get("/viewer/rooms/nodes");
    let key = |node: &Value| [&node["lastActiveAt"], &node["id"]].map(Value::to_string);
    assert!(
        nodes.is_sorted_by_key(|node| Reverse(key(node))),
        "{nodes:?}"
    );
    rooms.map(|room| {
        let mut nodes = nodes.iter();
        let node = nodes.find(|node| node["id"] == room.id).expect("the room");
        (node["lastActiveAt"].clone(), node["createdAt"].clone())
    })
}

async fn rooms_are_sorted_by_when_something_was_last_said(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let tea = alice.create_channel("tea").await;
    let milk = alice.create_group("milk", &[&bob]).await;
    for (active, made) in activity(&alice, [&tea, &milk]).await {
        assert_eq!(active, made);
    }
    let hot = alice.send(&tea, "hot").await;
    let cold = bob.send(&milk, "cold").await;
    // What is said in a thread, done to a message or told by a notice moves no room.
    alice.reply_in_thread(&hot, &tea, "very").await;
    alice.edit(&hot, "lukewarm").await;
    alice.pin(&hot).await;
    alice
        .update_room(&tea, json!({ "name": "green tea" }))
        .await;
    let [(of_tea, _), (of_milk, _)] = activity(&alice, [&tea, &milk]).await;
    assert_eq!((of_tea, of_milk), (json!(hot.sent_at), json!(cold.sent_at)));
}

async fn who_is_put_out_is_not_told_of_what_is_said_there(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_group("plans", &[&bob]).await;
    let selection = "{ events { ... on MemberLeft { room { createdAt lastActiveAt } } } }";
    let mut events = bob.follow("events", selection).await;
    alice.send(&room, "one of us").await;
    alice.remove_member(&room, &bob).await;
    alice.send(&room, "has left").await;
    let batch = events.until(|batch| left(batch).is_some()).await;
    let left = left(&batch).expect("a room");
    assert_eq!(left["lastActiveAt"], left["createdAt"]);
}

fn left(batch: &Value) -> Option<&Value> {
    let mut events = batch["events"].as_array()?.iter();
    events.find_map(|event| event.get("room"))
}

on_both_databases![
    a_channel_is_joined_by_id_and_by_name,
    joining_takes_exactly_one_channel_that_exists,
    channel_names_are_unique_whatever_their_case,
    leaving_ends_membership_but_not_for_the_last_owner,
    a_pair_has_one_direct_room,
    a_pair_has_one_direct_room_though_both_open_it_at_once,
    a_private_room_looks_absent_to_outsiders,
    only_people_who_exist_are_added_to_a_group,
    channels_are_found_and_paged_by_name,
    own_rooms_come_most_recently_active_first,
    rooms_are_sorted_by_when_something_was_last_said,
    who_is_put_out_is_not_told_of_what_is_said_there,
];
