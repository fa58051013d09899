//! Two servers over one database.

use causerie_tests::{Ended, Server, on_both_databases, within};

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

async fn a_session_ended_on_one_is_refused_on_the_other(server: &mut Server) {
    let other = server.start_beside().await;
    let alice = server.register("alice").await;
    let elsewhere = alice.log_in_again().await;
    // Both servers know both sessions by now.
    for person in [&alice, &elsewhere] {
        for url in [&*server, &other] {
            assert!(person.at(url).whoami().await.is_some());
        }
    }
    alice.at(&other).log_out().await;
    assert_eq!(alice.at(&other).whoami().await, None);
    within("the other to hear of it", async {
        while alice.whoami().await.is_some() {}
    })
    .await;
    for url in [&*server, &other] {
        assert!(elsewhere.at(url).whoami().await.is_some());
    }
}

on_both_databases![
    each_hears_what_the_other_commits,
    a_session_ended_on_one_closes_sockets_on_the_other,
    a_session_ended_on_one_is_refused_on_the_other,
];
