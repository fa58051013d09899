//! Changing what one logs in with, and ending logins.

use causerie_tests::{Answer, Ended, PASSWORD, Person, Server, on_both_databases};
use serde_json::{Value, json};

const NEW: &str = "staple correct battery";

async fn log_in(server: &Server, username: &str, password: &str) -> Answer {
    let document = "mutation ($input: LoginInput!) {
        login(input: $input) { accessToken userErrors { code message field } }
    }";
    let input = json!({ "username": username, "password": password });
    server.ask(document, json!({ "input": input })).await
}

async fn change_password(person: &Person, current: &str, new: &str) -> Answer {
    let input = json!({ "currentPassword": current, "newPassword": new });
    person.mutate("changePassword", "", input).await
}

async fn rename(person: &Person, username: &str) -> Answer {
    let input = json!({ "username": username });
    person
        .mutate("changeUsername", "user { username displayName }", input)
        .await
}

async fn revoke(person: &Person, session_id: &str) -> Answer {
    let input = json!({ "sessionId": session_id });
    person.mutate("revokeSession", "", input).await
}

async fn sessions(person: &Person) -> Vec<Value> {
    let document = "{ viewer { sessions { id device current lastUsedAt ip } } }";
    person
        .ask(document, json!({}))
        .await
        .get("/viewer/sessions")
}

fn at(field: &str) -> Option<Vec<String>> {
    Some(vec![field.to_owned()])
}

async fn another_password_ends_every_other_session(server: &mut Server) {
    let alice = server.register("alice").await;
    let elsewhere = alice.log_in_again().await;
    let room = alice.create_channel("tea").await;
    let mut here = alice.listen(None, None).await;
    let mut there = elsewhere.listen(None, None).await;

    let changed = change_password(&alice, PASSWORD, NEW).await;
    changed.success::<Value>("changePassword", "");
    assert_eq!(elsewhere.whoami().await, None);
    assert_eq!(there.ended().await, Ended::Closed(4403));
    let refused = elsewhere.try_refresh(&elsewhere.tokens.refresh_token, None);
    let refused = refused.await.refusal("refreshSession");
    assert_eq!(refused.code, "UNAUTHENTICATED");

    alice.send(&room, "still here").await;
    assert_eq!(here.next().await.message.body, "still here");
    alice.refresh(&alice.tokens.refresh_token).await;
    let old = log_in(server, "alice", PASSWORD).await.refusal("login");
    assert_eq!(old.code, "UNAUTHENTICATED");
    let new = log_in(server, "alice", NEW).await;
    new.success::<String>("login", "accessToken");
}

async fn another_password_takes_the_current_one_and_a_good_one(server: &mut Server) {
    let alice = server.register("alice").await;
    let elsewhere = alice.log_in_again().await;
    let wrong = change_password(&alice, "wrong horse battery", NEW).await;
    let wrong = wrong.refusal("changePassword");
    assert_eq!(
        (wrong.code.as_str(), wrong.field),
        ("UNAUTHENTICATED", at("currentPassword"))
    );
    for bad in ["short", "password1"] {
        let refusal = change_password(&alice, PASSWORD, bad).await;
        let refusal = refusal.refusal("changePassword");
        assert_eq!(
            (refusal.code.as_str(), refusal.field),
            ("INVALID", at("newPassword"))
        );
    }
    assert_eq!(elsewhere.whoami().await.as_deref(), Some("alice"));
    let mut limited = None;
    for attempt in 0..40 {
        let answer = change_password(&alice, "wrong horse battery", NEW).await;
        if !answer.body["errors"].is_null() {
            limited = Some((attempt, answer));
            break;
        }
    }
    let (attempt, answer) = limited.expect("a limit");
    assert!(attempt >= 10, "after {attempt} attempts");
    assert_eq!(answer.error_code(), "RATE_LIMITED");
    // It is the same limit.
    let answer = log_in(server, "alice", PASSWORD).await;
    assert_eq!(answer.error_code(), "RATE_LIMITED");
}

async fn no_login_with_the_old_password_slips_through(server: &mut Server) {
    let alice = server.register("alice").await;
    let logins = (0..6).map(|_| log_in(server, "alice", PASSWORD));
    let logins = futures_util::future::join_all(logins);
    let (changed, logins) = tokio::join!(change_password(&alice, PASSWORD, NEW), logins);
    changed.success::<Value>("changePassword", "");
    for login in logins {
        let token: Option<String> = login.get("/login/accessToken");
        let Some(token) = token else { continue };
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let document = "{ viewer { user { username } } }";
        let answer = server.ask_with(&headers, document, json!({})).await;
        assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    }
    assert_eq!(sessions(&alice).await.len(), 1);
}

async fn a_username_can_be_changed(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let room = alice.create_channel("tea").await;
    bob.join(&room).await;
    bob.send(&room, "@alice").await;
    let renamed = rename(&alice, " Queen.Alice ").await;
    assert_eq!(
        renamed.success::<Value>("changeUsername", "user"),
        json!({ "username": "queen.alice", "displayName": "alice" })
    );
    assert_eq!(alice.whoami().await.as_deref(), Some("queen.alice"));
    let old = log_in(server, "alice", PASSWORD).await.refusal("login");
    assert_eq!(old.code, "UNAUTHENTICATED");
    let new = log_in(server, "QUEEN.ALICE", PASSWORD).await;
    new.success::<String>("login", "accessToken");
    // Who was mentioned stays mentioned, and is by the new name.
    bob.send(&room, "@queen.alice").await;
    let unread = alice.ask("{ viewer { unread { mentions } } }", json!({}));
    assert_eq!(unread.await.get::<i64>("/viewer/unread/mentions"), 2);

    for (name, code) in [("bob", "CONFLICT"), ("a", "INVALID"), ("al ice", "INVALID")] {
        let refusal = rename(&alice, name).await.refusal("changeUsername");
        let got = (refusal.code.as_str(), refusal.field);
        assert_eq!(got, (code, at("username")), "{name}");
    }
}

async fn a_former_username_is_nobody_elses(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    rename(&alice, "queen")
        .await
        .success::<Value>("changeUsername", "user");
    let refusal = rename(&bob, "Alice").await.refusal("changeUsername");
    assert_eq!(
        (refusal.code.as_str(), refusal.field),
        ("CONFLICT", at("username"))
    );
    let document = "mutation ($input: RegisterInput!) {
        register(input: $input) { accessToken userErrors { code message field } }
    }";
    let input = json!({ "username": "alice", "password": PASSWORD });
    let refusal = server.ask(document, json!({ "input": input })).await;
    let refusal = refusal.refusal("register");
    assert_eq!(
        (refusal.code.as_str(), refusal.field),
        ("CONFLICT", at("username"))
    );
    // She can go back, and has had two names then.
    for name in ["alice", "queen", "alice"] {
        rename(&alice, name)
            .await
            .success::<Value>("changeUsername", "user");
    }
    for number in 3..=10 {
        let renamed = rename(&alice, &format!("alice{number}")).await;
        renamed.success::<Value>("changeUsername", "user");
    }
    let last = rename(&alice, "alice11").await;
    last.success::<Value>("changeUsername", "user");
    let refusal = rename(&alice, "alice12").await.refusal("changeUsername");
    assert_eq!(refusal.code, "FORBIDDEN");
    assert_eq!(alice.whoami().await.as_deref(), Some("alice11"));
}

async fn one_gets_a_name_that_somebody_gives_up_or_keeps(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let (given_up, taken) = tokio::join!(rename(&alice, "queen"), rename(&bob, "alice"));
    given_up.success::<Value>("changeUsername", "user");
    assert_eq!(taken.refusal("changeUsername").code, "CONFLICT");
}

async fn sessions_are_listed_and_ended(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let second = alice.log_in_again().await;
    let third = alice.log_in_again().await;
    let mut heard = third.listen(None, None).await;
    let listed = sessions(&second).await;
    let current: Vec<_> = listed.iter().map(|one| &one["current"]).collect();
    assert_eq!(listed[0]["id"], json!(third.session_id));
    assert_eq!(listed[0]["device"], "other");
    assert_eq!(current, [&json!(false), &json!(true), &json!(false)]);

    let refusal = revoke(&bob, &third.session_id)
        .await
        .refusal("revokeSession");
    assert_eq!(refusal.code, "NOT_FOUND");
    // Again is as good as once.
    for _ in 0..2 {
        let revoked = revoke(&alice, &third.session_id).await;
        revoked.success::<Value>("revokeSession", "");
    }
    assert_eq!(third.whoami().await, None);
    assert_eq!(heard.ended().await, Ended::Closed(4403));
    let both = sessions(&alice).await;
    assert_eq!(both.len(), 2);
    assert!(
        both.iter().all(|session| session["ip"] == "127.0.0.1"),
        "{both:?}"
    );

    let document = "mutation { revokeOtherSessions { userErrors { code message field } } }";
    let revoked = alice.ask(document, json!({})).await;
    revoked.success::<Value>("revokeOtherSessions", "");
    assert_eq!(second.whoami().await, None);
    assert_eq!(sessions(&alice).await.len(), 1);
    assert_eq!(bob.whoami().await.as_deref(), Some("bob"));
    revoke(&alice, &alice.session_id)
        .await
        .success::<Value>("revokeSession", "");
    assert_eq!(alice.whoami().await, None);
}

on_both_databases![
    another_password_ends_every_other_session,
    another_password_takes_the_current_one_and_a_good_one,
    no_login_with_the_old_password_slips_through,
    a_username_can_be_changed,
    a_former_username_is_nobody_elses,
    one_gets_a_name_that_somebody_gives_up_or_keeps,
    sessions_are_listed_and_ended,
];
