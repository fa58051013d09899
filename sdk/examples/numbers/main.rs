//! What the SDK costs: starting from a full store, catching up, and being there.
//!
//! `make bench-sdk` runs it. It starts a real server (`CAUSERIE_BIN`) over SQLite, and prints; nothing here fails for being slow.

mod filling;
mod process;

use causerie_sdk::{Chat, ChatOptions, Client, NewRoom, RoomId, Session, SyncState};
use causerie_tests::{Backend, Database, PASSWORD, Server, Setup};
use filling::fill;
use futures_util::StreamExt;
use process::{cpu, resident_kilobytes};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

const ROOMS: usize = 200;
const MISSED: usize = 10_000;
const STARTS: usize = 21;
const LONG: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [idle, url, session, file] = &arguments[..]
        && idle == "idle"
    {
        return be_idle(url, session, file).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let hundred = cold_start(&folder.path().join("100000.db"), 100_000).await;
    let million = cold_start(&folder.path().join("1000000.db"), 1_000_000).await;
    println!("  1,000,000 against 100,000: {:.2} x", million / hundred);
    against_a_server(folder.path()).await;
}

/// The time from opening a store to its rooms and the newest 50 messages of one, as a list view gets them. In milliseconds.
async fn cold_start(file: &Path, messages: usize) -> f64 {
    let client = Client::builder("http://127.0.0.1:9")
        .build()
        .expect("a client");
    client
        .use_session(filling::session())
        .await
        .expect("a session");
    let room = fill(&client, file, ROOMS, messages).await;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let chat = client.chat(ChatOptions::file(file)).await.expect("a chat");
        let (rooms, _) = chat.rooms().await.expect("rooms");
        let timeline = chat.timeline(&room).await.expect("a timeline");
        let (lines, _) = timeline.items().await.expect("lines");
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        assert!(
            rooms.len() == ROOMS && lines.len() >= 50,
            "{} {}",
            rooms.len(),
            lines.len()
        );
    }
    times.sort_by(f64::total_cmp);
    let (median, worst) = (times[STARTS / 2], times[STARTS - 1]);
    println!(
        "cold start, {messages} messages in {ROOMS} rooms: p50 {median:.1} ms, worst {worst:.1} ms"
    );
    median
}

async fn against_a_server(folder: &Path) {
    let database = Database::create(Backend::Sqlite).await.expect("a database");
    let setup = Setup::with(&database).set("CAUSERIE_LOG", "warn");
    let mut server = Server::start(setup).await;
    let (alice, bob) = (client(&server.url), client(&server.url));
    alice.sign_up("alice", PASSWORD, None).await.expect("alice");
    let bob_is = bob.sign_up("bob", PASSWORD, None).await.expect("bob");
    let mut rooms = Vec::new();
    for number in 0..ROOMS {
        let new = NewRoom::group(format!("room {number}"), vec![bob_is.user.id.clone()]);
        rooms.push(alice.create_room(new).await.expect("a room").id);
    }
    let file = folder.join("bob.db");
    let chat = bob.chat(ChatOptions::file(&file)).await.expect("a chat");
    assert!(chat.sync_once(LONG).await.expect("in step"));
    chat.stop();
    say_much(&alice, &rooms).await;
    catch_up(&chat, &bob, &rooms).await;
    drop(chat);
    idle(&server.url, &bob, &file).await;
    server.kill().await;
    database.remove().await;
}

fn client(url: &str) -> Client {
    Client::builder(url).build().expect("a client")
}

async fn say_much(alice: &Client, rooms: &[RoomId]) {
    let said = (0..MISSED).map(|number| {
        let room = &rooms[number % rooms.len()];
        async move {
            let body = format!("Message {number}, about as long as what people say to each other.");
            alice.send(room, &body).await.expect("sent")
        }
    });
    let all = futures_util::stream::iter(said).buffer_unordered(64);
    all.for_each(|_| async {}).await;
}

async fn catch_up(chat: &Chat, bob: &Client, rooms: &[RoomId]) {
    let (begun, cpu_before) = (Instant::now(), cpu());
    assert!(chat.sync_once(LONG).await.expect("in step"));
    let (took, used) = (begun.elapsed(), cpu() - cpu_before);
    let found = chat
        .search("Message", None, MISSED + 1)
        .await
        .expect("found")
        .len();
    assert_eq!(found, MISSED);
    let newest = bob.rooms(1, None).await.expect("rooms").items;
    assert!(rooms.contains(&newest[0].id));
    println!(
        "catching up {MISSED} missed events: {:.2} s of CPU, {:.2} s in all",
        used.as_secs_f64(),
        took.as_secs_f64()
    );
}

/// In a process of its own, so that nothing else is counted.
async fn idle(url: &str, bob: &Client, file: &Path) {
    let session = serde_json::to_string(&bob.session().expect("a session")).expect("text");
    let program = std::env::current_exe().expect("this program");
    let status = tokio::process::Command::new(program)
        .args(["idle", url, &session])
        .arg(file)
        .status()
        .await;
    assert!(status.expect("it runs").success());
}

async fn be_idle(url: &str, session: &str, file: &str) {
    let client = client(url);
    let session: Session = serde_json::from_str(session).expect("a session");
    client.use_session(session).await.expect("taken");
    let chat = client.chat(ChatOptions::file(file)).await.expect("a chat");
    let (rooms, _steps) = chat.rooms().await.expect("rooms");
    assert_eq!(rooms.len(), ROOMS);
    chat.start();
    let mut state = chat.state();
    let live = state.wait_for(|state| *state == SyncState::Live).await;
    drop(live.expect("it lives"));
    assert!(chat.sync_once(LONG).await.expect("in step"));
    println!(
        "idle and live, {ROOMS} rooms: {} KB resident",
        resident_kilobytes()
    );
}
