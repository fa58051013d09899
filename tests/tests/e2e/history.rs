//! Reading back: pages in both directions and around a message.

use causerie_tests::{Person, Room, Server, on_both_databases};

async fn room_with_messages(alice: &Person, count: usize) -> Room {
    let room = alice.create_channel("tea").await;
    for number in 1..=count {
        alice.send(&room, &format!("message {number}")).await;
    }
    room
}

fn range(from: i64, to: i64) -> Vec<i64> {
    (from..=to).collect()
}

async fn history_is_paged_both_ways(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = room_with_messages(&alice, 60).await;

    let newest = alice.history(&room, "").await;
    assert_eq!(newest.seqs(), range(11, 60));
    assert!(newest.page_info.has_previous_page && !newest.page_info.has_next_page);

    let start = newest.page_info.start_cursor.expect("a cursor");
    let older = alice
        .history(&room, &format!("last: 20, before: {start:?}"))
        .await;
    assert_eq!(older.seqs(), range(1, 10));
    assert!(!older.page_info.has_previous_page && older.page_info.has_next_page);

    let oldest = alice.history(&room, "first: 25").await;
    assert_eq!(oldest.seqs(), range(1, 25));
    assert!(!oldest.page_info.has_previous_page && oldest.page_info.has_next_page);
    let end = oldest.page_info.end_cursor.expect("a cursor");
    let next = alice
        .history(&room, &format!("first: 25, after: {end:?}"))
        .await;
    assert_eq!(next.seqs(), range(26, 50));
    assert!(next.page_info.has_previous_page && next.page_info.has_next_page);
    let end = next.page_info.end_cursor.expect("a cursor");
    let last = alice
        .history(&room, &format!("first: 10, after: {end:?}"))
        .await;
    assert_eq!(last.seqs(), range(51, 60));
    assert!(!last.page_info.has_next_page);
}

async fn pages_end_exactly_where_the_room_does(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = room_with_messages(&alice, 3).await;
    let exact = alice.history(&room, "last: 3").await;
    assert_eq!(exact.seqs(), [1, 2, 3]);
    assert!(!exact.page_info.has_previous_page && !exact.page_info.has_next_page);
    let none = alice.history(&room, "first: 0").await;
    assert_eq!(none.seqs(), [0; 0]);
    assert_eq!(none.page_info.start_cursor, None);
    let empty = alice.create_channel("empty").await;
    let page = alice.history(&empty, "").await;
    assert_eq!(page.seqs(), [0; 0]);
    assert!(!page.page_info.has_previous_page && !page.page_info.has_next_page);
}

async fn history_opens_around_a_message(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = room_with_messages(&alice, 30).await;
    let all = alice.history(&room, "first: 100").await;
    let around = async |seq: usize| {
        let id = &all.nodes[seq - 1].id;
        alice
            .history(&room, &format!("around: {id:?}, first: 10"))
            .await
    };
    let middle = around(15).await;
    assert_eq!(middle.nodes.len(), 10);
    assert!(middle.seqs().contains(&15));
    assert!(middle.seqs()[0] < 15 && middle.seqs()[9] > 15);
    assert!(middle.page_info.has_previous_page && middle.page_info.has_next_page);
    let first = around(1).await;
    assert_eq!(first.seqs()[0], 1);
    assert!(!first.page_info.has_previous_page && first.page_info.has_next_page);
    let last = around(30).await;
    assert!(last.seqs().contains(&30));
    assert!(last.page_info.has_previous_page && !last.page_info.has_next_page);

    // From there on it is paged like any other page.
    let start = middle.page_info.start_cursor.clone().expect("a cursor");
    let older = alice
        .history(&room, &format!("last: 3, before: {start:?}"))
        .await;
    assert_eq!(older.seqs().last(), Some(&(middle.seqs()[0] - 1)));
}

async fn arguments_that_make_no_sense_are_refused(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = room_with_messages(&alice, 1).await;
    let elsewhere = bob.create_channel("elsewhere").await;
    let foreign = bob.send(&elsewhere, "not yours").await.id;
    let invalid = [
        "first: 1, last: 1",
        "first: -1",
        "first: 101",
        "last: 101",
        "first: 1, after: \"nonsense\"",
        "last: 1, before: \"nonsense\"",
    ];
    for arguments in invalid {
        let answer = alice.try_history(&room, arguments).await;
        assert_eq!(answer.error_code(), "INVALID", "{arguments}");
    }
    let around = alice
        .try_history(&room, &format!("around: {foreign:?}"))
        .await;
    assert_eq!(around.error_code(), "NOT_FOUND");
}

async fn a_channel_is_read_by_its_members_only(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = room_with_messages(&alice, 2).await;
    assert_eq!(bob.try_history(&room, "").await.error_code(), "FORBIDDEN");
    bob.join(&room).await;
    assert_eq!(bob.history(&room, "").await.seqs(), [1, 2]);
}

on_both_databases![
    history_is_paged_both_ways,
    pages_end_exactly_where_the_room_does,
    history_opens_around_a_message,
    arguments_that_make_no_sense_are_refused,
    a_channel_is_read_by_its_members_only,
];
