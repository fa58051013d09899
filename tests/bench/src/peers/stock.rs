//! Subscriptions of `async-graphql-axum` as its documentation shows them, fed by a broadcast channel a
//! room.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{
    Context, EmptyMutation, ID, Interface, Object, Schema, SimpleObject, Subscription,
};
use async_graphql_axum::GraphQLSubscription;
use axum::Router;
use futures_util::{Stream, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

use crate::machine::timestamp;
use crate::servers::message::BODY;

/// Events that may wait for a subscriber: more than are ever under way.
const CAPACITY: usize = 256;

#[derive(Clone, SimpleObject)]
struct User {
    id: ID,
    display_name: String,
}

#[derive(Clone, SimpleObject)]
struct Message {
    id: ID,
    seq: i32,
    body: String,
    sent_at: String,
    author: User,
}

#[derive(Clone, SimpleObject)]
struct Room {
    id: ID,
}

#[derive(Clone, SimpleObject)]
struct MessageSent {
    cursor: String,
    message: Message,
    room: Room,
}

#[derive(Clone, Interface)]
#[graphql(field(name = "cursor", ty = "&String"))]
enum Event {
    MessageSent(MessageSent),
}

struct Query;

#[Object]
impl Query {
    async fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }
}

#[derive(Clone, Default)]
struct Rooms(Arc<Mutex<HashMap<String, broadcast::Sender<Event>>>>);

impl Rooms {
    fn channel(&self, room: &str) -> broadcast::Sender<Event> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = rooms.entry(room.to_owned());
        channel
            .or_insert_with(|| broadcast::channel(CAPACITY).0)
            .clone()
    }
}

struct Subscription;

#[Subscription]
impl Subscription {
    async fn messages(
        &self,
        ctx: &Context<'_>,
        room_id: Option<ID>,
    ) -> async_graphql::Result<impl Stream<Item = Event> + use<>> {
        let room = room_id.unwrap_or_default();
        let events = ctx.data::<Rooms>()?.channel(&room).subscribe();
        Ok(BroadcastStream::new(events).filter_map(|event| async { event.ok() }))
    }
}

/// Serves for ever.
pub async fn serve() -> io::Result<()> {
    let rooms = Rooms::default();
    let schema = Schema::build(Query, EmptyMutation, Subscription);
    let schema = schema.data(rooms.clone()).finish();
    let (subscribers, mut control) = super::listen().await?;
    let router = Router::new().route_service("/graphql", GraphQLSubscription::new(schema));
    tokio::spawn(async move { axum::serve(subscribers, router).await });
    let mut seq = 0;
    loop {
        let room = control.read_u16().await?;
        seq += 1;
        // An error says that nobody listens.
        let _ = rooms
            .channel(&format!("room-{room}"))
            .send(event(room, seq));
    }
}

fn event(room: u16, seq: i32) -> Event {
    Event::MessageSent(MessageSent {
        cursor: format!("bG9nO{seq:07}"),
        message: Message {
            id: format!("msg_{seq:026}").into(),
            seq,
            body: BODY.into(),
            sent_at: timestamp(),
            author: User {
                id: format!("usr_{:026}", 1).into(),
                display_name: "person-1".into(),
            },
        },
        room: Room {
            id: format!("room_{room:026}").into(),
        },
    })
}
