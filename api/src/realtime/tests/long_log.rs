//! A long log that does not concern somebody.

use super::*;

async fn others_get_their_turn_while_it_is_read(backend: Backend, queue: usize) {
    let Some(world) = World::open(backend).await else {
        return;
    };
    let (hub, _feed) = world.hub().await;
    let user = world.person("alice").await;
    let tea = world.room("tea").await;
    for _ in 0..5 {
        world.commit(tea, world.messages(tea, 1_000)).await;
    }
    let client = world.client(&hub, everything(user, None, 0), queue);
    let mut tail = read(&client.follow, &client.inbox);
    let mut cursors = Vec::new();
    loop {
        let step = tail.next().await.expect("a reader of all rooms");
        let Step::Send(Update::Batch(batch)) = step else {
            panic!("there is more to read");
        };
        assert_eq!(batch.entries, []);
        cursors.push(batch.cursor.0);
        if batch.live {
            break;
        }
    }
    assert_eq!(cursors, [4_096, 5_000]);
}

at_every_queue_size!(others_get_their_turn_while_it_is_read);
