//! The SDK against the real server, over SQLite and over PostgreSQL.

mod accounts;
mod away;
mod chat;
mod devices;
mod live;
mod members;
mod messages;
mod moderation;
mod people;
mod pins;
mod presence;
mod rooms;
mod scheduling;
mod sessions;
mod simulation;
mod stores;
mod threads;
mod tls;
mod wire;

use causerie_sdk::{
    Client, Error, LiveItem, Message, MessageStream, Room, Timestamp, User, UserId,
};
use causerie_tests::{PASSWORD, Server, within};
use std::time::Duration;
use tokio_stream::StreamExt;

/// A client of this server, with nobody signed in.
fn client(url: &str) -> Client {
    Client::builder(url).build().expect("a client")
}

/// A client of somebody who has just signed up.
async fn signed_up(url: &str, username: &str) -> Client {
    let client = client(url);
    client
        .sign_up(username, PASSWORD, None)
        .await
        .expect("signed up");
    client
}

/// Who is signed in.
fn id_of(client: &Client) -> UserId {
    client.session().expect("a session").user_id().clone()
}

fn usernames<'a>(users: impl IntoIterator<Item = &'a User>) -> Vec<&'a str> {
    users
        .into_iter()
        .map(|user| user.username.as_str())
        .collect()
}

fn from_now(seconds: u64) -> Timestamp {
    let text = causerie_tests::from_now(Duration::from_secs(seconds));
    text.parse().expect("a time")
}

/// Two people in one channel.
async fn two_in_a_channel(server: &Server) -> (Client, Client, Room) {
    let (alice, bob) = (
        signed_up(&server.url, "alice").await,
        signed_up(&server.url, "bob").await,
    );
    let new = causerie_sdk::NewRoom::channel("general");
    let room = alice.create_room(new).await.expect("a channel");
    bob.join_channel("general").await.expect("joined");
    (alice, bob, room)
}

/// The next message of a stream, past what it says of its connection.
async fn next_message(stream: &mut MessageStream) -> Result<Message, Error> {
    let message = async {
        loop {
            match stream.next().await.expect("a stream ends with an error") {
                Ok(LiveItem::Message { message, .. }) => return Ok(*message),
                Ok(LiveItem::Connection(_)) => {}
                Err(error) => return Err(error),
            }
        }
    };
    within("a live message", message).await
}

/// The bodies of the next `count` messages of a stream.
async fn next_bodies(stream: &mut MessageStream, count: usize) -> Vec<String> {
    let mut bodies = Vec::new();
    while bodies.len() < count {
        bodies.push(next_message(stream).await.expect("a message").body);
    }
    bodies
}

/// Reads until the connection stands.
async fn until_connected(stream: &mut MessageStream) {
    use causerie_sdk::ConnectionState::Connected;
    let connected =
        async { while stream.next().await != Some(Ok(LiveItem::Connection(Connected))) {} };
    within("the connection", connected).await;
}
