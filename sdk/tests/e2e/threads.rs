//! The threads that somebody follows.

use crate::two_in_a_channel;
use causerie_sdk::{ChatOptions, Client, Error, MessageId, RoomId, Unread};
use causerie_tests::{Server, on_both_databases};
use std::time::Duration;

async fn reply(client: &Client, room: &RoomId, root: &MessageId, body: &str) {
    let chat = client.chat(ChatOptions::memory()).await.expect("a chat");
    let thread = chat.thread(room, root).await.expect("a thread");
    thread.send(body, None).await.expect("kept");
    let synced = chat.sync_once(Duration::from_secs(30)).await;
    assert_eq!(synced, Ok(true));
}

async fn threads_are_followed_and_left(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let root = alice.send(&room.id, "Milk first?").await.expect("sent").id;
    let early = bob.follow_thread(&root).await;
    assert!(matches!(early, Err(Error::Invalid { .. })), "{early:?}");
    reply(&bob, &room.id, &root, "never").await;

    let threads = alice.threads(10, None).await.expect("threads");
    let [thread] = &threads.items[..] else {
        panic!("one thread: {threads:?}");
    };
    assert_eq!((&thread.root.id, &threads.next), (&root, &None));
    let unread = Unread {
        messages: 1,
        mentions: 0,
    };
    assert_eq!(
        (thread.reply_count, thread.last_read_seq, thread.unread),
        (1, 0, unread)
    );
    assert!(thread.is_followed && thread.last_reply_at.is_some());

    let left = alice.unfollow_thread(&root).await.expect("left");
    assert_eq!((left.is_followed, left.unread), (false, Unread::default()));
    let none = alice.threads(10, None).await.expect("threads");
    assert_eq!(none.items, []);
    let followed = alice.follow_thread(&root).await.expect("followed");
    assert!(followed.is_followed);
    assert_eq!(
        followed.unread,
        Unread::default(),
        "from its newest reply on"
    );
    let again = alice.threads(10, None).await.expect("threads");
    assert_eq!(again.items, [followed]);
}

on_both_databases![threads_are_followed_and_left];
