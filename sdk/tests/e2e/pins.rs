//! What is pinned in a room, what is said again elsewhere, and what messages said before.

use crate::wire::Wire;
use crate::{client, signed_up, two_in_a_channel};
use causerie_sdk::{
    ChatOptions, ClientId, Error, History, Message, MessageId, MessageTarget, NewRoom,
};
use causerie_tests::{PASSWORD, Server, on_both_databases};
use std::time::Duration;

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.body.as_str())
        .collect()
}

async fn a_message_is_pinned_for_everyone(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let rules = alice.send(&room.id, "the rules").await.expect("sent");
    let pinned = alice.pin_message(&rules.id).await.expect("pinned");
    assert!(pinned.pinned_at.is_some());
    alice.pin_message(&rules.id).await.expect("again is fine");
    let seen = bob.pinned_messages(&room.id).await.expect("pins");
    assert_eq!(bodies(&seen), ["the rules"]);
    let unpinned = bob.unpin_message(&rules.id).await.expect("unpinned");
    assert_eq!(unpinned.pinned_at, None);
    assert_eq!(alice.pinned_messages(&room.id).await, Ok(Vec::new()));
    let absent = MessageId::from("msg_00000000000000000000000000");
    let refused = alice.pin_message(&absent).await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
}

async fn words_are_forwarded_once_however_often(server: &mut Server) {
    let (alice, _, room) = two_in_a_channel(server).await;
    let said = alice.send(&room.id, "worth repeating").await.expect("sent");
    let wire = Wire::to(&server.url).await;
    let bob = client(&wire.url);
    bob.log_in("bob", PASSWORD).await.expect("logged in");
    let own = bob.create_room(NewRoom::channel("own")).await;
    let own = own.expect("a channel").id;
    wire.lose_answers(2);
    let first = bob.forward(&said.id, &own).await.expect("forwarded");
    assert_eq!(wire.answers_lost(), 2);
    let from = first.forwarded_from.expect("whose words");
    assert_eq!(
        (from.author.username.as_str(), first.body.as_str()),
        ("alice", "worth repeating")
    );
    let key = ClientId::random();
    let second = bob.forward_as(&said.id, &own, &key).await.expect("sent");
    let again = bob.forward_as(&said.id, &own, &key).await.expect("sent");
    assert_eq!(second.id, again.id);
    let page = bob.history(&own, History::Newest, 10).await;
    let page = page.expect("a page");
    assert_eq!(bodies(&page.messages), ["worth repeating"; 2]);

    let carol = signed_up(&server.url, "carol").await;
    let hers = carol.create_room(NewRoom::channel("hers")).await;
    let refused = carol.forward(&said.id, &hers.expect("a channel").id).await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
}

async fn what_was_said_before_is_kept(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let said = bob.send(&room.id, "tee").await.expect("sent");
    let chat = bob.chat(ChatOptions::memory()).await.expect("a chat");
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    let target = MessageTarget::Sent(said.id.clone());
    timeline.edit(target, "tea").await.expect("kept");
    let synced = chat.sync_once(Duration::from_secs(30)).await;
    assert_eq!(synced, Ok(true));
    for reader in [&alice, &bob] {
        let versions = reader.message_versions(&said.id).await;
        let versions = versions.expect("versions");
        assert_eq!(
            (versions.len(), versions[0].body.as_str()),
            (1, "tee"),
            "the author and the owner see it"
        );
        assert_eq!(versions[0].written_at, said.sent_at);
    }
    let absent = MessageId::from("msg_00000000000000000000000000");
    let refused = bob.message_versions(&absent).await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
}

on_both_databases![
    a_message_is_pinned_for_everyone,
    words_are_forwarded_once_however_often,
    what_was_said_before_is_kept,
];
