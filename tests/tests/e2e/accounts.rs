//! Signing up, logging in, and what people say of themselves.

use causerie_tests::{PASSWORD, Server, UserError, on_both_databases};
use serde_json::{Value, json};

const REGISTER: &str = "mutation ($input: RegisterInput!) {
    register(input: $input) {
        session { id device current }
        viewer { user { id username displayName } }
        accessToken accessTokenExpiresAt refreshToken
        userErrors { code message field }
    }
}";
const LOGIN: &str = "mutation ($input: LoginInput!) {
    login(input: $input) {
        session { device }
        viewer { user { username } }
        accessToken refreshToken
        userErrors { code message field }
    }
}";

async fn register(server: &Server, input: Value) -> causerie_tests::Answer {
    server.ask(REGISTER, json!({ "input": input })).await
}

async fn log_in(server: &Server, username: &str, password: &str) -> causerie_tests::Answer {
    let input = json!({ "username": username, "password": password });
    server.ask(LOGIN, json!({ "input": input })).await
}

fn at(field: &str) -> Option<Vec<String>> {
    Some(vec![field.to_owned()])
}

async fn registering_signs_in(server: &mut Server) {
    let input = json!({
        "username": "Alice",
        "password": PASSWORD,
        "displayName": "Alice Liddell",
        "device": "Looking glass",
    });
    let answer = register(server, input).await;
    let payload: Value = answer.success("register", "");
    let user = &payload["viewer"]["user"];
    assert_eq!(user["username"], "alice");
    assert_eq!(user["displayName"], "Alice Liddell");
    assert!(user["id"].as_str().is_some_and(|id| id.starts_with("usr_")));
    assert_eq!(payload["session"]["device"], "Looking glass");
    assert_eq!(payload["session"]["current"], true);
    let token = payload["accessToken"].as_str().expect("an access token");

    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let seen = server
        .ask_with(&headers, "{ viewer { user { username } } }", json!({}))
        .await;
    assert_eq!(seen.get::<String>("/viewer/user/username"), "alice");
}

async fn a_taken_name_is_a_conflict(server: &mut Server) {
    server.register("alice").await;
    for name in ["alice", "ALICE", " alice "] {
        let answer = register(server, json!({ "username": name, "password": PASSWORD })).await;
        let refusal = answer.refusal("register");
        assert_eq!(
            (refusal.code.as_str(), refusal.field),
            ("CONFLICT", at("username"))
        );
    }
}

async fn one_of_many_who_want_a_name_gets_it(server: &mut Server) {
    let input = || json!({ "username": "alice", "password": PASSWORD });
    let attempts = (0..8).map(|_| register(server, input()));
    let answers = futures_util::future::join_all(attempts).await;
    let (mut won, mut lost) = (0, 0);
    for answer in answers {
        let errors: Vec<UserError> = answer.get("/register/userErrors");
        match errors.as_slice() {
            [] => won += 1,
            [error] if error.code == "CONFLICT" => lost += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((won, lost), (1, 7));
}

async fn names_and_passwords_have_rules(server: &mut Server) {
    let cases = [
        ("a", PASSWORD, "username"),
        ("a person", PASSWORD, "username"),
        ("älice", PASSWORD, "username"),
        (&*"a".repeat(33), PASSWORD, "username"),
        ("alice", "short", "password"),
        ("alice", "password1", "password"),
        ("alice", "QWERTYUIOP", "password"),
        ("alice", &*"x".repeat(1025), "password"),
    ];
    for (username, password, field) in cases {
        let input = json!({ "username": username, "password": password });
        let refusal = register(server, input).await.refusal("register");
        let got = (refusal.code.as_str(), refusal.field);
        assert_eq!(got, ("INVALID", at(field)), "{username} {password}");
    }
    let good = [
        ("al", "éééééééé"),
        (&*"a".repeat(32), PASSWORD),
        ("a.b_c-9", PASSWORD),
    ];
    for (username, password) in good {
        let input = json!({ "username": username, "password": password });
        register(server, input)
            .await
            .success::<Value>("register", "");
    }
}

async fn a_login_takes_the_right_name_and_password(server: &mut Server) {
    server.register("alice").await;
    let answer = log_in(server, "ALICE", PASSWORD).await;
    assert_eq!(
        answer.success::<String>("login", "viewer/user/username"),
        "alice"
    );

    let wrong = log_in(server, "alice", "wrong horse battery")
        .await
        .refusal("login");
    let unknown = log_in(server, "nobody", PASSWORD).await.refusal("login");
    assert_eq!(wrong.code, "UNAUTHENTICATED");
    assert_eq!(wrong, unknown, "the answer must not tell who exists");
}

async fn guessing_a_password_is_slowed_down(server: &mut Server) {
    server.register("alice").await;
    let mut limited = None;
    for attempt in 0..40 {
        let answer = log_in(server, "alice", "wrong horse battery").await;
        if !answer.body["errors"].is_null() {
            limited = Some((attempt, answer));
            break;
        }
    }
    let (attempt, answer) = limited.expect("a limit");
    assert!(attempt >= 10, "after {attempt} attempts");
    assert_eq!(answer.error_code(), "RATE_LIMITED");
    let bob = server.register("bob").await;
    bob.log_in_again().await;
}

async fn nobody_is_let_in_without_a_good_token(server: &mut Server) {
    let document = "{ viewer { user { id } } }";
    let answer = server.ask(document, json!({})).await;
    assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    for value in ["Bearer nonsense", "Bearer ", "Basic YTpi"] {
        let answer = server
            .ask_with(&[("authorization", value)], document, json!({}))
            .await;
        assert_eq!(answer.error_code(), "UNAUTHENTICATED", "{value}");
    }
    let open = server.ask("{ serverInfo { version } }", json!({})).await;
    assert!(!open.get::<String>("/serverInfo/version").is_empty());
}

async fn a_display_name_can_be_changed(server: &mut Server) {
    let alice = server.register("alice").await;
    let rename = |name: Value| {
        let input = json!({ "displayName": name });
        alice.mutate("updateProfile", "user { id displayName }", input)
    };
    let renamed = rename(json!("  Алиса 🐇 ")).await;
    assert_eq!(
        renamed.success::<String>("updateProfile", "user/displayName"),
        "Алиса 🐇"
    );
    let kept = rename(Value::Null).await;
    assert_eq!(
        kept.success::<String>("updateProfile", "user/displayName"),
        "Алиса 🐇"
    );

    for bad in ["", "   ", "a\u{7}b", &*"x".repeat(65)] {
        let refusal = rename(json!(bad)).await.refusal("updateProfile");
        assert_eq!(
            (refusal.code.as_str(), refusal.field),
            ("INVALID", at("displayName"))
        );
    }
    let bob = server.register("bob").await;
    let document = "query ($name: String) { user(username: $name) { displayName } }";
    let seen = bob.ask(document, json!({ "name": "ALICE" })).await;
    assert_eq!(seen.get::<String>("/user/displayName"), "Алиса 🐇");
}

on_both_databases![
    registering_signs_in,
    a_taken_name_is_a_conflict,
    one_of_many_who_want_a_name_gets_it,
    names_and_passwords_have_rules,
    a_login_takes_the_right_name_and_password,
    guessing_a_password_is_slowed_down,
    nobody_is_let_in_without_a_good_token,
    a_display_name_can_be_changed,
];
