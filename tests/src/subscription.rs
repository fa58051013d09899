//! Somebody following any subscription.

use serde_json::{Value, json};

use crate::{Ended, Socket};

/// A socket with one subscription on it.
pub struct Subscription {
    socket: Socket,
    field: String,
}

impl Subscription {
    /// Subscribes on an acknowledged socket to one root field, with the arguments and selection
    /// given as GraphQL: `typing`, `(roomId: "…") { users { id } }`.
    pub(crate) async fn start(socket: Socket, field: &str, rest: &str) -> Self {
        let query = format!("subscription {{ {field}{rest} }}");
        Self::start_document(socket, field, json!({ "query": query })).await
    }

    /// Subscribes with a document of one root field, and its variables.
    pub(crate) async fn start_document(mut socket: Socket, field: &str, payload: Value) -> Self {
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": payload });
        socket.write(&subscribe).await;
        Self {
            socket,
            field: field.to_owned(),
        }
    }

    /// What the field gives next, or how the subscription or its socket ended instead.
    pub async fn try_next(&mut self) -> Result<Value, Ended> {
        let message = self.socket.read().await.map_err(Ended::Closed)?;
        match message["type"].as_str() {
            Some("next") => {
                let errors = &message["payload"]["errors"];
                assert!(errors.is_null(), "{message:#}");
                Ok(message["payload"]["data"][&self.field].clone())
            }
            Some("error") => {
                let code = &message["payload"][0]["extensions"]["code"];
                Err(Ended::Refused(code.as_str().unwrap_or_default().into()))
            }
            Some("complete") => Err(Ended::Completed),
            _ => panic!("unexpected: {message:#}"),
        }
    }

    /// What the field gives next.
    pub async fn next(&mut self) -> Value {
        let next = self.try_next().await;
        next.unwrap_or_else(|ended| panic!("expected more, but {ended:?}"))
    }

    /// Reads on until something is as wanted, and gives that.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let next = self.next().await;
            if wanted(&next) {
                return next;
            }
        }
    }

    /// How it ends, whatever comes before.
    pub async fn heard_out(&mut self) -> Ended {
        loop {
            if let Err(ended) = self.try_next().await {
                return ended;
            }
        }
    }

    /// How it ends, when nothing but the end is to come.
    pub async fn ended(&mut self) -> Ended {
        match self.try_next().await {
            Err(ended) => ended,
            Ok(heard) => panic!("expected the end, but heard {heard:#}"),
        }
    }
}
