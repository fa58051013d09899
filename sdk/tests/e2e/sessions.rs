use crate::stores::{Full, Recorder, expired, with_unknown_token};
use crate::wire::Wire;
use crate::{client, signed_up};
use causerie_sdk::{Client, Error, Session};
use causerie_tests::{PASSWORD, Server, on_both_databases};
use futures_util::future::join_all;
use std::sync::Arc;

/// Alice's client, and the store of its session.
async fn alice_with_store(url: &str) -> (Client, Arc<Recorder>) {
    let store = Arc::new(Recorder::default());
    let client = Client::builder(url)
        .session_store(store.clone())
        .build()
        .expect("a client");
    client
        .sign_up("alice", PASSWORD, None)
        .await
        .expect("signed up");
    (client, store)
}

/// A new start of the app, with the store as the last one left it.
fn restarted(url: &str, store: &Arc<Recorder>) -> Client {
    Client::builder(url)
        .session_store(store.clone())
        .build()
        .expect("a client")
}

fn session(client: &Client) -> Session {
    client.session().expect("a session")
}

async fn a_session_outlives_the_app(server: &mut Server) {
    let (alice, store) = alice_with_store(&server.url).await;
    let again = restarted(&server.url, &store);
    assert_eq!(
        again.restore().await.expect("a store"),
        Some(session(&alice))
    );
    assert_eq!(
        again.viewer().await.expect("a viewer").user.username,
        "alice"
    );
    assert_eq!(client(&server.url).restore().await, Ok(None));
}

async fn a_token_about_to_end_is_refreshed_once_for_all(server: &mut Server) {
    let (alice, store) = alice_with_store(&server.url).await;
    alice
        .use_session(expired(&session(&alice)))
        .await
        .expect("taken");
    let before = store.saved().len();
    let viewers = join_all((0..20).map(|_| alice.viewer())).await;
    assert!(viewers.iter().all(Result::is_ok), "{viewers:?}");
    let saved = store.saved().split_off(before);
    assert_eq!(saved.len(), 2, "one refresh is one attempt and one answer");
    assert!(
        saved[0]["pending_attempt"].is_string(),
        "the attempt is kept before it is made"
    );
    assert!(saved[1]["pending_attempt"].is_null());
    assert_ne!(saved[0]["refresh_token"], saved[1]["refresh_token"]);
}

async fn a_refused_token_is_refreshed_and_the_request_repeated(server: &mut Server) {
    let (alice, store) = alice_with_store(&server.url).await;
    alice
        .use_session(with_unknown_token(&session(&alice)))
        .await
        .expect("taken");
    assert_eq!(
        alice.viewer().await.expect("a viewer").user.username,
        "alice"
    );
    assert_ne!(
        store.saved().last().expect("saved")["access_token"],
        "not.a.token"
    );
}

async fn a_lost_answer_to_a_refresh_costs_nothing(server: &mut Server) {
    let wire = Wire::to(&server.url).await;
    let (alice, _) = alice_with_store(&wire.url).await;
    alice
        .use_session(expired(&session(&alice)))
        .await
        .expect("taken");
    wire.lose_answers(1);
    assert_eq!(
        alice.viewer().await.expect("a viewer").user.username,
        "alice"
    );
    assert_eq!(wire.answers_lost(), 1);
}

async fn an_app_killed_in_a_refresh_goes_on_with_it(server: &mut Server) {
    let wire = Wire::to(&server.url).await;
    let (alice, store) = alice_with_store(&wire.url).await;
    alice
        .use_session(expired(&session(&alice)))
        .await
        .expect("taken");
    wire.lose_answers(2);
    let lost = alice.viewer().await;
    assert!(matches!(lost, Err(Error::Network { .. })), "{lost:?}");
    drop(alice);
    let again = restarted(&wire.url, &store);
    again.restore().await.expect("a store");
    assert_eq!(
        again.viewer().await.expect("a viewer").user.username,
        "alice"
    );
}

async fn a_session_refreshed_behind_its_back_is_over(server: &mut Server) {
    let (alice, store) = alice_with_store(&server.url).await;
    let stolen = expired(&session(&alice));
    for _ in 0..2 {
        alice
            .use_session(expired(&session(&alice)))
            .await
            .expect("taken");
        alice.viewer().await.expect("a viewer");
    }
    let thief = client(&server.url);
    thief.use_session(stolen).await.expect("taken");
    assert_eq!(thief.viewer().await, Err(Error::SignedOut));
    assert_eq!(
        alice.viewer().await,
        Err(Error::SignedOut),
        "reuse ends the session for everybody"
    );
    assert_eq!(alice.session(), None);
    assert_eq!(restarted(&server.url, &store).restore().await, Ok(None));
}

async fn logging_out_ends_the_session_here_and_there(server: &mut Server) {
    let (alice, store) = alice_with_store(&server.url).await;
    let kept = session(&alice);
    alice.log_out().await.expect("logged out");
    assert_eq!(alice.viewer().await, Err(Error::SignedOut));
    assert_eq!(restarted(&server.url, &store).restore().await, Ok(None));
    let other = client(&server.url);
    other.use_session(kept).await.expect("taken");
    assert_eq!(other.viewer().await, Err(Error::SignedOut));
}

async fn logging_out_without_a_server_forgets_the_session_and_says_so(server: &mut Server) {
    let (alice, store) = alice_with_store(&server.url).await;
    server.kill().await;
    let told = alice.log_out().await;
    assert!(matches!(told, Err(Error::Network { .. })), "{told:?}");
    assert_eq!(alice.session(), None);
    assert_eq!(restarted(&server.url, &store).restore().await, Ok(None));
}

async fn no_refresh_is_begun_that_could_not_be_kept(server: &mut Server) {
    let signed_in = signed_up(&server.url, "alice").await;
    let alice = Client::builder(&server.url)
        .session_store(Arc::new(Full))
        .build()
        .expect("a client");
    let full = Err(Error::SessionStore {
        reason: "no space left".to_owned(),
    });
    assert_eq!(alice.use_session(expired(&session(&signed_in))).await, full);
    assert_eq!(
        alice.viewer().await,
        full.map(|()| unreachable!("full is an error"))
    );
    assert_eq!(
        signed_in.viewer().await.expect("a viewer").user.username,
        "alice"
    );
}

on_both_databases![
    a_session_outlives_the_app,
    a_token_about_to_end_is_refreshed_once_for_all,
    a_refused_token_is_refreshed_and_the_request_repeated,
    a_lost_answer_to_a_refresh_costs_nothing,
    an_app_killed_in_a_refresh_goes_on_with_it,
    a_session_refreshed_behind_its_back_is_over,
    logging_out_ends_the_session_here_and_there,
    logging_out_without_a_server_forgets_the_session_and_says_so,
    no_refresh_is_begun_that_could_not_be_kept,
];
