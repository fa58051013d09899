//! What people hear: their sockets and subscriptions.

use serde_json::{Value, json};

use crate::{Listener, Person, Room, Socket, Subscription};

impl Person {
    /// Where the log stands now.
    pub async fn cursor(&self) -> String {
        self.ask("{ viewer { cursor } }", json!({}))
            .await
            .get("/viewer/cursor")
    }

    /// Hears the messages of `room`, or of all rooms, from `after` on, or from now on.
    pub async fn listen(&self, room: Option<&Room>, after: Option<&str>) -> Listener {
        // From a cursor, so that it does not matter when the server gets to the subscription.
        let now = match after {
            Some(after) => after.to_owned(),
            None => self.cursor().await,
        };
        let socket = self.socket().await.acknowledged().await;
        Listener::start(socket, room.map(|room| room.id.as_str()), Some(&now)).await
    }

    /// Subscribes to a room by its id, without a cursor.
    pub async fn listen_from_now(&self, room_id: Option<&str>) -> Listener {
        let socket = self.socket().await.acknowledged().await;
        Listener::start(socket, room_id, None).await
    }

    /// Follows a root field, with its arguments and selection as GraphQL.
    pub async fn follow(&self, field: &str, rest: &str) -> Subscription {
        Subscription::start(self.socket().await.acknowledged().await, field, rest).await
    }

    /// Follows the root field of a document, as clients do who keep documents and change variables.
    pub async fn follow_document(
        &self,
        field: &str,
        document: &str,
        variables: Value,
    ) -> Subscription {
        let payload = json!({ "query": document, "variables": variables });
        let socket = self.socket().await.acknowledged().await;
        Subscription::start_document(socket, field, payload).await
    }

    /// A socket that has said who it is; the answer is the caller's to read.
    pub async fn socket(&self) -> Socket {
        Socket::open(&self.url, Some(&self.bearer())).await
    }

    /// The same over a connection that holds little which is not read.
    pub async fn narrow_socket(&self) -> Socket {
        Socket::open_narrow(&self.url, Some(&self.bearer())).await
    }
}
