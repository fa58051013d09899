//! Sessions: remembered for a while, and over at once.

use std::net::Ipv4Addr;

use super::world::{World, on_both};

async fn an_end_counts_at_once(world: World) {
    let sessions = &world.services.sessions;
    let [ended, other] = [world.register("alice").await, world.register("bob").await];
    // Nobody hears of the end but who commits it.
    world.hub.abort();
    for login in [&ended, &other] {
        for _ in 0..2 {
            let viewer = sessions.authenticate(&login.access_token).await;
            let viewer = viewer.expect("an answer").expect("a viewer");
            assert_eq!(viewer.session_id, login.session.id);
        }
    }
    sessions.end(ended.session.id).await.expect("an end");
    let viewer = sessions.authenticate(&ended.access_token).await;
    assert_eq!(viewer.expect("an answer"), None);
    let viewer = sessions.authenticate(&other.access_token).await;
    assert!(viewer.expect("an answer").is_some());
}

/// Whoever has copied a token may come with it just after its owner did.
async fn a_session_tells_where_its_tokens_went_and_forgets_it_in_the_end(world: World) {
    let login = world.register("alice").await;
    let (id, sessions) = (login.session.id, &world.services.sessions);
    let kept = async || {
        let mut connection = world.fixture.database.read().await.expect("a connection");
        let session = connection.find_session(id).await.expect("a query");
        session.expect("a session").last_used_from
    };
    for from in [Ipv4Addr::LOCALHOST, Ipv4Addr::new(192, 0, 2, 7)] {
        let refreshed = sessions.refresh(&login.refresh_token, None, from.into());
        let refreshed = refreshed.await.expect("new tokens").session;
        assert_eq!(refreshed.last_used_from, from.to_string());
        assert_eq!(kept().await, from.to_string());
    }
    sessions.end(id).await.expect("an end");
    assert_eq!(kept().await, "");
}

on_both! {
    a_session_tells_where_its_tokens_went_and_forgets_it_in_the_end
    an_end_counts_at_once
}
