//! What an app shows and does through a chat that is kept on the device.

use crate::wire::Wire;
use crate::{client, two_in_a_channel};
use causerie_sdk::{
    Chat, ChatOptions, Client, Error, History, MessageTarget, Room, RoomListItem, SendState,
    SyncState, Timeline, TimelineContent, TimelineItem, TimelineMessage, Unread, Watched,
};
use causerie_tests::{PASSWORD, Server, on_both_databases, within};
use imbl::Vector;
use std::time::Duration;
use tokio_stream::StreamExt;

/// What is on the screen.
pub struct Screen<T: Clone + 'static> {
    pub lines: Vector<T>,
    watched: Watched<T>,
}

impl<T: Clone + Send + Sync + 'static> Screen<T> {
    pub fn new((lines, steps): Watched<T>) -> Self {
        Self {
            lines: lines.clone(),
            watched: (lines, steps),
        }
    }

    /// Takes steps until it shows what is waited for.
    pub async fn until(&mut self, what: &str, is_shown: impl Fn(&Vector<T>) -> bool) {
        let shown = async {
            while !is_shown(&self.lines) {
                self.step().await;
            }
        };
        within(what, shown).await;
    }

    /// Waits for the next change.
    pub async fn step(&mut self) {
        let steps = self.watched.1.next().await.expect("the list lives");
        for step in steps {
            step.apply(&mut self.lines);
        }
    }
}

impl Screen<TimelineItem> {
    async fn of(timeline: &Timeline) -> Self {
        Self::new(timeline.items().await.expect("its lines"))
    }

    fn messages(&self) -> Vec<&TimelineMessage> {
        messages(&self.lines)
    }

    async fn until_sent(&mut self, bodies: &[&str]) {
        self.until(&format!("{bodies:?}"), |lines| {
            let shown = messages(lines);
            let all_sent = shown.iter().all(|message| message.state == SendState::Sent);
            all_sent
                && shown
                    .iter()
                    .map(|message| &*message.body)
                    .eq(bodies.iter().copied())
        })
        .await;
    }
}

fn messages(lines: &Vector<TimelineItem>) -> Vec<&TimelineMessage> {
    lines
        .iter()
        .filter_map(|line| match &line.content {
            TimelineContent::Message(message) => Some(&**message),
            _ => None,
        })
        .collect()
}

async fn started(client: &Client, options: ChatOptions) -> Chat {
    let chat = client.chat(options).await.expect("a chat");
    chat.start();
    chat
}

async fn until_live(chat: &Chat) {
    let mut state = chat.state();
    let live = state.wait_for(|state| *state == SyncState::Live);
    within("the chat to be live", live).await.expect("lives");
}

async fn bodies(client: &Client, room: &Room) -> Vec<String> {
    let page = client.history(&room.id, History::Newest, 100).await;
    let messages = page.expect("a page").messages;
    messages.into_iter().map(|message| message.body).collect()
}

async fn two_people_talk(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let (hers, his) = (
        started(&alice, ChatOptions::memory()).await,
        started(&bob, ChatOptions::memory()).await,
    );
    let (hers, his) = (
        hers.timeline(&room.id).await.expect("a timeline"),
        his.timeline(&room.id).await.expect("a timeline"),
    );
    let (mut she_sees, mut he_sees) = (Screen::of(&hers).await, Screen::of(&his).await);
    hers.send("ping", None).await.expect("kept");
    he_sees.until_sent(&["ping"]).await;
    let ping = he_sees.messages()[0].target.clone();
    his.react(ping.clone(), "👍", false).await.expect("kept");
    let MessageTarget::Sent(id) = ping else {
        panic!("it has an id");
    };
    his.send("pong", Some(id)).await.expect("kept");
    she_sees.until_sent(&["ping", "pong"]).await;
    she_sees
        .until("the reaction", |lines| {
            messages(lines)[0].reactions.len() == 1
        })
        .await;
    let shown = she_sees.messages();
    assert_eq!(shown[1].reply_to.as_ref().expect("a quote").body, "ping");
    assert!(shown[0].is_own && !shown[1].is_own);
    assert!(!shown[0].reactions[0].is_own, "his");

    hers.edit(shown[0].target.clone(), "ping!")
        .await
        .expect("kept");
    he_sees.until_sent(&["ping!", "pong"]).await;
    assert!(he_sees.messages()[0].is_edited);
    his.delete(he_sees.messages()[1].target.clone())
        .await
        .expect("kept");
    she_sees.until_sent(&["ping!", ""]).await;
    assert!(she_sees.messages()[1].is_deleted);
}

async fn what_is_written_in_a_tunnel_is_sent_once_after_it(server: &mut Server) {
    let (alice, _bob, room) = two_in_a_channel(server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("chat.db");
    let chat = started(&alice, ChatOptions::file(&file)).await;
    until_live(&chat).await;
    chat.stop();
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    for body in ["one", "two", "three"] {
        timeline.send(body, None).await.expect("kept");
    }
    let mut screen = Screen::of(&timeline).await;
    screen
        .until("all three", |lines| messages(lines).len() == 3)
        .await;
    let sending = |message: &&TimelineMessage| message.state == SendState::Sending;
    assert!(screen.messages().iter().all(sending), "{:?}", screen.lines);
    drop((timeline, screen, chat));

    let chat = alice.chat(ChatOptions::file(&file)).await.expect("a chat");
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    let mut screen = Screen::of(&timeline).await;
    assert_eq!(
        screen.messages().len(),
        3,
        "shown before there is a network"
    );
    assert!(bodies(&alice, &room).await.is_empty());
    assert!(
        chat.sync_once(Duration::from_secs(30))
            .await
            .expect("in step")
    );
    screen.until_sent(&["one", "two", "three"]).await;
    assert_eq!(bodies(&alice, &room).await, ["one", "two", "three"]);
}

async fn being_in_step_is_having_said_it(server: &mut Server) {
    let (alice, _bob, room) = two_in_a_channel(server).await;
    let chat = started(&alice, ChatOptions::memory()).await;
    until_live(&chat).await;
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    for count in 1..=20 {
        timeline.send("said", None).await.expect("kept");
        assert!(
            chat.sync_once(Duration::from_secs(30))
                .await
                .expect("in step")
        );
        assert_eq!(bodies(&alice, &room).await.len(), count);
    }
}

async fn history_comes_in_pages(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    for number in 1..=120 {
        alice
            .send(&room.id, &number.to_string())
            .await
            .expect("sent");
    }
    let chat = started(&bob, ChatOptions::memory()).await;
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    let mut screen = Screen::of(&timeline).await;
    let numbers = |lines: &Vector<TimelineItem>| -> Vec<u64> {
        messages(lines)
            .iter()
            .filter_map(|message| message.seq)
            .collect()
    };
    screen
        .until("a page", |lines| {
            numbers(lines) == (71..=120).collect::<Vec<_>>()
        })
        .await;
    timeline.load_older(60).await.expect("kept");
    screen
        .until("more", |lines| {
            numbers(lines) == (11..=120).collect::<Vec<_>>()
        })
        .await;
    timeline.load_older(60).await.expect("kept");
    screen
        .until("all", |lines| {
            numbers(lines) == (1..=120).collect::<Vec<_>>()
        })
        .await;
    assert_eq!(screen.lines[0].content, TimelineContent::Start);

    let page = bob
        .history(&room.id, History::Oldest, 30)
        .await
        .expect("a page");
    let fresh = started(&bob, ChatOptions::memory()).await;
    let around = fresh
        .timeline_at(&room.id, &page.messages[29].id)
        .await
        .expect("a timeline");
    let mut screen = Screen::of(&around).await;
    screen
        .until("what is around it", |lines| {
            numbers(lines) == (5..=55).collect::<Vec<_>>()
        })
        .await;
}

async fn the_list_of_rooms_follows(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let later = alice
        .create_room(causerie_sdk::NewRoom::channel("later"))
        .await;
    let later = later.expect("a channel");
    bob.join_room(&later.id).await.expect("joined");
    let chat = started(&bob, ChatOptions::memory()).await;
    let mut screen = Screen::new(chat.rooms().await.expect("a list"));
    let names = |rooms: &Vector<RoomListItem>| -> Vec<String> {
        rooms.iter().map(|room| room.name.clone()).collect()
    };
    screen.until("both rooms", |rooms| rooms.len() == 2).await;
    alice.send(&room.id, "hello @bob").await.expect("sent");
    screen
        .until("the room first, with what is unread", |rooms| {
            let unread = Unread {
                messages: 1,
                mentions: 1,
            };
            names(rooms) == ["general", "later"] && rooms[0].unread == unread
        })
        .await;
    let last = screen.lines[0].last_message.clone().expect("a message");
    assert_eq!(
        (last.body.as_str(), last.author.username.as_str()),
        ("hello @bob", "alice")
    );
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    timeline.mark_read(1).await.expect("kept");
    screen
        .until("nothing unread", |rooms| {
            rooms[0].unread == Unread::default()
        })
        .await;
    chat.save_draft(&room.id, "I was about", None)
        .await
        .expect("kept");
    screen
        .until("the draft", |rooms| {
            rooms[0].draft.as_deref() == Some("I was about")
        })
        .await;
    let elsewhere = client(&server.url);
    elsewhere.log_in("bob", PASSWORD).await.expect("logged in");
    let other = started(&elsewhere, ChatOptions::memory()).await;
    let mut other_screen = Screen::new(other.rooms().await.expect("a list"));
    other_screen
        .until("the draft at the other device", |rooms| {
            rooms
                .iter()
                .any(|room| room.draft.as_deref() == Some("I was about"))
        })
        .await;
    bob.leave_room(&later.id).await.expect("left");
    screen
        .until("one room less", |rooms| names(rooms) == ["general"])
        .await;
}

async fn what_a_broken_wire_holds_back_comes_later(server: &mut Server) {
    let (alice, _bob, room) = two_in_a_channel(server).await;
    let wire = Wire::to(&server.url).await;
    let bob = client(&wire.url);
    bob.log_in("bob", PASSWORD).await.expect("logged in");
    let chat = started(&bob, ChatOptions::memory()).await;
    until_live(&chat).await;
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    let mut screen = Screen::of(&timeline).await;
    alice.send(&room.id, "before").await.expect("sent");
    screen.until_sent(&["before"]).await;
    wire.sever();
    alice.send(&room.id, "meanwhile").await.expect("sent");
    timeline.send("mine", None).await.expect("kept");
    let sees_it =
        |lines: &Vector<TimelineItem>| messages(lines).iter().any(|message| message.body == "mine");
    screen
        .until("what was written without a wire", sees_it)
        .await;
    wire.mend();
    chat.hurry();
    screen.until_sent(&["before", "meanwhile", "mine"]).await;
    assert_eq!(bodies(&alice, &room).await, ["before", "meanwhile", "mine"]);
}

async fn a_thread_is_a_timeline_of_its_own(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let root = alice
        .send(&room.id, "What do you think?")
        .await
        .expect("sent");
    let chat = started(&bob, ChatOptions::memory()).await;
    let main = chat.timeline(&room.id).await.expect("a timeline");
    let mut main_screen = Screen::of(&main).await;
    main_screen.until_sent(&["What do you think?"]).await;
    let thread = chat.thread(&room.id, &root.id).await.expect("a thread");
    let mut screen = Screen::of(&thread).await;
    thread.send("A lot.", None).await.expect("kept");
    screen.until_sent(&["A lot."]).await;
    main_screen
        .until("the thread at its root", |lines| {
            let root = messages(lines)[0];
            root.thread
                .as_ref()
                .is_some_and(|thread| thread.reply_count == 1)
        })
        .await;
    assert_eq!(main_screen.messages().len(), 1, "{:?}", main_screen.lines);
}

async fn what_is_kept_is_found_by_its_words(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    for body in ["Crème brûlée for all", "nothing", "more \"creme\" please"] {
        alice.send(&room.id, body).await.expect("sent");
    }
    let chat = started(&bob, ChatOptions::memory()).await;
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    let mut screen = Screen::of(&timeline).await;
    screen
        .until("all", |lines| messages(lines).len() == 3)
        .await;
    let found = |words: &'static str| {
        let chat = chat.clone();
        async move {
            let found = chat.search(words, None, 10).await.expect("searched");
            found
                .into_iter()
                .map(|message| message.seq)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(found("creme").await, [3, 1]);
    assert_eq!(found("CREM all").await, [1]);
    assert_eq!(found("\" OR body:*").await, [0_u64; 0]);
    assert_eq!(found("   ").await, [0_u64; 0]);
}

async fn a_chat_is_its_persons_however_often_they_sign_in(server: &mut Server) {
    let (alice, _bob, room) = two_in_a_channel(server).await;
    let chat = started(&alice, ChatOptions::memory()).await;
    until_live(&chat).await;
    let timeline = chat.timeline(&room.id).await.expect("a timeline");
    let mut screen = Screen::of(&timeline).await;
    let session = alice.session().expect("a session");
    alice.use_session(session).await.expect("taken");
    alice.log_in("alice", PASSWORD).await.expect("logged in");
    timeline.send("still here", None).await.expect("kept");
    screen.until_sent(&["still here"]).await;
    chat.stop();
    chat.start();
    until_live(&chat).await;

    alice.log_out().await.expect("logged out");
    let mut state = chat.state();
    let ended = state.wait_for(|state| *state == SyncState::Ended(Error::SignedOut));
    within("the end", ended).await.expect("lives");
    timeline.send("on the way", None).await.expect("kept");
    alice.log_in("alice", PASSWORD).await.expect("logged in");
    let stopped = state.wait_for(|state| *state == SyncState::Stopped);
    within("the chat to be usable", stopped)
        .await
        .expect("lives");
    chat.start();
    screen.until_sent(&["still here", "on the way"]).await;
}

on_both_databases![
    two_people_talk,
    a_chat_is_its_persons_however_often_they_sign_in,
    what_is_written_in_a_tunnel_is_sent_once_after_it,
    being_in_step_is_having_said_it,
    history_comes_in_pages,
    the_list_of_rooms_follows,
    what_a_broken_wire_holds_back_comes_later,
    a_thread_is_a_timeline_of_its_own,
    what_is_kept_is_found_by_its_words,
];
