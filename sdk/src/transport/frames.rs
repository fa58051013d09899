//! The messages of the graphql-transport-ws protocol.

use super::http::GraphQlError;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What the client says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ClientFrame {
    ConnectionInit {
        payload: InitPayload,
    },
    Subscribe {
        id: &'static str,
        payload: Box<RawValue>,
    },
    Ping,
    Pong,
}

#[derive(Debug, Serialize)]
pub(crate) struct InitPayload {
    pub(crate) authorization: String,
}

/// What the server says; of the payloads only those that are used.
#[derive(Debug)]
pub(crate) enum ServerFrame {
    Acknowledged,
    Next {
        payload: Box<RawValue>,
    },
    Error {
        errors: Vec<GraphQlError>,
    },
    Complete,
    Ping,
    Pong,
    /// A kind of frame that a newer server knows; there is nothing to do about it.
    Other,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    payload: Option<Box<RawValue>>,
}

impl ServerFrame {
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let envelope: Envelope = serde_json::from_str(text)?;
        let missing = || <serde_json::Error as serde::de::Error>::missing_field("payload");
        Ok(match envelope.kind.as_str() {
            "connection_ack" => Self::Acknowledged,
            "next" => Self::Next {
                payload: envelope.payload.ok_or_else(missing)?,
            },
            "error" => {
                let payload = envelope.payload.ok_or_else(missing)?;
                Self::Error {
                    errors: serde_json::from_str(payload.get())?,
                }
            }
            "complete" => Self::Complete,
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            _ => Self::Other,
        })
    }
}
