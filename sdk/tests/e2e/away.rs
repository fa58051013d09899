//! What an app finds that comes back after others have gone on without it.

use crate::chat::Screen;
use crate::stores::expired;
use crate::wire::Wire;
use crate::{client, id_of, signed_up};
use causerie_sdk::{Chat, ChatOptions, Client, Error, NewRoom, Page, RoomId, RoomListItem, Unread};
use causerie_tests::{Server, on_both_databases, within};
use futures_util::FutureExt;
use futures_util::future::{join_all, try_join_all};
use imbl::Vector;
use std::time::Duration;

/// More than the server tells of at once.
const ROOMS: usize = 120;
const PATIENCE: Duration = Duration::from_secs(30);

/// A room, as a list shows it.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    id: RoomId,
    name: String,
    newest: Option<String>,
    unread: Unread,
}

impl Line {
    fn of(room: &RoomListItem) -> Self {
        Self {
            id: room.id.clone(),
            name: room.name.clone(),
            newest: room.last_message.as_ref().map(|last| last.body.clone()),
            unread: room.unread,
        }
    }
}

/// What the server has.
async fn as_it_is(client: &Client) -> Vec<Line> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let page = client.rooms(100, after.as_deref()).await;
        let Page { items, next } = page.expect("a page");
        lines.extend(items.into_iter().map(|room| Line {
            id: room.id,
            name: room.name,
            newest: room.last_message.map(|last| last.body),
            unread: room.membership.expect("a member").unread,
        }));
        after = next;
        if after.is_none() {
            return lines;
        }
    }
}

async fn in_step(chat: &Chat) {
    assert_eq!(chat.sync_once(PATIENCE).await, Ok(true));
}

async fn say(client: &Client, rooms: &[RoomId], body: &str) {
    let sent = rooms.iter().map(|room| client.send(room, body));
    try_join_all(sent).await.expect("sent");
}

/// A refresh of the session and two pages of rooms. The socket, which tells what happened in them, is not waited for: it is held until
/// the list is right, and what it tells then leaves it so.
async fn a_day_away_costs_three_round_trips(server: &mut Server) {
    let (alice, bob) = (
        signed_up(&server.url, "alice").await,
        signed_up(&server.url, "bob").await,
    );
    let new = (0..ROOMS).map(|number| NewRoom::group(format!("{number}"), vec![id_of(&bob)]));
    let rooms = join_all(new.map(|new| alice.create_room(new))).await;
    let rooms: Vec<RoomId> = rooms
        .into_iter()
        .map(|room| room.expect("a group").id)
        .collect();
    say(&alice, &rooms, "yesterday").await;
    let folder = tempfile::tempdir().expect("a folder");
    let options = ChatOptions::file(folder.path().join("chat.db"));
    let chat = bob.chat(options.clone()).await.expect("a chat");
    in_step(&chat).await;
    chat.close().await;

    say(&alice, &rooms[10..], "today").await;
    say(&alice, &rooms[20..40], "for @bob").await;
    let truth = as_it_is(&bob).await;
    let is_true = |rooms: &Vector<RoomListItem>| {
        let shown: Vec<Line> = rooms.iter().map(Line::of).collect();
        shown == truth
    };

    let wire = Wire::to(&server.url).await;
    wire.hold_sockets(true);
    let again = client(&wire.url);
    let session = expired(&bob.session().expect("a session"));
    again.use_session(session).await.expect("taken");
    let chat = again.chat(options).await.expect("a chat");
    let mut screen = Screen::new(chat.rooms().await.expect("a list"));
    assert_eq!(screen.lines.len(), ROOMS, "what is kept is there at once");
    assert!(!is_true(&screen.lines));
    chat.start();
    screen.until("the list as it is", is_true).await;
    assert_eq!((wire.round_trips(), wire.connections()), (3, 1));

    wire.hold_sockets(false);
    within("the rest", in_step(&chat)).await;
    while screen.step().now_or_never().is_some() {
        assert!(is_true(&screen.lines), "{:?}", screen.lines);
    }
}

/// What somebody wrote is not lost with the room.
async fn what_was_written_in_a_room_that_is_gone_is_there(server: &mut Server) {
    let (alice, bob) = (
        signed_up(&server.url, "alice").await,
        signed_up(&server.url, "bob").await,
    );
    let new = NewRoom::group("plans", vec![id_of(&bob)]);
    let room = alice.create_room(new).await.expect("a group").id;
    let chat = bob.chat(ChatOptions::memory()).await.expect("a chat");
    in_step(&chat).await;
    let timeline = chat.timeline(&room).await.expect("a timeline");
    timeline.send("in a tunnel", None).await.expect("kept");
    let unsent = chat.unsent().await.expect("unsent");
    assert_eq!((unsent.len(), &unsent[0].error), (1, &None), "{unsent:?}");
    alice
        .remove_member(&room, &id_of(&bob))
        .await
        .expect("removed");
    in_step(&chat).await;
    assert!(chat.rooms().await.expect("a list").0.is_empty());
    let mut unsent = chat.unsent().await.expect("unsent");
    let lost = unsent.pop().expect("it is kept");
    assert_eq!((lost.room, &*lost.body), (room.clone(), "in a tunnel"));
    assert!(
        matches!(
            lost.error,
            Some(Error::Forbidden { .. } | Error::NotFound { .. })
        ),
        "{:?}",
        lost.error
    );

    alice.add_member(&room, &id_of(&bob)).await.expect("added");
    chat.retry(lost.entry).await.expect("kept");
    in_step(&chat).await;
    assert_eq!(chat.unsent().await, Ok(Vec::new()));
    let rooms = alice.rooms(1, None).await.expect("a page");
    let newest = rooms.items[0].last_message.clone().expect("a message");
    assert_eq!(newest.body, "in a tunnel");
}

on_both_databases![
    a_day_away_costs_three_round_trips,
    what_was_written_in_a_room_that_is_gone_is_there,
];
