//! Threads: timelines of their own that hang on messages.

use causerie_tests::{Message, Person, Room, Server, on_both_databases};
use serde_json::{Value, json};

const THREAD: &str =
    "{ replyCount lastReplyAt following lastReadSeq unread { messages mentions } }";

/// The thread of a message, as somebody sees it; null when there is none.
async fn thread(person: &Person, root: &Message) -> Value {
    let document =
        format!("query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ thread {THREAD} }} }} }}");
    let answer = person.ask(&document, json!({ "id": root.id })).await;
    answer.get("/node/thread")
}

/// Whether somebody follows the thread, how far they have read it, and how many replies and mentions
/// they have not.
async fn state(person: &Person, root: &Message) -> (bool, i64, i64, i64) {
    let thread = thread(person, root).await;
    let count = |name: &str| thread["unread"][name].as_i64().expect("a number");
    (
        thread["following"].as_bool().expect("whether"),
        thread["lastReadSeq"].as_i64().expect("a number"),
        count("messages"),
        count("mentions"),
    )
}

async fn replies(person: &Person, root: &Message, arguments: &str) -> Vec<(i64, String)> {
    let document = format!(
        "query ($id: ID!) {{ node(id: $id) {{ ... on Message {{
            thread {{ messages{arguments} {{ nodes {{ seq body }} }} }}
        }} }} }}"
    );
    let answer = person.ask(&document, json!({ "id": root.id })).await;
    let nodes: Vec<Value> = answer.get("/node/thread/messages/nodes");
    let reply = |node: &Value| {
        let body = node["body"].as_str().expect("a body").to_owned();
        (node["seq"].as_i64().expect("a number"), body)
    };
    nodes.iter().map(reply).collect()
}

async fn follow(person: &Person, root: &Message, following: bool) {
    let input = json!({ "messageId": root.id, "following": following });
    let answer = person.mutate("followThread", "thread { following }", input);
    let now: bool = answer.await.success("followThread", "thread/following");
    assert_eq!(now, following);
}

async fn mark_read(person: &Person, room: &Room, root: &Message, seq: i64) {
    let input = json!({ "roomId": room.id, "threadRootId": root.id, "seq": seq });
    let answer = person.mutate("markRead", "thread { replyCount }", input);
    answer.await.success::<Value>("markRead", "thread");
}

async fn a_thread_has_its_own_numbers_and_does_not_flood_the_room(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let first = alice.send(&room, "one").await;
    let second = alice.send(&room, "two").await;
    assert_eq!(thread(&bob, &first).await, Value::Null);
    for body in ["a", "b", "c"] {
        bob.reply_in_thread(&first, &room, body).await;
    }
    let other = alice.reply_in_thread(&second, &room, "x").await;
    let third = alice.send(&room, "three").await;
    assert_eq!((other.seq, third.seq), (1, 3));
    assert_eq!(bob.history(&room, "").await.seqs(), [1, 2, 3]);
    let all = [(1, "a"), (2, "b"), (3, "c")].map(|(seq, body)| (seq, body.to_owned()));
    assert_eq!(replies(&bob, &first, "").await, all);
    assert_eq!(replies(&bob, &first, "(last: 1)").await, all[2..]);
    let unread = bob.mark_read(&room, 0).await;
    assert_eq!(unread, (0, 3));

    let document = "query ($id: ID!) { node(id: $id) { ... on Message {
        thread { replyCount root { id } } threadRoot { id }
    } } room: node(id: $room) { ... on Room { lastMessage { id } } } }";
    let document = document.replace("($id", "($room: ID!, $id");
    let seen = json!({ "id": other.id, "room": room.id });
    let answer = bob.ask(&document, seen).await;
    assert_eq!(answer.get::<Value>("/node/thread"), Value::Null);
    assert_eq!(answer.get::<String>("/node/threadRoot/id"), second.id);
    assert_eq!(answer.get::<String>("/room/lastMessage/id"), third.id);
    // What a reply hangs on stands where the reply is looked for.
    let around = format!(r#"around: "{}", first: 1"#, other.id);
    assert_eq!(bob.history(&room, &around).await.seqs(), [2]);
}

async fn those_who_have_to_do_with_it_follow_it(server: &mut Server) {
    let [alice, bob, carol, dave] = server.people(["alice", "bob", "carol", "dave"]).await;
    let room = alice.create_channel("tea").await;
    for person in [&bob, &carol, &dave] {
        person.join(&room).await;
    }
    let root = alice.send(&room, "one").await;
    bob.reply_in_thread(&root, &room, "a").await;
    bob.reply_in_thread(&root, &room, "@carol?").await;
    assert_eq!(state(&alice, &root).await, (true, 0, 2, 0));
    assert_eq!(state(&bob, &root).await, (true, 1, 0, 0));
    assert_eq!(state(&carol, &root).await, (true, 1, 1, 1));
    assert_eq!(state(&dave, &root).await, (false, 0, 0, 0));

    mark_read(&alice, &room, &root, 1).await;
    mark_read(&alice, &room, &root, 0).await;
    assert_eq!(state(&alice, &root).await, (true, 1, 1, 0));
    mark_read(&alice, &room, &root, 99).await;
    assert_eq!(state(&alice, &root).await, (true, 2, 0, 0));
    follow(&dave, &root, true).await;
    follow(&alice, &root, false).await;
    bob.reply_in_thread(&root, &room, "b").await;
    assert_eq!(state(&dave, &root).await, (true, 2, 1, 0));
    assert_eq!(state(&alice, &root).await, (false, 2, 0, 0));
    // Who says something again follows again.
    alice.reply_in_thread(&root, &room, "c").await;
    assert_eq!(state(&alice, &root).await, (true, 2, 1, 0));

    // Whoever comes back has nothing to do with it any more.
    dave.leave(&room).await;
    dave.join(&room).await;
    assert_eq!(state(&dave, &root).await, (false, 0, 0, 0));
}

async fn unread_threads_are_counted_beside_the_rooms(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let roots = [
        alice.send(&room, "one").await,
        alice.send(&room, "two").await,
    ];
    for root in &roots {
        bob.reply_in_thread(root, &room, "@alice").await;
    }
    let gone = bob.reply_in_thread(&roots[0], &room, "@alice again").await;
    let document = "{ viewer {
        unread { messages mentions } unreadInThreads { messages mentions }
        threads(first: 1) { nodes { root { id } replyCount } pageInfo { hasNextPage endCursor } }
    } }";
    let answer = alice.ask(document, json!({})).await;
    let unread = json!({ "messages": 3, "mentions": 3 });
    assert_eq!(answer.get::<Value>("/viewer/unreadInThreads"), unread);
    let unread = json!({ "messages": 0, "mentions": 0 });
    assert_eq!(answer.get::<Value>("/viewer/unread"), unread);
    let newest = json!([{ "root": { "id": roots[0].id }, "replyCount": 2 }]);
    assert_eq!(answer.get::<Value>("/viewer/threads/nodes"), newest);
    let end: String = answer.get("/viewer/threads/pageInfo/endCursor");
    let document = "query ($after: String) { viewer {
        threads(after: $after) { nodes { root { id } } pageInfo { hasNextPage } }
    } }";
    let answer = alice.ask(document, json!({ "after": end })).await;
    let oldest = json!([{ "root": { "id": roots[1].id } }]);
    assert_eq!(answer.get::<Value>("/viewer/threads/nodes"), oldest);

    bob.delete(&gone).await;
    assert_eq!(state(&alice, &roots[0]).await, (true, 0, 1, 1));
    assert_eq!(thread(&alice, &roots[0]).await["replyCount"], 1);
}

async fn events_tell_of_replies_and_only_oneself_of_following(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let root = alice.send(&room, "one").await;
    let fields = "{ events { __typename
        ... on MessageSent { message { seq threadRoot { id thread { replyCount } } } }
        ... on ThreadChanged { thread { following lastReadSeq unread { messages } } } } live }";
    let rest = |cursor: String| format!("(after: {cursor:?}) {fields}");
    let before = alice.cursor().await;
    let mut alices = alice.follow("events", &rest(before.clone())).await;
    let mut bobs = bob.follow("events", &rest(before.clone())).await;
    for heard in [&mut alices, &mut bobs] {
        heard.until(|batch| batch["live"] == true).await;
    }
    let line = format!(
        "(roomId: {:?}, after: {before:?}) {{ ... on MessageSent {{ message {{ body }} }} }}",
        room.id
    );
    let mut on_the_line = bob.follow("messages", &line).await;
    let line = line
        .replace("roomId", "threadRootId")
        .replace(&room.id, &root.id);
    let mut in_the_thread = bob.follow("messages", &line).await;

    bob.reply_in_thread(&root, &room, "a").await;
    mark_read(&alice, &room, &root, 1).await;
    mark_read(&alice, &room, &root, 1).await;
    follow(&alice, &root, true).await;
    follow(&alice, &root, false).await;
    alice.send(&room, "two").await;
    let sent = json!({ "__typename": "MessageSent", "message": {
        "seq": 1, "threadRoot": { "id": root.id, "thread": { "replyCount": 1 } }
    } });
    let changed = |following: bool| {
        json!({ "__typename": "ThreadChanged", "thread": {
            "following": following, "lastReadSeq": 1, "unread": { "messages": 0 }
        } })
    };
    let last = json!({ "__typename": "MessageSent", "message": { "seq": 2, "threadRoot": null } });
    assert_eq!(events(&mut bobs, 2).await, [sent.clone(), last.clone()]);
    let expected = [sent, changed(true), changed(false), last];
    let heard = events(&mut alices, 4).await;
    // By when the first change is told, the second may have come about.
    assert!(
        heard == expected || heard[1] == expected[2] && heard[2..] == expected[2..],
        "{heard:#?}"
    );
    let mut again = alice.follow("events", &rest(before)).await;
    assert_eq!(
        events(&mut again, 4).await[1..],
        [changed(false), changed(false), expected[3].clone()]
    );

    assert_eq!(on_the_line.next().await["message"]["body"], "two");
    assert_eq!(in_the_thread.next().await["message"]["body"], "a");
    bob.leave(&room).await;
    assert_eq!(
        in_the_thread.ended().await,
        causerie_tests::Ended::Completed
    );
}

async fn events(heard: &mut causerie_tests::Subscription, count: usize) -> Vec<Value> {
    let mut events = Vec::new();
    while events.len() < count {
        let batch = heard.next().await;
        events.extend(batch["events"].as_array().expect("events").iter().cloned());
    }
    events
}

async fn one_document_follows_several_threads_and_keeps_them_apart(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let roots = [alice.send(&room, "a").await, alice.send(&room, "b").await];
    let document = "subscription ($root: ID, $after: Cursor) {
        messages(threadRootId: $root, after: $after) { ... on MessageSent { message { body } } }
    }";
    let after = bob.cursor().await;
    let mut heard = Vec::new();
    for root in &roots {
        let variables = json!({ "root": root.id, "after": after });
        heard.push(bob.follow_document("messages", document, variables).await);
    }
    // Some are read in the log; those that come when both are live could be mixed up.
    for round in 0..10 {
        for root in &roots {
            let body = format!("{} {round}", root.body);
            alice.reply_in_thread(root, &room, &body).await;
        }
        for (root, heard) in roots.iter().zip(&mut heard) {
            let body = format!("{} {round}", root.body);
            assert_eq!(heard.next().await["message"]["body"], body);
        }
    }
}

async fn what_makes_no_sense_is_refused(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let other = alice.create_channel("milk").await;
    bob.join(&room).await;
    let root = alice.send(&room, "one").await;
    let elsewhere = alice.send(&other, "one").await;
    let input = json!({ "messageId": root.id });
    let answer = bob.mutate("followThread", "", input).await;
    assert_eq!(answer.refusal("followThread").code, "INVALID");
    let reply = bob.reply_in_thread(&root, &room, "a").await;
    for (id, code) in [(&reply.id, "INVALID"), (&elsewhere.id, "NOT_FOUND")] {
        let input = json!({ "roomId": room.id, "body": "b", "threadRootId": id });
        let answer = alice.try_send(input).await;
        assert_eq!(answer.refusal("sendMessage").code, code);
    }
    let input = json!({ "roomId": other.id, "threadRootId": root.id, "seq": 1 });
    let answer = alice.mutate("markRead", "", input).await;
    assert_eq!(answer.refusal("markRead").code, "NOT_FOUND");
    // A retry is the same reply; on the main line it would be another message.
    let key = json!({ "roomId": room.id, "body": "b", "threadRootId": root.id, "clientId": "k" });
    let first: String = bob
        .try_send(key.clone())
        .await
        .success("sendMessage", "message/id");
    let again: String = bob.try_send(key).await.success("sendMessage", "message/id");
    assert_eq!(first, again);
    let key = json!({ "roomId": room.id, "body": "b", "clientId": "k" });
    assert_eq!(
        bob.try_send(key).await.refusal("sendMessage").code,
        "CONFLICT"
    );
}

on_both_databases![
    a_thread_has_its_own_numbers_and_does_not_flood_the_room,
    those_who_have_to_do_with_it_follow_it,
    unread_threads_are_counted_beside_the_rooms,
    events_tell_of_replies_and_only_oneself_of_following,
    one_document_follows_several_threads_and_keeps_them_apart,
    what_makes_no_sense_is_refused,
];
