//! The words of graphql-transport-ws, and its close codes.
//!
//! <https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md>

use std::borrow::Cow;

use async_graphql::{Response, ServerError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::{answer::Body, operation::Parameters};

/// The only subprotocol that is spoken.
pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// The longest operation id that is taken, in bytes.
const LONGEST_ID: usize = 256;
/// A close frame carries at most 125 bytes, two of which are the code.
const LONGEST_REASON: usize = 123;

/// Why the server closes a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Close {
    /// The close code.
    pub(super) code: u16,
    /// For people; at most 123 bytes.
    pub(super) reason: Cow<'static, str>,
}

impl Close {
    const fn because(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    /// A frame is not one of RFC 6455.
    pub(super) const PROTOCOL: Self = Self::because(1002, "Protocol error");
    /// A message is not UTF-8.
    pub(super) const NOT_UTF8: Self = Self::because(1007, "Message is not UTF-8");
    /// A message is longer than allowed.
    pub(super) const TOO_BIG: Self = Self::because(1009, "Message too big");
    /// The server is going; connect again.
    pub(super) const RESTART: Self = Self::because(1012, "Service restart");
    /// Logins cannot be checked now; connect again later.
    pub(super) const TRY_AGAIN: Self =
        Self::because(1013, "Logins cannot be checked at the moment");
    /// The user has too many sockets; connect again when some are closed.
    pub(super) const TOO_MANY_SOCKETS: Self =
        Self::because(1013, "Too many sockets for this account");
    /// An operation came before `connection_ack`.
    pub(super) const UNAUTHORIZED: Self = Self::because(4401, "Unauthorized");
    /// The login is no good. Stock clients may come back with another one, unlike after 4401.
    pub(super) const FORBIDDEN: Self = Self::because(4403, "Forbidden");
    /// The login was good until now.
    pub(super) const SESSION_ENDED: Self = Self::because(4403, "The session has ended");
    /// `connection_init` did not come in time.
    pub(super) const INIT_TIMEOUT: Self = Self::because(4408, "Connection initialisation timeout");
    /// `connection_init` came twice.
    pub(super) const TOO_MANY_INITS: Self = Self::because(4429, "Too many initialisation requests");

    /// The client does not keep to the protocol.
    pub(super) fn bad_request(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: 4400,
            reason: shorten(reason.into()),
        }
    }

    /// An operation of that id is under way.
    pub(super) fn duplicate(id: &str) -> Self {
        let id: String = id.chars().take(40).collect();
        Self {
            code: 4409,
            reason: shorten(format!("Subscriber for {id} already exists").into()),
        }
    }
}

fn shorten(reason: Cow<'static, str>) -> Cow<'static, str> {
    if reason.len() <= LONGEST_REASON {
        return reason;
    }
    let end = reason.floor_char_boundary(LONGEST_REASON);
    reason[..end].to_owned().into()
}

/// What a client says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// `connection_init`, with its payload.
    Init(Option<Map<String, Value>>),
    /// `ping`, with its payload.
    Ping(Option<Value>),
    /// `pong`.
    Pong,
    /// `subscribe`, whatever the kind of the operation.
    Subscribe(String, Box<Parameters>),
    /// `complete`.
    Complete(String),
}

impl Said {
    /// Reads a message.
    ///
    /// # Errors
    /// How to close the socket.
    pub(super) fn parse(text: &str) -> Result<Self, Close> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err(Close::bad_request("Messages are JSON objects"));
        };
        let kind = match message.remove("type") {
            Some(Value::String(kind)) => kind,
            _ => return Err(Close::bad_request("Message without a type")),
        };
        let payload = message
            .remove("payload")
            .filter(|payload| !payload.is_null());
        match kind.as_str() {
            "connection_init" => Ok(Self::Init(map(payload, "connection_init")?)),
            "ping" => Ok(Self::Ping(map(payload, "ping")?.map(Value::Object))),
            "pong" => map(payload, "pong").map(|_| Self::Pong),
            "complete" => take_id(&mut message).map(Self::Complete),
            "subscribe" => {
                let id = take_id(&mut message)?;
                let payload = payload.unwrap_or(Value::Null);
                let parameters = Parameters::from_json(payload).map_err(Close::bad_request)?;
                Ok(Self::Subscribe(id, Box::new(parameters)))
            }
            _ => Err(Close::bad_request("Unknown or unexpected message type")),
        }
    }
}

fn map(payload: Option<Value>, of: &str) -> Result<Option<Map<String, Value>>, Close> {
    match payload {
        None => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(Close::bad_request(format!(
            "The payload of {of} is not an object"
        ))),
    }
}

fn take_id(message: &mut Map<String, Value>) -> Result<String, Close> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= LONGEST_ID => Ok(id),
        Some(Value::String(_)) => Err(Close::bad_request("An id has between 1 and 256 bytes")),
        _ => Err(Close::bad_request("Message without an id")),
    }
}

#[derive(Serialize)]
struct Message<'a, P> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<P>,
}

fn message<P: Serialize>(id: Option<&str>, r#type: &'static str, payload: Option<P>) -> String {
    let message = Message {
        id,
        r#type,
        payload,
    };
    // Values always serialise: their keys are strings.
    serde_json::to_string(&message).unwrap_or_default()
}

/// `connection_ack`
pub(super) const fn ack() -> &'static str {
    r#"{"type":"connection_ack"}"#
}

/// `pong`, with the payload of the ping.
pub(super) fn pong(payload: Option<Value>) -> String {
    message(None, "pong", payload)
}

/// `next`
pub(super) fn next(id: &str, response: &Response) -> String {
    message(Some(id), "next", Some(Body::of(response)))
}

/// `next`, up to its payload. What is left is the payload and a closing brace.
pub(super) fn head_of_next(id: &str) -> String {
    let id = serde_json::Value::from(id);
    format!(r#"{{"id":{id},"type":"next","payload":"#)
}

/// `error`, which also ends the operation.
pub(super) fn error(id: &str, errors: &[ServerError]) -> String {
    message(Some(id), "error", Some(errors))
}

/// `complete`
pub(super) fn complete(id: &str) -> String {
    message::<()>(Some(id), "complete", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        let read = |text| Said::parse(text).expect("a message");
        assert_eq!(read(r#"{"type":"connection_init"}"#), Said::Init(None));
        assert_eq!(
            read(r#"{"type":"connection_init","payload":null}"#),
            Said::Init(None)
        );
        assert_eq!(
            read(r#"{"type":"ping","payload":{}}"#),
            Said::Ping(Some(Value::Object(Map::new())))
        );
        assert_eq!(read(r#"{"type":"pong"}"#), Said::Pong);
        assert_eq!(
            read(r#"{"type":"complete","id":"1"}"#),
            Said::Complete("1".into())
        );
        let subscribe = read(r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }"}}"#);
        assert!(matches!(subscribe, Said::Subscribe(id, _) if id == "1"));
    }

    #[test]
    fn malformed_messages_close_the_socket() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"ping","payload":1}"#,
            r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}"#,
            r#"{"type":"complete"}"#,
        ] {
            let close = Said::parse(text).expect_err("malformed");
            assert_eq!(close.code, 4400, "{text}");
            assert!(!close.reason.is_empty() && close.reason.len() <= LONGEST_REASON);
        }
    }

    #[test]
    fn reasons_fit_into_a_close_frame() {
        let close = Close::duplicate(&"🏊".repeat(100));
        assert_eq!(close.code, 4409);
        assert!(
            close.reason.len() <= LONGEST_REASON,
            "{}",
            close.reason.len()
        );
        assert!(Close::bad_request("é".repeat(200)).reason.len() <= LONGEST_REASON);
    }
}
