//! Putting a question to the server, and reading its answer as one word.

use causerie_tests::Socket;
use serde_json::{Value, json};

use super::callers::Caller;
use super::world::World;

/// What came back.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    /// `ok`, `nothing`, or a code.
    pub word: String,
    /// All that the caller could see of it.
    pub seen: Value,
}

impl Verdict {
    fn of(data: Option<&Value>, seen: Value) -> Self {
        let code = data.and_then(|data| data.pointer("/userErrors/0/code"));
        let word = match code.and_then(Value::as_str) {
            Some(code) => code,
            None if data
                .is_none_or(|data| data.get("userErrors").is_none() && is_nothing(data)) =>
            {
                "nothing"
            }
            None => "ok",
        };
        Self {
            word: word.to_owned(),
            seen,
        }
    }

    fn refused(errors: Value) -> Self {
        let code = &errors[0]["extensions"]["code"];
        Self {
            word: code.as_str().unwrap_or("no code").to_owned(),
            seen: errors,
        }
    }

    fn closed(code: u16) -> Self {
        Self {
            word: match code {
                4401 | 4403 => "UNAUTHENTICATED".to_owned(),
                other => format!("closed with {other}"),
            },
            seen: json!(code),
        }
    }

    /// Whether it looks as if there were nothing at all to ask about.
    pub fn is_blank(&self) -> bool {
        match self.word.as_str() {
            "UNAUTHENTICATED" | "NOT_FOUND" => true,
            "nothing" => {
                let root = self.seen["data"]
                    .as_object()
                    .and_then(|data| data.values().next());
                root.is_none_or(|root| root.is_null() || *root == json!([null]))
            }
            _ => false,
        }
    }
}

/// Whether a value tells nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text == "OFFLINE",
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(fields) => fields.values().all(is_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

pub async fn ask(world: &World<'_>, caller: Caller, document: &str, pointer: &str) -> Verdict {
    let bearer = world.bearer(caller);
    if document.starts_with("subscription") {
        return follow(world, bearer.as_deref(), document, pointer).await;
    }
    let headers: Vec<(&str, &str)> = bearer
        .iter()
        .map(|it| ("authorization", it.as_str()))
        .collect();
    let mut body = world
        .server
        .ask_with(&headers, document, json!({}))
        .await
        .body;
    match body["errors"].take() {
        Value::Null => Verdict::of(body["data"].clone().pointer(pointer), body),
        errors => Verdict::refused(errors),
    }
}

async fn follow(world: &World<'_>, bearer: Option<&str>, document: &str, pointer: &str) -> Verdict {
    let mut socket = world.server.socket(bearer).await;
    if let Err(code) = socket.read().await {
        return Verdict::closed(code);
    }
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": document } });
    socket.write(&subscribe).await;
    if pointer == "/presence" {
        return told_of_presence(world, &mut socket).await;
    }
    match read(&mut socket).await {
        Ok(data) => Verdict::of(data.pointer(pointer), data.clone()),
        Err(verdict) => verdict,
    }
}

/// Whether the subscription tells of anyone but the usher, of whom everyone hears.
async fn told_of_presence(world: &World<'_>, socket: &mut Socket) -> Verdict {
    let usher = json!(world.usher.id);
    let mut first = None;
    loop {
        let heard = match read(socket).await {
            Ok(data) => data["presence"].clone(),
            Err(verdict) => return verdict,
        };
        if heard["user"]["id"] != usher {
            return Verdict::of(Some(&heard), heard.clone());
        }
        // What was so at the beginning comes before what changes afterwards.
        let state = heard["presence"]["state"].clone();
        match &first {
            Some(first) if *first != state => return Verdict::of(None, Value::Null),
            Some(_) => {}
            None => {
                let other = if state == "AWAY" { "ONLINE" } else { "AWAY" };
                let input = json!({ "state": other });
                world.usher.mutate("setPresence", "", input).await;
                first = Some(state);
            }
        }
    }
}

async fn read(socket: &mut Socket) -> Result<Value, Verdict> {
    let mut message = socket.read().await.map_err(Verdict::closed)?;
    let mut payload = message["payload"].take();
    match message["type"].as_str() {
        Some("next") if payload["errors"].is_null() => Ok(payload["data"].take()),
        Some("next") => Err(Verdict::refused(payload["errors"].take())),
        Some("error") => Err(Verdict::refused(payload)),
        _ => panic!("unexpected: {message:#}"),
    }
}
