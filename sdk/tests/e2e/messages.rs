use crate::wire::Wire;
use crate::{client, signed_up, two_in_a_channel};
use causerie_sdk::{Client, ClientId, Error, History, MessagePage, NewRoom, RoomId};
use causerie_tests::{PASSWORD, Server, on_both_databases};

/// A channel with the messages `1` to `count` in it.
async fn channel_with(alice: &Client, count: usize) -> RoomId {
    let room = alice
        .create_room(NewRoom::channel("general"))
        .await
        .expect("a channel")
        .id;
    for number in 1..=count {
        alice.send(&room, &number.to_string()).await.expect("sent");
    }
    room
}

fn bodies(page: &MessagePage) -> Vec<&str> {
    page.messages
        .iter()
        .map(|message| message.body.as_str())
        .collect()
}

async fn history_is_read_backwards_and_forwards(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let room = channel_with(&alice, 5).await;
    let page = |page| async { alice.history(&room, page, 2).await.expect("a page") };
    let newest = page(History::Newest).await;
    assert_eq!((bodies(&newest), &newest.newer), (vec!["4", "5"], &None));
    let middle = page(History::Before(newest.older.expect("more before"))).await;
    assert_eq!(bodies(&middle), ["2", "3"]);
    let oldest = page(History::Before(middle.older.expect("more before"))).await;
    assert_eq!((bodies(&oldest), &oldest.older), (vec!["1"], &None));
    let forward = page(History::After(middle.newer.expect("more after"))).await;
    assert_eq!((bodies(&forward), &forward.newer), (vec!["4", "5"], &None));
    assert_eq!(bodies(&page(History::Oldest).await), ["1", "2"]);
}

async fn history_opens_around_a_message(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let room = channel_with(&alice, 7).await;
    let all = alice
        .history(&room, History::Oldest, 10)
        .await
        .expect("a page");
    let fourth = all.messages[3].id.clone();
    let around = alice
        .history(&room, History::Around(fourth), 3)
        .await
        .expect("a page");
    assert_eq!(bodies(&around), ["3", "4", "5"]);
    assert!(around.older.is_some() && around.newer.is_some());
}

async fn history_is_for_members(server: &mut Server) {
    let (alice, _, room) = two_in_a_channel(server).await;
    alice.send(&room.id, "between us").await.expect("sent");
    let carol = signed_up(&server.url, "carol").await;
    let page = carol.history(&room.id, History::Newest, 10).await;
    assert!(matches!(page, Err(Error::Forbidden { .. })), "{page:?}");
}

async fn a_key_sends_one_message_however_often(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let room = channel_with(&alice, 0).await;
    let key = ClientId::random();
    let first = alice.send_as(&room, "once", &key).await.expect("sent");
    assert_eq!(first.client_id.as_ref(), Some(&key));
    assert_eq!(
        alice
            .send_as(&room, "once", &key)
            .await
            .expect("sent again")
            .id,
        first.id
    );
    let other = alice.send_as(&room, "something else", &key).await;
    assert!(matches!(other, Err(Error::Conflict { .. })), "{other:?}");
    let page = alice
        .history(&room, History::Newest, 10)
        .await
        .expect("a page");
    assert_eq!(bodies(&page), ["once"]);
}

async fn a_send_whose_answer_is_lost_is_there_once(server: &mut Server) {
    signed_up(&server.url, "alice").await;
    let wire = Wire::to(&server.url).await;
    let alice = client(&wire.url);
    alice.log_in("alice", PASSWORD).await.expect("logged in");
    let room = channel_with(&alice, 0).await;
    wire.lose_answers(2);
    let sent = alice.send(&room, "hello?").await.expect("sent");
    assert_eq!((sent.seq, wire.answers_lost()), (1, 2));
    let page = alice
        .history(&room, History::Newest, 10)
        .await
        .expect("a page");
    assert_eq!(bodies(&page), ["hello?"]);
}

async fn a_body_is_kept_as_it_was_written(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let room = channel_with(&alice, 0).await;
    let body = "e\u{301} is not \u{e9}; 👩‍👩‍👧; \u{202e}שלום\n\t*done*";
    assert_eq!(alice.send(&room, body).await.expect("sent").body, body);
    for refused in ["", " \n ", "bell\u{7}"] {
        let sent = alice.send(&room, refused).await;
        assert!(
            matches!(sent, Err(Error::Invalid { .. })),
            "{refused:?}: {sent:?}"
        );
    }
}

on_both_databases![
    history_is_read_backwards_and_forwards,
    history_opens_around_a_message,
    history_is_for_members,
    a_key_sends_one_message_however_often,
    a_send_whose_answer_is_lost_is_there_once,
    a_body_is_kept_as_it_was_written,
];
