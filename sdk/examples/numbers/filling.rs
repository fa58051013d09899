//! A store as it is after years: made by the SDK, filled as the SDK fills it.

use causerie_sdk::{
    ChatOptions, Client, LastMessage, Membership, Role, Room, RoomId, RoomKind, Session, Unread,
    User,
};
use rusqlite::{Connection, params};
use serde_json::json;
use std::path::Path;

const MINUTE: i64 = 60_000_000;
/// 2026-01-01, in microseconds.
const BEGINNING: i64 = 1_767_225_600_000_000;

pub fn session() -> Session {
    serde_json::from_value(json!({
        "id": "ses_1", "user_id": "usr_0", "username": "user0",
        "access_token": "a", "expires_at": "2999-01-01T00:00:00Z", "refresh_token": "r",
    }))
    .expect("a session")
}

/// Returns one of the rooms.
pub async fn fill(client: &Client, file: &Path, rooms: usize, messages: usize) -> RoomId {
    drop(client.chat(ChatOptions::file(file)).await.expect("a chat"));
    let (path, each) = (file.to_owned(), messages / rooms);
    let filling = tokio::task::spawn_blocking(move || write(&path, rooms, each));
    filling.await.expect("filled");
    RoomId::from("room_7")
}

fn write(file: &Path, rooms: usize, each: usize) {
    let mut connection = Connection::open(file).expect("the store");
    let transaction = connection.transaction().expect("begun");
    for number in 0..50 {
        let user = user(number);
        let content = serde_json::to_string(&user).expect("text");
        let values = params![user.id.as_str(), content];
        let query = "INSERT OR REPLACE INTO users (id, content) VALUES (?1, ?2)";
        transaction.execute(query, values).expect("a user");
    }
    for number in 0..rooms {
        let content = serde_json::to_string(&room(number, each)).expect("text");
        let values = params![format!("room_{number}"), content];
        let query = "INSERT INTO rooms (id, content) VALUES (?1, ?2)";
        transaction.execute(query, values).expect("a room");
    }
    let mut insert = transaction
        .prepare(
            "INSERT INTO messages (id, timeline, seq, room, author, client_id, body, sent_at, details)
             VALUES (?1, ?2, ?3, ?2, ?4, ?1, ?5, ?6, '{}')",
        )
        .expect("prepared");
    for seq in 1..=each {
        for number in 0..rooms {
            let id = format!("msg_{number}_{seq}");
            let author = format!("usr_{}", (seq + number) % 50);
            let body =
                format!("What was said as the {seq}th in room {number}, of ordinary length.");
            let at = BEGINNING + MINUTE * seq as i64;
            let values = params![id, format!("room_{number}"), seq as i64, author, body, at];
            insert.execute(values).expect("a message");
        }
    }
    drop(insert);
    transaction
        .execute("INSERT INTO facts (name, value) VALUES ('cursor', 'c')", [])
        .expect("a cursor");
    transaction.commit().expect("written");
}

fn user(number: usize) -> User {
    User {
        id: format!("usr_{number}").as_str().into(),
        username: format!("user{number}"),
        display_name: format!("User {number}"),
        is_deleted: false,
        created_at: at(0),
    }
}

fn room(number: usize, messages: usize) -> Room {
    Room {
        id: format!("room_{number}").as_str().into(),
        kind: RoomKind::Group,
        name: format!("Room {number}"),
        other_user: None,
        topic: None,
        slow_mode_seconds: 0,
        announcement_only: false,
        announces_members: false,
        archived_at: None,
        created_at: at(0),
        last_active_at: at(messages as i64),
        member_count: 50,
        last_message: Some(LastMessage {
            id: format!("msg_{number}_{messages}").as_str().into(),
            seq: messages as u64,
            author: user((messages + number) % 50),
            body: "The last words".to_owned(),
            sent_at: at(messages as i64),
            is_deleted: false,
            notice: None,
        }),
        membership: Some(Membership {
            role: Role::Member,
            joined_at: at(0),
            last_read_seq: messages as u64,
            unread: Unread::default(),
            muted_until: None,
            draft: None,
        }),
    }
}

fn at(minutes: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(BEGINNING + MINUTE * minutes).expect("in range")
}
