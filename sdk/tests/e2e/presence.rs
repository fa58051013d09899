//! Who is there, and how far they have read.

use crate::{id_of, signed_up, two_in_a_channel, until_connected, usernames};
use causerie_sdk::{
    ChatOptions, Error, Patch, PresenceState, Receipt, Room, RoomId, RoomUpdate, SyncState, UserId,
    UserPresence, Watching,
};
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

/// Waits until what is looked at is right.
async fn until<T: Clone>(watching: &mut Watching<T>, is_right: impl Fn(&T) -> bool) {
    let seen = async { while !is_right(&watching.next().await.expect("it is there")) {} };
    within("what is looked at", seen).await;
}

fn has_read(who: &str, seq: u64) -> impl Fn(&Vec<Receipt>) -> bool {
    move |readers| {
        let read = readers
            .iter()
            .map(|receipt| (receipt.user.username.as_str(), receipt.last_read_seq));
        read.eq([(who, seq)])
    }
}

async fn a_chat_tells_who_reads_also_after_the_server_was_away(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    for text in ["one", "two"] {
        alice.send(&room.id, text).await.expect("sent");
    }
    let chat = alice.chat(ChatOptions::memory()).await.expect("a chat");
    let mut readers = chat.watch_readers(&room.id).await.expect("watched");
    chat.start();
    until(&mut readers, Vec::is_empty).await;
    let his = bob.chat(ChatOptions::memory()).await.expect("a chat");
    let timeline = his.timeline(&room.id).await.expect("a timeline");
    his.start();
    timeline.mark_read(1).await.expect("kept");
    until(&mut readers, has_read("bob", 1)).await;
    server.kill().await;
    let mut state = chat.state();
    let away = state.wait_for(|state| !matches!(state, SyncState::Live));
    drop(within("the end of the connection", away).await);
    let mut again = chat.watch_readers(&room.id).await.expect("watched");
    server.start_again().await;
    timeline.mark_read(2).await.expect("kept");
    until(&mut readers, has_read("bob", 2)).await;
    until(&mut again, has_read("bob", 2)).await;
    bob.leave_room(&room.id).await.expect("left");
    until(&mut readers, Vec::is_empty).await;
    chat.close().await;
    assert_eq!(readers.next().await, None);
}

async fn a_chat_tells_what_becomes_of_a_room(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let chat = bob.chat(ChatOptions::memory()).await.expect("a chat");
    let mut seen = chat.watch_room(&room.id).await.expect("watched");
    assert_eq!(seen.next().await, Some(None));
    chat.start();
    until(&mut seen, |room| {
        room.as_ref().is_some_and(|room| room.topic.is_none())
    })
    .await;
    let update = RoomUpdate {
        topic: Patch::Set("Tea".to_owned()),
        ..RoomUpdate::default()
    };
    alice.update_room(&room.id, update).await.expect("updated");
    let has_topic = |room: &Room| room.topic.as_deref() == Some("Tea");
    until(&mut seen, |room| room.as_ref().is_some_and(has_topic)).await;
    bob.leave_room(&room.id).await.expect("left");
    until(&mut seen, Option::is_none).await;
}

async fn a_chat_tells_who_is_there(server: &mut Server) {
    let (alice, bob, _) = two_in_a_channel(server).await;
    let chat = alice.chat(ChatOptions::memory()).await.expect("a chat");
    chat.start();
    let people = [id_of(&bob), UserId::from("usr_00000000000000000000000000")];
    let mut seen = chat.watch_presences(&people).await.expect("watched");
    let is = |state: PresenceState| {
        let bob = id_of(&bob);
        move |people: &Vec<UserPresence>| {
            let states = people
                .iter()
                .map(|person| (&person.user_id, &person.presence.state));
            states.eq([(&bob, &state)])
        }
    };
    until(&mut seen, is(PresenceState::Offline)).await;
    let mut live = bob.messages(None, None);
    until_connected(&mut live).await;
    until(&mut seen, is(PresenceState::Online)).await;
    let away = bob.set_presence(PresenceState::Away).await;
    away.expect("taken");
    until(&mut seen, is(PresenceState::Away)).await;
    chat.erase().await.expect("erased");
    until(&mut seen, Vec::is_empty).await;
    let crowd = vec![id_of(&bob); 101];
    let refused = chat.watch_presences(&crowd).await.err();
    assert!(
        matches!(refused, Some(Error::Invalid { .. })),
        "{refused:?}"
    );
}

on_both_databases![
    a_device_is_there_while_it_is_connected,
    members_see_how_far_others_have_read,
    a_chat_tells_who_reads_also_after_the_server_was_away,
    a_chat_tells_what_becomes_of_a_room,
    a_chat_tells_who_is_there,
];
