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
        id: OperationId,
        payload: Box<RawValue>,
    },
    Complete {
        id: OperationId,
    },
    Ping,
    Pong,
}

/// Tells the operations of one connection apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OperationId(pub(crate) String);

#[derive(Debug, Serialize)]
pub(crate) struct InitPayload {
    pub(crate) authorization: String,
}

/// What the server says; of the payloads only those that are used.
#[derive(Debug)]
pub(crate) enum ServerFrame {
    Acknowledged,
    Next {
        id: OperationId,
        payload: Box<RawValue>,
    },
    Error {
        id: OperationId,
        errors: Vec<GraphQlError>,
    },
    Complete {
        id: OperationId,
    },
    Ping,
    Pong,
    /// A kind of frame that a newer server knows; there is nothing to do about it.
    Other,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    id: Option<OperationId>,
    payload: Option<Box<RawValue>>,
}

impl ServerFrame {
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let envelope: Envelope = serde_json::from_str(text)?;
        let missing = <serde_json::Error as serde::de::Error>::missing_field;
        let id = || envelope.id.ok_or_else(|| missing("id"));
        let payload = || envelope.payload.ok_or_else(|| missing("payload"));
        Ok(match envelope.kind.as_str() {
            "connection_ack" => Self::Acknowledged,
            "next" => Self::Next {
                id: id()?,
                payload: payload()?,
            },
            "error" => Self::Error {
                id: id()?,
                errors: serde_json::from_str(payload()?.get())?,
            },
            "complete" => Self::Complete { id: id()? },
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            _ => Self::Other,
        })
    }
}
