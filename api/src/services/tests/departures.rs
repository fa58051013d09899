//! What is left of somebody who deleted their account.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::world::{World, on_both};

async fn when_they_were_there_last_is_forgotten(world: World) {
    let (alice, services) = (world.person("alice").await, &world.services);
    let lease = services.signals.attend(alice);
    services.signals.settle().await.expect("a look");
    let (password, from) = ("correct horse battery", IpAddr::V4(Ipv4Addr::LOCALHOST));
    let departures = &services.departures;
    let deleted =
        departures.delete_account(alice, password.to_owned(), false, &services.accounts, from);
    deleted.await.expect("a departure");
    // Her socket closes a little later, and that is noticed later still.
    drop(lease);
    world.clock.forward(Duration::from_mins(1));
    services.signals.settle().await.expect("a look");
    let found = services.accounts.find(alice.user_id).await;
    let left = found.expect("a query").expect("a row");
    assert!(left.is_deleted);
    assert_eq!(left.last_seen_at, None);
}

on_both! {
    when_they_were_there_last_is_forgotten
}
