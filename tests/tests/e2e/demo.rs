//! The made-up community of `causerie demo`.

use causerie_tests::{Backend, Database, Exit, Person, Server, Setup};
use serde_json::{Value, json};

const MESSAGES: i64 = 400;
const PASSWORD: &str = "look around";

async fn fill(database: &Database, seed: &str) -> Exit {
    let arguments = ["demo", "--messages=400", "--seed", seed];
    let setup = Setup::with(database).set("CAUSERIE_LOG", "warn");
    Server::run(setup.told(&arguments)).await
}

/// Somebody who is registered, of whom the program said so.
async fn visitor(server: &Server, exit: &Exit) -> Person {
    assert!(exit.stdout.contains(PASSWORD), "{exit:?}");
    assert!(exit.stdout.contains("ada"), "{exit:?}");
    server.log_in("ada", PASSWORD).await
}

/// What somebody sees of all their rooms, without ids and times.
async fn seen(person: &Person) -> Vec<Value> {
    let document = "{ viewer { rooms(first: 100) { pageInfo { hasNextPage } nodes { id } } } }";
    let rooms = person.ask(document, json!({})).await;
    assert!(!rooms.get::<bool>("/viewer/rooms/pageInfo/hasNextPage"));
    let ids: Vec<Value> = rooms.get("/viewer/rooms/nodes");
    let document = "query ($id: ID!) { room(id: $id) { name kind topic memberCount
        membership { role unread { messages mentions } }
        messages(first: 100) { pageInfo { hasNextPage } nodes { seq body author { username }
            deletedAt replyTo { seq } reactions { emoji count } thread { replyCount } } } } }";
    let mut seen = Vec::new();
    for id in &ids {
        let room = person.ask(document, id.clone()).await;
        assert!(!room.get::<bool>("/room/messages/pageInfo/hasNextPage"));
        let mut room: Value = room.get("/room");
        forget_order_of_reactions(&mut room);
        seen.push(room);
    }
    seen.sort_by_key(|room: &Value| (room["kind"].to_string(), room["name"].to_string()));
    seen
}

/// Which of two was given first, within a millisecond, is not part of the story.
fn forget_order_of_reactions(room: &mut Value) {
    let messages = room["messages"]["nodes"].as_array_mut();
    for message in messages.expect("messages") {
        let reactions = message["reactions"].as_array_mut().expect("reactions");
        reactions.sort_by_key(|reaction| reaction["emoji"].to_string());
    }
}

fn messages(room: &Value) -> &Vec<Value> {
    room["messages"]["nodes"].as_array().expect("messages")
}

async fn is_believable(database: &Database, person: &Person) {
    let count = async |what: &str| {
        database
            .number(&format!("SELECT count(*) AS number FROM {what}"))
            .await
    };
    assert_eq!(count("messages WHERE notice IS NULL").await, MESSAGES);
    assert_eq!(count("users").await, 50);
    assert_eq!(count("rooms").await, 120);
    for some in [
        "reactions",
        "message_versions",
        "mentions",
        "messages WHERE timeline_id <> room_id",
    ] {
        assert!(count(some).await > 0, "no {some}");
    }
    let future = "messages newer JOIN messages older ON newer.timeline_id = older.timeline_id
        AND newer.seq = older.seq + 1 WHERE newer.sent_at < older.sent_at";
    assert_eq!(count(future).await, 0);
    let rooms = seen(person).await;
    assert!(rooms.iter().any(|room| room["kind"] == "DIRECT"));
    let unread = rooms
        .iter()
        .filter(|room| room["membership"]["unread"]["messages"] != 0);
    assert!(
        (1..rooms.len()).contains(&unread.count()),
        "all or nothing is unread"
    );
    for room in &rooms {
        let seqs: Vec<_> = messages(room)
            .iter()
            .map(|message| message["seq"].as_u64())
            .collect();
        assert_eq!(
            seqs,
            (1..=seqs.len() as u64).map(Some).collect::<Vec<_>>(),
            "{room}"
        );
    }
}

async fn fills_an_empty_database(backend: Backend) {
    let Some(database) = Database::create(backend).await else {
        return;
    };
    let exit = fill(&database, "7").await;
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let mut server = Server::start(Setup::with(&database)).await;
    is_believable(&database, &visitor(&server, &exit).await).await;
    server.kill().await;

    let again = fill(&database, "7").await;
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (Some(1), ""),
        "{again:?}"
    );
    assert!(again.stderr.contains("empty database"), "{again:?}");
    database.remove().await;
}

async fn tells_the_same_story_for_the_same_seed(backend: Backend) {
    let mut stories = Vec::new();
    for seed in ["7", "7", "8"] {
        let Some(database) = Database::create(backend).await else {
            return;
        };
        let exit = fill(&database, seed).await;
        let mut server = Server::start(Setup::with(&database)).await;
        stories.push(seen(&visitor(&server, &exit).await).await);
        server.kill().await;
        database.remove().await;
    }
    assert_eq!(stories[0], stories[1]);
    assert_ne!(stories[0], stories[2]);
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn fills_an_empty_database() {
        super::fills_an_empty_database(Backend::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn tells_the_same_story_for_the_same_seed() {
        super::tells_the_same_story_for_the_same_seed(Backend::Sqlite).await;
    }
}

mod postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn fills_an_empty_database() {
        super::fills_an_empty_database(Backend::Postgres).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn tells_the_same_story_for_the_same_seed() {
        super::tells_the_same_story_for_the_same_seed(Backend::Postgres).await;
    }
}
