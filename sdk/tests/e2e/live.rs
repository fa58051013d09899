use crate::stores::with_unknown_token;
use crate::wire::Wire;
use crate::{client, next_bodies, next_message, two_in_a_channel, until_connected};
use causerie_sdk::{Client, Error, History, LiveItem, NewRoom, RoomId};
use causerie_tests::{PASSWORD, Server, on_both_databases, within};
use tokio_stream::StreamExt;

async fn send(client: &Client, room: &RoomId, bodies: &[&str]) {
    for body in bodies {
        client.send(room, body).await.expect("sent");
    }
}

/// Bob, with a wire between him and the server.
async fn bob_over(wire: &Wire) -> Client {
    let bob = client(&wire.url);
    bob.log_in("bob", PASSWORD).await.expect("logged in");
    bob
}

async fn two_people_talk(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let (mut hers, mut his) = (
        alice.messages(Some(room.id.clone()), None),
        bob.messages(Some(room.id.clone()), None),
    );
    until_connected(&mut hers).await;
    until_connected(&mut his).await;
    send(&alice, &room.id, &["ping"]).await;
    let heard = next_message(&mut his).await.expect("a message");
    assert_eq!(
        (
            heard.body.as_str(),
            heard.author.username.as_str(),
            heard.room_id
        ),
        ("ping", "alice", room.id.clone())
    );
    send(&bob, &room.id, &["pong"]).await;
    assert_eq!(next_bodies(&mut hers, 2).await, ["ping", "pong"]);
}

async fn nothing_is_missed_between_history_and_live(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    send(&alice, &room.id, &["1", "2"]).await;
    let page = bob
        .history(&room.id, History::Newest, 10)
        .await
        .expect("a page");
    send(&alice, &room.id, &["3", "4"]).await;
    let mut live = bob.messages(Some(room.id.clone()), Some(page.live_cursor));
    assert_eq!(next_bodies(&mut live, 2).await, ["3", "4"]);
}

async fn a_stream_goes_on_from_a_cursor_that_was_kept(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let mut live = bob.messages(None, None);
    until_connected(&mut live).await;
    send(&alice, &room.id, &["1", "2", "3"]).await;
    let Some(Ok(LiveItem::Message { cursor, .. })) = within("a message", live.next()).await else {
        panic!("a message comes first");
    };
    drop(live);
    assert_eq!(
        next_bodies(&mut bob.messages(None, Some(cursor)), 2).await,
        ["2", "3"]
    );
}

async fn all_rooms_include_those_joined_later(server: &mut Server) {
    let (alice, bob, _) = two_in_a_channel(server).await;
    let mut live = bob.messages(None, None);
    until_connected(&mut live).await;
    let later = alice
        .create_room(NewRoom::channel("later"))
        .await
        .expect("a channel");
    bob.join_room(&later.id).await.expect("joined");
    send(&alice, &later.id, &["welcome"]).await;
    assert_eq!(next_bodies(&mut live, 1).await, ["welcome"]);
}

async fn a_broken_connection_misses_and_doubles_nothing(server: &mut Server) {
    let (alice, _, room) = two_in_a_channel(server).await;
    let wire = Wire::to(&server.url).await;
    let bob = bob_over(&wire).await;
    let mut live = bob.messages(Some(room.id.clone()), None);
    until_connected(&mut live).await;
    let mut expected = Vec::new();
    for round in 0..5 {
        let bodies = [format!("{round} before"), format!("{round} after")];
        send(&alice, &room.id, &[&bodies[0]]).await;
        wire.cut();
        send(&alice, &room.id, &[&bodies[1]]).await;
        expected.extend(bodies);
        assert_eq!(next_bodies(&mut live, 2).await, expected[round * 2..]);
    }
}

async fn a_server_that_starts_again_misses_and_doubles_nothing(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let mut live = bob.messages(Some(room.id.clone()), None);
    until_connected(&mut live).await;
    send(&alice, &room.id, &["1", "2"]).await;
    assert_eq!(next_bodies(&mut live, 1).await, ["1"]);
    server.terminate().await;
    server.start_again().await;
    send(&alice, &room.id, &["3"]).await;
    assert_eq!(next_bodies(&mut live, 2).await, ["2", "3"]);
    server.kill().await;
    server.start_again().await;
    send(&alice, &room.id, &["4"]).await;
    assert_eq!(next_bodies(&mut live, 1).await, ["4"]);
}

async fn a_token_that_is_no_longer_good_is_refreshed(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let cursor = bob.viewer().await.expect("a viewer").cursor;
    bob.use_session(with_unknown_token(&bob.session().expect("a session")))
        .await
        .expect("taken");
    let mut live = bob.messages(Some(room.id.clone()), Some(cursor));
    send(&alice, &room.id, &["still there?"]).await;
    assert_eq!(next_bodies(&mut live, 1).await, ["still there?"]);
}

async fn a_session_ended_elsewhere_ends_the_stream(server: &mut Server) {
    let (_, bob, room) = two_in_a_channel(server).await;
    let mut live = bob.messages(Some(room.id.clone()), None);
    until_connected(&mut live).await;
    let elsewhere = client(&server.url);
    elsewhere
        .use_session(bob.session().expect("a session"))
        .await
        .expect("taken");
    elsewhere.log_out().await.expect("logged out");
    assert_eq!(next_message(&mut live).await, Err(Error::SignedOut));
    assert_eq!(live.next().await, None);
    assert_eq!(bob.session(), None);
}

async fn logging_out_ends_the_stream(server: &mut Server) {
    let (_, bob, room) = two_in_a_channel(server).await;
    let mut live = bob.messages(Some(room.id.clone()), None);
    until_connected(&mut live).await;
    bob.log_out().await.expect("logged out");
    assert_eq!(next_message(&mut live).await, Err(Error::SignedOut));
    assert_eq!(
        next_message(&mut bob.messages(None, None)).await,
        Err(Error::SignedOut)
    );
}

async fn leaving_the_room_ends_its_stream(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let mut live = bob.messages(Some(room.id.clone()), None);
    until_connected(&mut live).await;
    bob.leave_room(&room.id).await.expect("left");
    send(&alice, &room.id, &["gone?"]).await;
    let end = next_message(&mut live).await;
    assert!(
        matches!(end, Err(Error::Forbidden { .. } | Error::NotFound { .. })),
        "{end:?}"
    );
}

async fn dropping_the_stream_closes_its_connection(server: &mut Server) {
    let (_, _, room) = two_in_a_channel(server).await;
    let wire = Wire::to(&server.url).await;
    let bob = bob_over(&wire).await;
    let mut live = bob.messages(Some(room.id.clone()), None);
    until_connected(&mut live).await;
    drop(live);
    drop(bob);
    within("the connections to close", wire.idle()).await;
}

on_both_databases![
    two_people_talk,
    nothing_is_missed_between_history_and_live,
    a_stream_goes_on_from_a_cursor_that_was_kept,
    all_rooms_include_those_joined_later,
    a_broken_connection_misses_and_doubles_nothing,
    a_server_that_starts_again_misses_and_doubles_nothing,
    a_token_that_is_no_longer_good_is_refreshed,
    a_session_ended_elsewhere_ends_the_stream,
    logging_out_ends_the_stream,
    leaving_the_room_ends_its_stream,
    dropping_the_stream_closes_its_connection,
];
