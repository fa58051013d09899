//! People who use the server, each signed in on one device.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::ask;
use crate::{Answer, Server};

/// Everybody's password here.
pub const PASSWORD: &str = "correct horse battery";

const AUTH_PAYLOAD: &str = "
    session { id device }
    viewer { user { id username } }
    accessToken accessTokenExpiresAt refreshToken
    userErrors { code message field }";

/// What a login gives a native client.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

/// Somebody signed in on one device. The plain verbs (`send`, `join`) must succeed; the `try_`
/// ones give the whole answer.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub username: String,
    pub session_id: String,
    pub tokens: Tokens,
    pub(crate) url: String,
    http: reqwest::Client,
}

impl Person {
    pub(crate) async fn register(http: &reqwest::Client, url: &str, username: &str) -> Self {
        let document = format!(
            "mutation ($input: RegisterInput!) {{ register(input: $input) {{ {AUTH_PAYLOAD} }} }}"
        );
        let input = json!({ "username": username, "password": PASSWORD, "device": "test" });
        let answer = ask(http, url, &[], &document, json!({ "input": input })).await;
        Self::signed_in(http, url, &answer, "register")
    }

    /// The same login, used with another server.
    pub fn at(&self, server: &Server) -> Self {
        Self {
            url: server.url.clone(),
            ..self.clone()
        }
    }

    /// Signs in on one more device.
    pub async fn log_in_again(&self) -> Self {
        Self::log_in(&self.http, &self.url, &self.username, PASSWORD).await
    }

    pub(crate) async fn log_in(
        http: &reqwest::Client,
        url: &str,
        username: &str,
        password: &str,
    ) -> Self {
        let document = format!(
            "mutation ($input: LoginInput!) {{ login(input: $input) {{ {AUTH_PAYLOAD} }} }}"
        );
        let input = json!({ "username": username, "password": password, "device": "other" });
        let answer = ask(http, url, &[], &document, json!({ "input": input })).await;
        Self::signed_in(http, url, &answer, "login")
    }

    fn signed_in(http: &reqwest::Client, url: &str, answer: &Answer, mutation: &str) -> Self {
        Self {
            id: answer.success(mutation, "viewer/user/id"),
            username: answer.success(mutation, "viewer/user/username"),
            session_id: answer.success(mutation, "session/id"),
            tokens: answer.success(mutation, ""),
            url: url.into(),
            http: http.clone(),
        }
    }

    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.tokens.access_token)
    }

    /// Asks as this person.
    pub async fn ask(&self, document: &str, variables: Value) -> Answer {
        let bearer = self.bearer();
        let headers = [("authorization", bearer.as_str())];
        ask(&self.http, &self.url, &headers, document, variables).await
    }

    /// Asks for a mutation whose one argument is `input`; `fields` is what to select besides the
    /// user errors.
    pub async fn mutate(&self, mutation: &str, fields: &str, input: Value) -> Answer {
        let (first, rest) = mutation.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let document = format!(
            "mutation ($input: {input_type}!) {{
                {mutation}(input: $input) {{ {fields} userErrors {{ code message field }} }}
            }}"
        );
        self.ask(&document, json!({ "input": input })).await
    }

    /// Does what must succeed, of which nothing else is to be known.
    pub async fn done(&self, mutation: &str, input: Value) {
        let answer = self.mutate(mutation, "", input).await;
        answer.success::<Value>(mutation, "userErrors");
    }

    /// Asks for new tokens with a refresh token.
    pub async fn try_refresh(&self, refresh_token: &str, attempt_id: Option<&str>) -> Answer {
        let document = format!(
            "mutation ($input: RefreshSessionInput!) {{ refreshSession(input: $input) {{ {AUTH_PAYLOAD} }} }}"
        );
        let input = json!({ "refreshToken": refresh_token, "attemptId": attempt_id });
        ask(
            &self.http,
            &self.url,
            &[],
            &document,
            json!({ "input": input }),
        )
        .await
    }

    /// New tokens for `refresh_token`, which must be good.
    pub async fn refresh(&self, refresh_token: &str) -> Tokens {
        let answer = self.try_refresh(refresh_token, None).await;
        answer.success("refreshSession", "")
    }

    pub async fn log_out(&self) {
        let document = "mutation { logout { userErrors { code message field } } }";
        let answer = self.ask(document, json!({})).await;
        answer.success::<Value>("logout", "userErrors");
    }

    /// The name the server knows the bearer of this access token by; `None` for nobody.
    pub async fn whoami(&self) -> Option<String> {
        let answer = self
            .ask("{ viewer { user { username } } }", json!({}))
            .await;
        if answer.body["errors"].is_null() {
            return Some(answer.get("/viewer/user/username"));
        }
        assert_eq!(answer.error_code(), "UNAUTHENTICATED");
        None
    }
}
