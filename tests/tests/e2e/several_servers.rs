//! Two servers over one database.

use causerie_tests::{Ended, Server, on_both_databases};

async fn each_hears_what_the_other_commits(server: &mut Server) {
    let other = server.start_beside().await;
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    let mut heard = bob.at(&other).listen(Some(&room), None).await;
    for number in 1..=20 {
        let sender = if number % 2 == 0 {
            alice.at(&other)
        } else {
            alice.at(server)
        };
        sender.send(&room, &format!("message {number}")).await;
    }
    for seq in 1..=20 {
        assert_eq!(heard.next().await.message.seq, seq);
    }
}

async fn a_session_ended_on_one_closes_sockets_on_the_other(server: &mut Server) {
    let other = server.start_beside().await;
    let alice = server.register("alice").await;
    let mut listening = alice.at(&other).listen(None, None).await;
    alice.log_out().await;
    assert_eq!(listening.ended().await, Ended::Closed(4403));
}

on_both_databases![
    each_hears_what_the_other_commits,
    a_session_ended_on_one_closes_sockets_on_the_other,
];
