use crate::{client, signed_up};
use causerie_sdk::Error;
use causerie_tests::{PASSWORD, Server, on_both_databases};

async fn a_person_signs_up_and_logs_in(server: &mut Server) {
    let first = client(&server.url);
    let signed_up = first
        .sign_up("Alice", PASSWORD, Some("Alice A."))
        .await
        .expect("signed up");
    assert_eq!(
        (
            signed_up.user.username.as_str(),
            signed_up.user.display_name.as_str()
        ),
        ("alice", "Alice A.")
    );
    let second = client(&server.url);
    let logged_in = second.log_in("alice", PASSWORD).await.expect("logged in");
    assert_eq!(logged_in.user, signed_up.user);
    assert_eq!(
        second.viewer().await.expect("a viewer").user,
        signed_up.user
    );
    let (one, two) = (
        first.session().expect("a session"),
        second.session().expect("a session"),
    );
    assert_ne!(one.id(), two.id());
    assert_eq!(
        (two.user_id(), two.username()),
        (&signed_up.user.id, "alice")
    );
}

async fn a_wrong_password_has_its_own_error(server: &mut Server) {
    signed_up(&server.url, "alice").await;
    let other = client(&server.url);
    assert_eq!(
        other.log_in("alice", "not her password").await,
        Err(Error::WrongCredentials)
    );
    assert_eq!(
        other.log_in("nobody", PASSWORD).await,
        Err(Error::WrongCredentials)
    );
    assert_eq!(other.session(), None);
}

async fn a_refused_account_says_which_part_is_wrong(server: &mut Server) {
    signed_up(&server.url, "alice").await;
    let other = client(&server.url);
    let taken = other.sign_up("alice", PASSWORD, None).await;
    assert!(
        matches!(&taken, Err(Error::Conflict { field, .. }) if field == &["username"]),
        "{taken:?}"
    );
    let weak = other.sign_up("bob", "password", None).await;
    assert!(
        matches!(&weak, Err(Error::Invalid { field, .. }) if field == &["password"]),
        "{weak:?}"
    );
}

async fn a_name_to_show_can_be_changed(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    assert_eq!(
        alice
            .set_display_name("Ada")
            .await
            .expect("changed")
            .display_name,
        "Ada"
    );
    assert_eq!(
        alice.viewer().await.expect("a viewer").user.display_name,
        "Ada"
    );
}

async fn without_a_server_there_is_no_answer(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    server.kill().await;
    let answer = alice.viewer().await;
    assert!(matches!(answer, Err(Error::Network { .. })), "{answer:?}");
}

on_both_databases![
    a_person_signs_up_and_logs_in,
    a_wrong_password_has_its_own_error,
    a_refused_account_says_which_part_is_wrong,
    a_name_to_show_can_be_changed,
    without_a_server_there_is_no_answer,
];
