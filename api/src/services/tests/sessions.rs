//! Sessions: remembered for a while, and over at once.

use super::world::World;
use crate::storage::fixture::Backend;

async fn an_end_counts_at_once(backend: Backend) {
    let Some(world) = World::open(backend).await else {
        return;
    };
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

#[tokio::test(flavor = "multi_thread")]
async fn an_end_counts_at_once_on_sqlite() {
    an_end_counts_at_once(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_counts_at_once_on_postgres() {
    an_end_counts_at_once(Backend::Postgres).await;
}
