//! What the queries promise and a person at the API does not easily bring about.

use std::sync::Arc;

use super::Connection;
use super::fixture::{Backend, Fixture};
use super::sending::SendRule;
use crate::model::{
    Account, After, AuditAction, AuditEntry, IdGenerator, Member, MessageId, NewMessage, NewRoom,
    Position, Role, RoomId, RoomKind, Timestamp, User, UserId,
};

fn at(number: u32) -> Timestamp {
    Timestamp::from_millis(1_000_000 + i64::from(number))
}

/// Makes a room, and so many people in it.
async fn room_with(connection: &mut Connection, count: u32) -> (RoomId, Vec<UserId>) {
    let ids = IdGenerator::from_seed([5; 32]);
    let new = NewRoom {
        id: ids.next(at(0)),
        kind: RoomKind::Group,
        name: "tea".to_owned(),
        topic: None,
        pair: None,
    };
    let room = connection.insert_room(&new, at(0)).await.expect("a query");
    let room = room.expect("a new room");
    let mut people = Vec::new();
    for number in 0..count {
        let (username, now) = (format!("person{number}"), at(number));
        let user = User::new(ids.next(now), username, String::new(), now);
        people.push(user.id);
        let member = Member {
            room_id: room.id,
            user_id: user.id,
            role: Role::Member,
            joined_at: at(number),
            joined_position: Position::default(),
            last_read_seq: 0,
            muted_until: None,
            mute_reason: None,
            last_sent_at: None,
        };
        let password_hash = String::new();
        let account = Account {
            user,
            password_hash,
        };
        connection.insert_account(&account).await.expect("a query");
        connection.insert_member(&member).await.expect("a query");
    }
    (room.id, people)
}

async fn the_latest_readers_come_first_and_not_all_of_them(backend: Backend) {
    let Some(fixture) = Fixture::open(backend).await else {
        return;
    };
    let mut transaction = fixture.database.begin().await.expect("a transaction");
    let (room, people) = room_with(&mut transaction, 8).await;
    // The first has read nothing.
    for (number, user) in (1..).zip(&people[1..]) {
        let marked = transaction.mark_read(room, *user, 1, at(number)).await;
        assert!(marked.expect("a query").is_some());
    }
    let receipts = async |connection: &mut Connection, limit| {
        let receipts = connection.list_receipts(room, limit).await;
        let receipts = receipts.expect("a query").into_iter();
        receipts.map(|one| one.user_id).collect::<Vec<_>>()
    };
    let mut expected: Vec<UserId> = people[1..].to_vec();
    expected.reverse();
    assert_eq!(receipts(&mut transaction, 100).await, expected);
    assert_eq!(receipts(&mut transaction, 3).await, expected[..3]);
    transaction.commit().await.expect("a commit");
}

async fn mentions_of_many_messages_are_noted_at_once(backend: Backend) {
    let Some(fixture) = Fixture::open(backend).await else {
        return;
    };
    let mut transaction = fixture.database.begin().await.expect("a transaction");
    let (room, people) = room_with(&mut transaction, 300).await;
    transaction.commit().await.expect("a commit");
    let ids = IdGenerator::from_seed([6; 32]);
    let (mut new, mut named, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=300 {
        // As many names as a statement of a parameter each could not take.
        let others = (number..number + 120).map(|number| format!("person{number}"));
        let mentioned: Vec<String> = others.chain(["person0".to_owned()]).collect();
        let id: MessageId = ids.next(at(0));
        named.extend(mentioned.iter().map(|name| (id, name.clone())));
        expected.extend((number..(number + 120).min(300)).map(|number| (id, number)));
        new.push(NewMessage {
            id,
            room_id: room,
            thread_root: None,
            author_id: people[0],
            client_id: None,
            fingerprint: Vec::new(),
            body: String::new(),
            mentioned,
            to_everyone: false,
            reply_to: None,
            forwarded_from: None,
            sent_at: at(0),
        });
    }
    let anyone: SendRule<()> = |_, _, _| {
        Ok(super::Terms {
            mentions_room: false,
        })
    };
    let sent = fixture.database.send(Arc::new(new), anyone).await;
    assert_eq!(sent.expect("a batch").len(), 300);
    let mut transaction = fixture.database.begin().await.expect("a transaction");
    let noted = transaction.insert_mentions(named.clone()).await;
    noted.expect("those who are noted already are no trouble");
    let mut messages: Vec<_> = named.iter().map(|(message, _)| *message).collect();
    messages.dedup();
    let found = transaction.find_mentioned(messages).await.expect("a query");
    let mut found: Vec<_> = found
        .into_iter()
        .map(|(message, user)| {
            let number = people.iter().position(|person| *person == user.id);
            (message, number.expect("a member"))
        })
        .collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    transaction.commit().await.expect("a commit");
}

async fn nobody_changes_the_audit_log(backend: Backend) {
    let Some(fixture) = Fixture::open(backend).await else {
        return;
    };
    let mut transaction = fixture.database.begin().await.expect("a transaction");
    let (room, people) = room_with(&mut transaction, 1).await;
    let entry = AuditEntry::new(room, people[0], AuditAction::UpdateRoom, at(0));
    let appended = transaction.append_audit_entry(&entry).await;
    appended.expect("an entry");
    transaction.commit().await.expect("a commit");
    for sql in [
        "UPDATE audit_log SET reason = 'none'",
        "DELETE FROM audit_log",
    ] {
        let refused = fixture.try_execute(sql).await.expect_err(sql).to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    let mut connection = fixture.database.read().await.expect("a connection");
    let (after, limit) = (None, 10);
    let kept = connection.list_audit_entries(room, After { after, limit });
    let kept = kept.await.expect("a query").map(|(_, kept)| kept);
    assert_eq!(kept.items, [entry]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_the_audit_log_sqlite() {
    nobody_changes_the_audit_log(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_the_audit_log_postgres() {
    nobody_changes_the_audit_log(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mentions_of_many_messages_sqlite() {
    mentions_of_many_messages_are_noted_at_once(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mentions_of_many_messages_postgres() {
    mentions_of_many_messages_are_noted_at_once(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_readers_sqlite() {
    the_latest_readers_come_first_and_not_all_of_them(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_readers_postgres() {
    the_latest_readers_come_first_and_not_all_of_them(Backend::Postgres).await;
}
