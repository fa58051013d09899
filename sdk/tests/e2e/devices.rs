//! Where somebody is signed in, and what they do to their account.

use crate::stores::Recorder;
use crate::{client, id_of, signed_up, two_in_a_channel};
use causerie_sdk::{AccountMessages, Client, Error, History, SessionStore};
use causerie_tests::{PASSWORD, Server, on_both_databases};
use std::sync::Arc;

const OTHER_PASSWORD: &str = "another horse battery";

/// Alice at a second device.
async fn second_device(server: &Server) -> Client {
    let second = Client::builder(&*server.url)
        .device("Alice's phone")
        .build()
        .expect("a client");
    second.log_in("alice", PASSWORD).await.expect("logged in");
    second
}

fn is_signed_out<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::SignedOut))
}

async fn sessions_are_listed_and_ended(server: &mut Server) {
    let first = signed_up(&server.url, "alice").await;
    let second = second_device(server).await;
    let sessions = first.sessions().await.expect("sessions");
    let current = sessions.iter().find(|session| session.is_current);
    let other = sessions.iter().find(|session| !session.is_current);
    let (current, other) = (current.expect("its own"), other.expect("the other"));
    assert_eq!(
        (sessions.len(), other.device.as_str()),
        (2, "Alice's phone")
    );
    let own = first.session().expect("a session");
    assert_eq!(&current.id, own.id());

    first.revoke_session(&other.id).await.expect("ended");
    first
        .revoke_session(&other.id)
        .await
        .expect("again is fine");
    assert!(is_signed_out(&second.viewer().await));
    assert_eq!(first.sessions().await.expect("sessions").len(), 1);
}

async fn all_other_sessions_end_at_once(server: &mut Server) {
    let first = signed_up(&server.url, "alice").await;
    let (second, third) = (second_device(server).await, second_device(server).await);
    first.revoke_other_sessions().await.expect("ended");
    assert!(is_signed_out(&second.viewer().await));
    assert!(is_signed_out(&third.viewer().await));
    first.viewer().await.expect("still signed in");
}

async fn a_changed_password_ends_the_other_sessions(server: &mut Server) {
    let first = signed_up(&server.url, "alice").await;
    let second = second_device(server).await;
    let wrong = first.change_password("not hers", OTHER_PASSWORD).await;
    assert_eq!(wrong, Err(Error::WrongCredentials));
    let weak = first.change_password(PASSWORD, "password").await;
    assert!(
        matches!(&weak, Err(Error::Invalid { field, .. }) if field == &["newPassword"]),
        "{weak:?}"
    );
    second.viewer().await.expect("nothing has happened yet");

    let changed = first.change_password(PASSWORD, OTHER_PASSWORD).await;
    changed.expect("changed");
    assert!(is_signed_out(&second.viewer().await));
    first.viewer().await.expect("still signed in");
    let old = client(&server.url).log_in("alice", PASSWORD).await;
    assert_eq!(old.err(), Some(Error::WrongCredentials));
    let new = client(&server.url).log_in("alice", OTHER_PASSWORD).await;
    new.expect("logged in");
}

async fn a_changed_username_is_kept_with_the_session(server: &mut Server) {
    signed_up(&server.url, "bob").await;
    let store = Arc::new(Recorder::default());
    let alice = Client::builder(&*server.url)
        .session_store(store.clone())
        .build()
        .expect("a client");
    alice
        .sign_up("alice", PASSWORD, None)
        .await
        .expect("signed up");
    let taken = alice.change_username("bob").await;
    assert!(matches!(taken, Err(Error::Conflict { .. })), "{taken:?}");
    let user = alice.change_username("Ada").await.expect("changed");
    assert_eq!((user.username.as_str(), user.id), ("ada", id_of(&alice)));
    let kept = store.load().expect("read").expect("a session");
    assert_eq!(kept.username(), "ada");
    assert_eq!(alice.session(), Some(kept));
    let again = client(&server.url).log_in("ada", PASSWORD).await;
    again.expect("logged in by the new name");
}

async fn a_deleted_account_leaves_what_it_said(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    bob.send(&room.id, "remember me").await.expect("sent");
    let wrong = bob.delete_account("not his", AccountMessages::Keep).await;
    assert_eq!(wrong, Err(Error::WrongCredentials));
    let deleted = bob.delete_account(PASSWORD, AccountMessages::Keep).await;
    deleted.expect("deleted");
    assert_eq!(bob.session(), None, "the session is forgotten here");
    let again = client(&server.url).log_in("bob", PASSWORD).await;
    assert_eq!(again.err(), Some(Error::WrongCredentials));
    let page = alice.history(&room.id, History::Newest, 1).await;
    let said = page.expect("a page").messages.remove(0);
    assert_eq!(said.body, "remember me");
    assert!(said.author.is_deleted);
}

on_both_databases![
    sessions_are_listed_and_ended,
    all_other_sessions_end_at_once,
    a_changed_password_ends_the_other_sessions,
    a_changed_username_is_kept_with_the_session,
    a_deleted_account_leaves_what_it_said,
];
