//! What somebody is told who falls behind and looks again.

use super::world::{World, on_both};
use crate::model::{Clock, PresenceState, Timestamp};
use crate::realtime::{Signal, Update, Watch};

/// What somebody is told who has not heard what changed since then.
async fn look(watch: &Watch, heard: Option<Timestamp>) -> Vec<Signal> {
    let snapshot = (watch.take_snapshot)(heard).await;
    let updates = snapshot.unwrap_or_else(|ended| panic!("{ended:?}")).updates;
    let signal = |update| match update {
        Update::Signal(signal) => (*signal).clone(),
        other => panic!("{other:?}"),
    };
    updates.into_iter().map(signal).collect()
}

async fn what_is_over_is_told_to_whoever_looks_again(world: World) {
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let room = world.channel(alice, "tea").await;
    world.join(bob, &room).await;
    let signals = &world.services.signals;
    let typing = signals.watch_typing(alice, room.id).await;
    let typing = typing.unwrap_or_else(|error| panic!("{error}"));
    let presence = signals.watch_presence(alice, None);
    let presence = presence.unwrap_or_else(|error| panic!("{error}"));
    // At first, nothing is said where there is nothing.
    assert_eq!(look(&typing, None).await, []);
    assert_eq!(look(&presence, None).await, []);
    let heard = Some(world.clock.now());
    // The second time there may have been something in between.
    let nobody = Signal::Typing {
        room: room.id,
        users: Vec::new(),
    };
    assert_eq!(look(&typing, heard).await, [nobody]);
    let mut absent = Vec::new();
    for signal in look(&presence, heard).await {
        let Signal::Presence { user, presence } = signal else {
            panic!("{signal:?}");
        };
        assert_eq!(presence.state, PresenceState::Offline);
        absent.push(user);
    }
    // People hear of themselves, too: they may have another device.
    absent.sort_unstable();
    assert_eq!(absent, [alice.user_id, bob.user_id]);
}

on_both! {
    what_is_over_is_told_to_whoever_looks_again
}
