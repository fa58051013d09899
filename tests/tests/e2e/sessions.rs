//! Logins: renewing them, retrying when an answer is lost, and ending them.

use causerie_tests::{Answer, Ended, PASSWORD, Server, Tokens, on_both_databases};
use serde_json::json;

fn tokens(answer: &Answer) -> Tokens {
    answer.success("refreshSession", "")
}

async fn a_refresh_rotates_the_token(server: &mut Server) {
    let mut alice = server.register("alice").await;
    let first = alice.tokens.refresh_token.clone();
    let second = alice.refresh(&first).await;
    assert_ne!(second.refresh_token, first);
    let third = alice.refresh(&second.refresh_token).await;
    assert_ne!(third.refresh_token, second.refresh_token);
    alice.tokens = third;
    assert_eq!(alice.whoami().await.as_deref(), Some("alice"));
}

async fn a_lost_answer_is_given_again(server: &mut Server) {
    let alice = server.register("alice").await;
    let first = &alice.tokens.refresh_token;
    let lost = alice.refresh(first).await;
    let again = alice.refresh(first).await;
    assert_eq!(again.refresh_token, lost.refresh_token);
    alice.refresh(&again.refresh_token).await;
}

async fn a_lost_answer_is_given_again_to_the_same_attempt(server: &mut Server) {
    let alice = server.register("alice").await;
    let first = &alice.tokens.refresh_token;
    let lost = tokens(&alice.try_refresh(first, Some("attempt-1")).await);
    let again = tokens(&alice.try_refresh(first, Some("attempt-1")).await);
    assert_eq!(again.refresh_token, lost.refresh_token);
}

async fn devices_that_retry_at_once_get_one_answer(server: &mut Server) {
    let alice = server.register("alice").await;
    let first = &alice.tokens.refresh_token;
    let attempts = (0..8).map(|_| alice.refresh(first));
    let answers = futures_util::future::join_all(attempts).await;
    for answer in &answers {
        assert_eq!(answer.refresh_token, answers[0].refresh_token);
    }
    alice.refresh(&answers[0].refresh_token).await;
}

async fn a_spent_token_ends_the_session(server: &mut Server) {
    let mut alice = server.register("alice").await;
    let mut heard = alice.listen(None, None).await;
    let first = alice.tokens.refresh_token.clone();
    let second = alice.refresh(&first).await;
    let third = alice.refresh(&second.refresh_token).await;

    // Whoever holds the first token now has copied it.
    let thief = alice
        .try_refresh(&first, None)
        .await
        .refusal("refreshSession");
    assert_eq!(thief.code, "UNAUTHENTICATED");

    let refusal = alice.try_refresh(&third.refresh_token, None).await;
    assert_eq!(refusal.refusal("refreshSession").code, "UNAUTHENTICATED");
    alice.tokens = third;
    assert_eq!(alice.whoami().await, None);
    assert_eq!(heard.ended().await, Ended::Closed(4403));
}

async fn garbage_is_no_refresh_token(server: &mut Server) {
    let alice = server.register("alice").await;
    let real = &alice.tokens.refresh_token;
    for token in ["", "nonsense", &real[1..], &alice.tokens.access_token] {
        let refusal = alice
            .try_refresh(token, None)
            .await
            .refusal("refreshSession");
        assert_eq!(refusal.code, "UNAUTHENTICATED", "{token}");
    }
    alice.refresh(real).await;
}

async fn logging_out_ends_everything_of_the_session_at_once(server: &mut Server) {
    let alice = server.register("alice").await;
    let elsewhere = alice.log_in_again().await;
    let mut heard = alice.listen(None, None).await;
    let mut heard_elsewhere = elsewhere.listen(None, None).await;

    alice.log_out().await;
    assert_eq!(alice.whoami().await, None);
    assert_eq!(heard.ended().await, Ended::Closed(4403));
    let refusal = alice.try_refresh(&alice.tokens.refresh_token, None).await;
    assert_eq!(refusal.refusal("refreshSession").code, "UNAUTHENTICATED");
    let socket = alice.socket().await.read().await;
    assert_eq!(socket, Err(4403));

    let room = elsewhere.create_channel("tea").await;
    elsewhere.send(&room, "still here").await;
    assert_eq!(heard_elsewhere.next().await.message.body, "still here");
}

async fn logging_out_takes_a_login(server: &mut Server) {
    let answer = server
        .ask("mutation { logout { userErrors { code } } }", json!({}))
        .await;
    assert_eq!(answer.error_code(), "UNAUTHENTICATED");
}

/// The value of the refresh cookie among `Set-Cookie` headers, with its attributes.
fn refresh_cookie(answer: &Answer) -> (String, String) {
    let [cookie] = answer.cookies.as_slice() else {
        panic!("{:?}", answer.cookies);
    };
    let value = cookie
        .strip_prefix("causerie_refresh=")
        .expect("the refresh cookie");
    let (value, attributes) = value.split_once(';').expect("attributes");
    (value.to_owned(), attributes.to_ascii_lowercase())
}

async fn browsers_keep_the_refresh_token_in_a_cookie(server: &mut Server) {
    const REGISTER: &str = "mutation ($input: RegisterInput!) {
        register(input: $input) { accessToken refreshToken userErrors { code message field } }
    }";
    const REFRESH: &str = "mutation {
        refreshSession(input: {}) { accessToken refreshToken userErrors { code message field } }
    }";
    let input = json!({ "username": "alice", "password": PASSWORD, "useCookie": true });
    let origin = server.url.clone();
    let headers = [("origin", origin.as_str())];
    let answer = server
        .ask_with(&headers, REGISTER, json!({ "input": input }))
        .await;
    assert_eq!(
        answer.success::<Option<String>>("register", "refreshToken"),
        None
    );
    let (first, attributes) = refresh_cookie(&answer);
    for attribute in ["httponly", "samesite=strict", "path=/graphql"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    assert!(!attributes.contains("secure"), "{attributes}");

    let cookie = format!("causerie_refresh={first}");
    let headers = [("origin", origin.as_str()), ("cookie", cookie.as_str())];
    let answer = server.ask_with(&headers, REFRESH, json!({})).await;
    assert_eq!(
        answer.success::<Option<String>>("refreshSession", "refreshToken"),
        None
    );
    let (second, _) = refresh_cookie(&answer);
    assert_ne!(first, second);

    let access: String = answer.success("refreshSession", "accessToken");
    let bearer = format!("Bearer {access}");
    let headers = [("authorization", bearer.as_str())];
    let logout = "mutation { logout { userErrors { code message field } } }";
    let answer = server.ask_with(&headers, logout, json!({})).await;
    let (gone, attributes) = refresh_cookie(&answer);
    assert_eq!(gone, "");
    assert!(attributes.contains("max-age=0"), "{attributes}");
}

async fn a_refresh_without_any_token_is_refused(server: &mut Server) {
    const REFRESH: &str =
        "mutation { refreshSession(input: {}) { userErrors { code message field } } }";
    let answer = server.ask(REFRESH, json!({})).await;
    assert_eq!(answer.refusal("refreshSession").code, "UNAUTHENTICATED");
}

on_both_databases![
    a_refresh_rotates_the_token,
    a_lost_answer_is_given_again,
    a_lost_answer_is_given_again_to_the_same_attempt,
    devices_that_retry_at_once_get_one_answer,
    a_spent_token_ends_the_session,
    garbage_is_no_refresh_token,
    logging_out_ends_everything_of_the_session_at_once,
    logging_out_takes_a_login,
    browsers_keep_the_refresh_token_in_a_cookie,
    a_refresh_without_any_token_is_refused,
];
