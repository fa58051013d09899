//! Who is there, and how far they have read.

use crate::{id_of, signed_up, two_in_a_channel, until_connected, usernames};
use causerie_sdk::{ChatOptions, Error, PresenceState, RoomId, UserId};
use causerie_tests::{Server, on_both_databases, within};
use std::time::Duration;

async fn a_device_is_there_while_it_is_connected(server: &mut Server) {
    let (alice, bob, _) = two_in_a_channel(server).await;
    let stranger = signed_up(&server.url, "stranger").await;
    let absent = UserId::from("usr_00000000000000000000000000");
    let people = [id_of(&bob), absent, id_of(&stranger)];
    let state = async || {
        let presence = alice.presence(&people).await.expect("an answer");
        let ids: Vec<_> = presence.iter().map(|person| &person.user_id).collect();
        assert_eq!(ids, [&people[0], &people[2]], "who exists");
        assert_eq!(presence[1].presence.state, PresenceState::Offline);
        presence[0].presence.state.clone()
    };
    let until = async |wanted: PresenceState| {
        let shown = async { while state().await != wanted {} };
        within(&format!("{wanted:?}"), shown).await;
    };
    assert_eq!(state().await, PresenceState::Offline);
    let mut live = bob.messages(None, None);
    until_connected(&mut live).await;
    until(PresenceState::Online).await;
    let away = bob.set_presence(PresenceState::Away).await;
    away.expect("taken");
    until(PresenceState::Away).await;
    let refused = bob.set_presence(PresenceState::Offline).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
}

async fn members_see_how_far_others_have_read(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let said = alice.send(&room.id, "read this").await.expect("sent");
    assert_eq!(alice.receipts(&room.id).await, Ok(Vec::new()));
    let chat = bob.chat(ChatOptions::memory()).await.expect("a chat");
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    let seq = said.seq;
    let synced = chat.sync_once(Duration::from_secs(30)).await;
    assert_eq!(synced, Ok(true));
    timeline.mark_read(seq).await.expect("kept");
    let synced = chat.sync_once(Duration::from_secs(30)).await;
    assert_eq!(synced, Ok(true));
    let receipts = alice.receipts(&room.id).await.expect("receipts");
    assert_eq!(
        usernames(receipts.iter().map(|receipt| &receipt.user)),
        ["bob"]
    );
    assert_eq!(receipts[0].last_read_seq, seq);
    assert!(receipts[0].read_at >= said.sent_at);
    let absent = RoomId::from("room_00000000000000000000000000");
    let refused = alice.receipts(&absent).await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
}

on_both_databases![
    a_device_is_there_while_it_is_connected,
    members_see_how_far_others_have_read,
];
