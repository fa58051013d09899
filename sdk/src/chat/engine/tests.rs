//! What a chat does when its store, or something of its own, fails. No server is needed for it.

use super::*;
use crate::chat::{Chat, ChatOptions};
use crate::live::Failure;
use crate::sync::views::{TimelineContent, TimelineItem};
use causerie_tests::within;
use imbl::Vector;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection as Database;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tokio_stream::StreamExt;

/// Signed in, and nobody answers.
async fn alice() -> Client {
    let client = Client::builder("http://127.0.0.1:1").build();
    let client = client.expect("a client");
    let session = json!({
        "id": "ses_1", "user_id": "usr_1", "username": "alice",
        "access_token": "a", "expires_at": "2999-01-01T00:00:00Z", "refresh_token": "r",
    });
    let session = serde_json::from_value(session).expect("a session");
    client.use_session(session).await.expect("taken");
    client
}

async fn chat(options: ChatOptions) -> Chat {
    alice().await.chat(options).await.expect("a chat")
}

/// The state when everything that was asked for before has been done.
async fn state(chat: &Chat) -> SyncState {
    // What fails is answered before the rest is done.
    for _ in 0..2 {
        let _ = chat.engine.ask(|_| Ok(())).await;
    }
    chat.state().borrow().clone()
}

fn bodies(lines: &Vector<TimelineItem>) -> Vec<&str> {
    let messages = lines.iter().filter_map(|line| match &line.content {
        TimelineContent::Message(message) => Some(message.body.as_str()),
        _ => None,
    });
    messages.collect()
}

/// Nothing can be put into the outbox until what this gives is run.
fn fill_up(path: &Path) -> impl FnOnce() {
    let path = path.to_owned();
    let change = move |script| {
        let database = Database::open(&path).expect("opened");
        database.execute_batch(script).expect("changed");
    };
    change("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END;");
    move || change("DROP TRIGGER full;")
}

#[tokio::test]
async fn a_store_that_fails_is_opened_again_and_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, away) = (folder.path().join("chat.db"), folder.path().join("away"));
    let chat = chat(ChatOptions::file(&path)).await;
    let timeline = chat.timeline(&"room_1".into()).await.expect("a timeline");
    let (mut lines, mut steps) = timeline.items().await.expect("lines");
    timeline.send("one", None).await.expect("kept");
    chat.start();
    assert_eq!(state(&chat).await, SyncState::Connecting);

    let make_room = fill_up(&path);
    fs::rename(&path, &away).expect("moved");
    fs::create_dir(&path).expect("a folder in its place");
    for _ in 0..2 {
        let refused = timeline.send("two", None).await;
        assert!(matches!(refused, Err(Error::Store { .. })), "{refused:?}");
        let waiting = state(&chat).await;
        assert!(
            matches!(waiting, SyncState::Waiting { .. }),
            "{waiting:?} without a connection"
        );
    }

    fs::remove_dir(&path).expect("removed");
    fs::rename(&away, &path).expect("moved back");
    make_room();
    chat.hurry();
    timeline.send("three", None).await.expect("kept");
    let shown = async {
        while bodies(&lines) != ["one", "three"] {
            let taken = steps.next().await.expect("the list lives");
            taken.into_iter().for_each(|step| step.apply(&mut lines));
        }
    };
    within("what is kept", shown).await;
}

#[tokio::test]
async fn after_a_failure_nothing_is_begun_that_is_not_wanted_any_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.db");
    let chat = chat(ChatOptions::file(&path)).await;
    let timeline = chat.timeline(&"room_1".into()).await.expect("a timeline");
    chat.start();
    let _make_room = fill_up(&path);
    let refused = timeline.send("one", None).await;
    assert!(matches!(refused, Err(Error::Store { .. })), "{refused:?}");
    let paused = state(&chat).await;
    assert!(matches!(paused, SyncState::Waiting { .. }), "{paused:?}");
    let wakes_at = chat.engine.ask(|core| Ok(core.wakes_at())).await;
    assert!(wakes_at.expect("answered").is_some());
    chat.stop();
    assert_eq!(state(&chat).await, SyncState::Stopped);
    let wakes_at = chat.engine.ask(|core| Ok(core.wakes_at())).await;
    assert_eq!(wakes_at, Ok(None));
}

#[tokio::test]
async fn what_cannot_be_read_disturbs_nobody_else() {
    let chat = chat(ChatOptions::memory()).await;
    chat.start();
    assert_eq!(state(&chat).await, SyncState::Connecting);
    let unread = chat
        .engine
        .ask(|_| -> store::Result<()> { Err(store::Error::Sqlite(rusqlite::Error::InvalidQuery)) });
    let unread = unread.await;
    assert!(matches!(unread, Err(Error::Store { .. })), "{unread:?}");
    assert_eq!(state(&chat).await, SyncState::Connecting);
}

#[tokio::test]
async fn a_panic_ends_the_chat_and_says_so() {
    let chat = chat(ChatOptions::memory()).await;
    let asked = chat
        .engine
        .ask(|_| -> store::Result<()> { panic!("a fault") });
    assert_eq!(asked.await, Err(Error::ChatEnded));
    let mut state = chat.state();
    let ended = state.wait_for(|state| *state == SyncState::Ended(Error::ChatEnded));
    within("the end", ended).await.expect("told");
    assert_eq!(chat.search("a", None, 1).await, Err(Error::ChatEnded));
}

#[test]
fn a_panic_in_a_call_is_an_answer_and_in_a_connection_its_end() {
    let (orders, inbox) = std::sync::mpsc::channel();
    let call = Answering(orders.clone(), 0, CallId::default());
    let connection = Inbox {
        orders,
        generation: 0,
    };
    let ended = std::thread::spawn(move || {
        let _held = (call, connection);
        panic!("a fault");
    });
    assert!(ended.join().is_err());
    let answer = inbox.try_recv().expect("the answer");
    assert!(matches!(
        answer,
        Order::Answered(0, _, Err(Error::Protocol { .. }))
    ));
    let end = inbox.try_recv().expect("the end");
    assert!(matches!(
        end,
        Order::Of(0, Input::Failed(Failure::Connection(_)), None)
    ));
}

#[tokio::test]
async fn being_in_step_once_is_kept_apart_from_what_the_app_wants() {
    let chat = chat(ChatOptions::memory()).await;
    let once = chat.engine.sync();
    assert_eq!(state(&chat).await, SyncState::Connecting);
    let again = chat.engine.sync();
    drop(once);
    assert_eq!(state(&chat).await, SyncState::Connecting, "for the other");
    drop(again);
    assert_eq!(state(&chat).await, SyncState::Stopped);

    let once = chat.engine.sync();
    chat.start();
    drop(once);
    assert_eq!(state(&chat).await, SyncState::Connecting, "for the app");
    let done = chat.sync_once(Duration::ZERO).await;
    assert_eq!(done, Ok(false));
    assert_eq!(state(&chat).await, SyncState::Connecting, "for the app");
    let once = chat.engine.sync();
    chat.stop();
    assert_eq!(state(&chat).await, SyncState::Connecting, "for the sync");
    drop(once);
    assert_eq!(state(&chat).await, SyncState::Stopped);
}

#[tokio::test]
async fn what_is_being_sent_has_the_servers_time() {
    let alice = alice().await;
    let years = SignedDuration::from_hours(24 * 366 * 100);
    alice.inner.http.is_ahead_by(years);
    let chat = alice.chat(ChatOptions::memory()).await.expect("a chat");
    let timeline = chat.timeline(&"room_1".into()).await.expect("a timeline");
    timeline.send("one", None).await.expect("kept");
    let (lines, _) = timeline.items().await.expect("lines");
    let sent_at = lines.iter().find_map(|line| match &line.content {
        TimelineContent::Message(message) => Some(message.at),
        _ => None,
    });
    let next_century: Timestamp = "2100-01-01T00:00:00Z".parse().expect("an instant");
    assert!(sent_at > Some(next_century), "{sent_at:?}");
}

#[tokio::test]
async fn a_file_is_one_chats_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.db");
    let alice = alice().await;
    let chat = alice.chat(ChatOptions::file(&path)).await.expect("a chat");
    let other = alice.chat(ChatOptions::file(&path)).await;
    assert_eq!(other.err(), Some(Error::FileInUse));
    let timeline = chat.timeline(&"room_1".into()).await.expect("a timeline");
    timeline.send("one", None).await.expect("kept");
    chat.close().await;
    let late = timeline.send("two", None).await;
    assert_eq!(late, Err(Error::ChatEnded));
    let ended = SyncState::Ended(Error::ChatEnded);
    assert_eq!(*chat.state().borrow(), ended);
    let again = alice.chat(ChatOptions::file(&path)).await.expect("a chat");
    let timeline = again.timeline(&"room_1".into()).await.expect("a timeline");
    let (lines, _) = timeline.items().await.expect("lines");
    assert_eq!(bodies(&lines), ["one"]);
}

#[tokio::test]
async fn what_nobody_wants_to_know_any_more_is_not_looked_for() {
    let chat = chat(ChatOptions::memory()).await;
    let (go_on, told) = std::sync::mpsc::channel();
    let busy = chat.engine.ask(move |_| {
        let _ = told.recv_timeout(Duration::from_secs(10));
        Ok(())
    });
    let (asked, was_asked) = oneshot::channel();
    let question = chat.engine.ask(move |_| {
        let _ = asked.send(());
        Ok(())
    });
    let given_up = async {
        let is_given_up = tokio::time::timeout(Duration::ZERO, question).await;
        assert!(is_given_up.is_err(), "it waits for its turn");
        go_on.send(()).expect("it waits");
    };
    let (busy, ()) = tokio::join!(busy, given_up);
    busy.expect("answered");
    assert_eq!(state(&chat).await, SyncState::Stopped);
    assert!(was_asked.await.is_err(), "it was not asked");
}

/// Whether something can be read in the files of a folder.
fn is_in(folder: &Path, what: &str) -> bool {
    let mut files = fs::read_dir(folder).expect("the folder");
    files.any(|file| {
        let content = fs::read(file.expect("a file").path()).expect("read");
        let mut places = content.windows(what.len());
        places.any(|place| place == what.as_bytes())
    })
}

#[tokio::test]
async fn what_is_erased_is_in_no_file_and_on_no_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.db");
    let chat = chat(ChatOptions::file(&path)).await;
    let timeline = chat.timeline(&"room_1".into()).await.expect("a timeline");
    chat.start();
    timeline.send("a secret", None).await.expect("kept");
    assert!(is_in(folder.path(), "a secret"));
    chat.erase().await.expect("erased");
    assert!(!is_in(folder.path(), "a secret"));
    assert_eq!(state(&chat).await, SyncState::Stopped);
    let (lines, _) = timeline.items().await.expect("lines");
    assert_eq!(bodies(&lines), [""; 0]);
    timeline.send("something else", None).await.expect("kept");
    assert!(is_in(folder.path(), "something else"));

    let refused = Chat::erase_file(&path).await;
    assert_eq!(refused, Err(Error::FileInUse));
    chat.close().await;
    Chat::erase_file(&path).await.expect("erased");
    assert!(!path.exists() && !is_in(folder.path(), "something else"));
    Chat::erase_file(&path).await.expect("nothing is there");
}

#[tokio::test]
async fn what_a_file_holds_of_somebody_else_is_gone_when_it_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.db");
    let location = Location::File {
        path: path.clone(),
        key: None,
    };
    let mut store = Store::open(&location).expect("a store");
    let written = store.write(|rows| {
        rows.set_viewer(&"usr_2".into())?;
        rows.set_cursor(&Cursor::from("another's cursor"))
    });
    written.expect("written");
    drop(store);
    let _chat = chat(ChatOptions::file(&path)).await;
    assert!(!is_in(folder.path(), "another's cursor"));
}
