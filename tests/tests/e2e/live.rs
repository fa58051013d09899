//! The subscription: live, from a cursor, and without gap or duplicate across every interruption.

use causerie_tests::{Ended, Listener, Person, Room, Server, on_both_databases};
use serde_json::json;

fn bodies(from: usize, to: usize) -> Vec<String> {
    (from..=to).map(|number| number.to_string()).collect()
}

async fn send_numbers(person: &Person, room: &Room, from: usize, to: usize) {
    for number in from..=to {
        person.send(room, &number.to_string()).await;
    }
}

/// Subscribes again where `listener` stopped.
async fn resume(person: &Person, room: Option<&Room>, listener: &Listener) -> Listener {
    person.listen(room, listener.cursor.as_deref()).await
}

async fn messages_arrive_live_and_in_order(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(Some(&room), None).await;
    let sent = alice.send(&room, "0").await;
    let first = heard.next().await;
    assert_eq!((first.message, first.room.id), (sent, room.id.clone()));
    send_numbers(&alice, &room, 1, 50).await;
    assert_eq!(heard.bodies(50).await, bodies(1, 50));
}

async fn a_query_and_a_subscription_leave_no_gap(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    send_numbers(&alice, &room, 1, 5).await;
    let cursor = bob.cursor().await;
    let seen = bob.history(&room, "").await;
    assert_eq!(seen.seqs(), [1, 2, 3, 4, 5]);
    send_numbers(&alice, &room, 6, 9).await;
    let mut heard = bob.listen(Some(&room), Some(&cursor)).await;
    // The cursor may be older than the page, never newer: what is on the page may come again.
    let mut seqs = Vec::new();
    while seqs.last() != Some(&9) {
        seqs.push(heard.next().await.message.seq);
    }
    seqs.retain(|seq| *seq > 5);
    assert_eq!(seqs, [6, 7, 8, 9]);
}

async fn a_listener_resumes_without_gap_or_duplicate(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(Some(&room), None).await;
    let talk = async { send_numbers(&alice, &room, 1, 300).await };
    let listen = async {
        let mut all = Vec::new();
        // Cut off again and again in the middle of it, wherever that happens to fall.
        for count in [1, 2, 17, 60, 40, 100, 80] {
            all.extend(heard.bodies(count).await);
            heard = resume(&bob, Some(&room), &heard).await;
        }
        all
    };
    let ((), all) = tokio::join!(talk, listen);
    assert_eq!(all, bodies(1, 300));
}

async fn a_listener_resumes_across_a_restart(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(Some(&room), None).await;
    send_numbers(&alice, &room, 1, 3).await;
    assert_eq!(heard.bodies(3).await, bodies(1, 3));

    assert_eq!(server.terminate().await, Some(0));
    assert_eq!(heard.ended().await, Ended::Closed(1012));
    server.start_again().await;
    send_numbers(&alice, &room, 4, 6).await;
    let mut heard = resume(&bob, Some(&room), &heard).await;
    send_numbers(&alice, &room, 7, 8).await;
    assert_eq!(heard.bodies(5).await, bodies(4, 8));

    server.kill().await;
    assert_eq!(heard.ended().await, Ended::Closed(1006));
    server.start_again().await;
    let mut heard = resume(&bob, Some(&room), &heard).await;
    send_numbers(&alice, &room, 9, 9).await;
    assert_eq!(heard.bodies(1).await, bodies(9, 9));
}

async fn a_slow_listener_loses_nothing(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.listen(Some(&room), None).await;
    // Nothing is read until far more is sent than any queue or socket buffer holds.
    let padding = "x".repeat(16_000);
    for chunk in 0..30 {
        let sends = (0..10).map(|number| {
            let body = format!("{} {padding}", chunk * 10 + number);
            let alice = alice.clone();
            let room = room.clone();
            async move { alice.send(&room, &body).await.seq }
        });
        futures_util::future::join_all(sends).await;
    }
    let mut seqs = Vec::new();
    while seqs.len() < 300 {
        seqs.push(heard.next().await.message.seq);
    }
    let expected: Vec<i64> = (1..=300).collect();
    assert_eq!(seqs, expected);
}

async fn all_rooms_are_heard_and_new_ones_too(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let tea = alice.create_channel("tea").await;
    let milk = alice.create_channel("milk").await;
    bob.join(&tea).await;
    let mut heard = bob.listen(None, None).await;
    alice.send(&milk, "not for bob").await;
    alice.send(&tea, "for bob").await;
    assert_eq!(heard.bodies(1).await, ["for bob"]);

    bob.join(&milk).await;
    alice.send(&milk, "now for bob").await;
    let direct = alice.open_direct_room(&bob).await;
    alice.send(&direct, "between us").await;
    let group = alice.create_group("tray", &[&bob]).await;
    alice.send(&group, "in a group").await;
    assert_eq!(
        heard.bodies(3).await,
        ["now for bob", "between us", "in a group"]
    );
}

async fn leaving_ends_delivery(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let tea = alice.create_channel("tea").await;
    let milk = alice.create_channel("milk").await;
    bob.join(&tea).await;
    bob.join(&milk).await;
    let before = bob.cursor().await;
    let mut all = bob.listen(None, None).await;
    let mut one = bob.listen(Some(&tea), None).await;
    alice.send(&tea, "1").await;
    assert_eq!(
        (all.bodies(1).await, one.bodies(1).await),
        (bodies(1, 1), bodies(1, 1))
    );

    bob.leave(&tea).await;
    alice.send(&tea, "2").await;
    alice.send(&milk, "3").await;
    assert_eq!(all.bodies(1).await, bodies(3, 3));
    assert_eq!(one.ended().await, Ended::Completed);

    // Not from the log either, and not after coming back.
    let mut again = bob.listen(None, Some(&before)).await;
    assert_eq!(again.bodies(1).await, bodies(3, 3));
    bob.join(&tea).await;
    alice.send(&tea, "4").await;
    assert_eq!(all.bodies(1).await, bodies(4, 4));
    assert_eq!(again.bodies(1).await, bodies(4, 4));
}

async fn what_was_said_before_joining_is_not_delivered(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let before = bob.cursor().await;
    send_numbers(&alice, &room, 1, 3).await;
    bob.join(&room).await;
    alice.send(&room, "4").await;
    let mut heard = bob.listen(Some(&room), Some(&before)).await;
    assert_eq!(heard.bodies(1).await, bodies(4, 4));
}

async fn a_subscription_that_cannot_be_is_refused(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    let refused = |code: &str| Ended::Refused(code.into());
    let outsider = bob.listen_from_now(Some(&room.id)).await.ended().await;
    assert_eq!(outsider, refused("FORBIDDEN"));
    let absent = "room_01h455vb4pex5vsknk084sn02q";
    let ended = bob.listen_from_now(Some(absent)).await.ended().await;
    assert_eq!(ended, refused("NOT_FOUND"));
    let ended = alice
        .listen(Some(&room), Some("nonsense"))
        .await
        .ended()
        .await;
    assert_eq!(ended, refused("INVALID"));
}

async fn a_subscription_takes_a_login(server: &mut Server) {
    let mut socket = server.socket(None).await.acknowledged().await;
    let query = "subscription { messages { cursor } }";
    let payload = json!({ "query": query });
    socket
        .write(&json!({ "id": "1", "type": "subscribe", "payload": payload }))
        .await;
    let answer = socket.read().await.expect("an answer");
    assert_eq!(answer["type"], "error", "{answer:#}");
    assert_eq!(
        answer["payload"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
}

on_both_databases![
    messages_arrive_live_and_in_order,
    a_query_and_a_subscription_leave_no_gap,
    a_listener_resumes_without_gap_or_duplicate,
    a_listener_resumes_across_a_restart,
    a_slow_listener_loses_nothing,
    all_rooms_are_heard_and_new_ones_too,
    leaving_ends_delivery,
    what_was_said_before_joining_is_not_delivered,
    a_subscription_that_cannot_be_is_refused,
    a_subscription_takes_a_login,
];
