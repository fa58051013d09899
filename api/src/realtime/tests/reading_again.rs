//! What was read and cannot be shown any more, since the person has left a room meanwhile.

use super::*;

async fn next(tail: &mut Tail<InboxOutlet>) -> Vec<i64> {
    match tail.next().await.expect("a reader of all rooms") {
        Step::Send(update) => positions(&update),
        Step::Rest | Step::Live(_) => panic!("there is more to read"),
    }
}

async fn what_was_left_after_it_was_read_is_read_again(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let (hub, feed) = world.hub().await;
    let user = world.person("alice").await;
    let (tea, milk) = (world.room("tea").await, world.room("milk").await);
    for room in [tea, milk] {
        feed.announce(world.commit(room, vec![joins(room, user)]).await);
        feed.announce(world.commit(room, world.messages(room, 1)).await);
    }
    let client = world.client(&hub, everything(user, None, 0), queue);
    let mut tail = read(&client.follow, &client.inbox);
    assert_eq!(next(&mut tail).await, [1, 2, 3, 4]);
    // Another node commits it, and nobody has told this one yet.
    world.commit(tea, vec![leaves(tea, user)]).await;
    assert!(tail.read_again());
    assert_eq!(next(&mut tail).await, [3, 4, 5]);
    // It was not that, then.
    assert!(tail.read_again());
    assert_eq!(next(&mut tail).await, [3, 4, 5]);
    assert!(!tail.read_again());
}

at_every_queue_size!(what_was_left_after_it_was_read_is_read_again);
