//! Files as an app may find them: as they were left, damaged, of a newer version, encrypted.

use super::*;
use crate::store::{NewEntry, Task, Timeline};
use crate::{ClientId, Cursor};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use std::fs;
use tempfile::TempDir;

fn typed(body: &str) -> NewEntry {
    NewEntry {
        timeline: Timeline::Room("room_1".into()),
        key: Some(ClientId::from(body)),
        target: None,
        task: Task::Send {
            body: body.to_owned(),
            reply_to: None,
        },
        created_at: Timestamp::UNIX_EPOCH,
        made_at: Timestamp::UNIX_EPOCH,
    }
}

/// Where a file may be, and the folder that goes with its test.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.db");
    (folder, path)
}

/// Changes a file as nobody does who goes by the store.
fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).expect("opened");
    connection.execute_batch(sql).expect("written");
}

fn plain(path: &Path) -> Location {
    Location::File {
        path: path.to_owned(),
        key: None,
    }
}

/// A file with something to say, and what the server said last.
fn filled(path: &Path) {
    let mut store = Store::open(&plain(path)).expect("a store");
    store
        .write(|rows| {
            rows.set_cursor(&Cursor::from("c1"))?;
            rows.set_viewer(&"usr_1".into())?;
            (0..200).try_for_each(|number| rows.put_entry(&typed(&format!("{number}"))).map(drop))
        })
        .expect("written");
}

fn bodies(store: &Store) -> Vec<String> {
    let entries = store.read().list_entries().expect("entries");
    let body = |task| match task {
        Task::Send { body, .. } => body,
        other => panic!("{other:?} was never kept"),
    };
    entries.into_iter().map(|entry| body(entry.task)).collect()
}

#[test]
fn what_was_written_is_there_after_another_start() {
    let (_folder, path) = place();
    filled(&path);
    let store = Store::open(&plain(&path)).expect("a store");
    assert_eq!(store.read().cursor().expect("read"), Some("c1".into()));
    assert_eq!(bodies(&store).len(), 200);
}

#[test]
fn what_is_no_store_is_begun_anew() {
    let (_folder, path) = place();
    fs::write(
        &path,
        "not a database at all, and long enough to be read as one",
    )
    .expect("written");
    let store = Store::open(&plain(&path)).expect("a store");
    assert_eq!(store.read().cursor().expect("read"), None);
    assert!(bodies(&store).is_empty());
}

#[test]
fn a_store_of_a_newer_version_is_begun_anew_with_what_was_not_said() {
    let (_folder, path) = place();
    filled(&path);
    let refusal = crate::Error::NotFound {
        reason: "No such room.".to_owned(),
    };
    let mut store = Store::open(&plain(&path)).expect("a store");
    assert_eq!(*store.opening(), Opening::AsLeft);
    let refused = store.read().list_entries().expect("entries")[7].id;
    store
        .write(|rows| rows.set_failure(refused, Some(&refusal)))
        .expect("written");
    drop(store);
    tamper(&path, "PRAGMA user_version = 99");
    let store = Store::open(&plain(&path)).expect("a store");
    assert_eq!(
        store.read().cursor().expect("read"),
        None,
        "what the server knows is asked again"
    );
    let said: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    assert_eq!(bodies(&store), said);
    let entries = store.read().list_entries().expect("entries");
    assert!(
        entries.iter().all(|entry| entry.is_tried),
        "the server may know of them"
    );
    let failures: Vec<_> = entries.iter().map(|entry| entry.failure.as_ref()).collect();
    assert_eq!(failures[7], Some(&refusal), "it is not sent again");
    assert_eq!(failures.iter().flatten().count(), 1);
    let opening = Opening::Anew {
        reason: "the file was written by a newer version".to_owned(),
        keeps_unsent: true,
    };
    assert_eq!(*store.opening(), opening);
}

/// Whatever page is overwritten, the store opens again, and what it still has to say is the beginning of what there was.
#[test]
fn a_damaged_file_is_begun_anew_with_what_can_be_read() {
    let (folder, path) = place();
    filled(&path);
    let whole = fs::read(&path).expect("the file");
    let page = 4096;
    let mut kept = Vec::new();
    for damaged in 0..whole.len() / page {
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(folder.path().join(format!("chat.db{suffix}")));
        }
        let mut content = whole.clone();
        content[damaged * page..(damaged + 1) * page].fill(0xA5);
        fs::write(&path, content).expect("written");
        let mut store = Store::open(&plain(&path)).expect("a store");
        let said = store.read().list_entries();
        if said.is_err_and(|error| error.is_damage()) {
            drop(store);
            store = Store::begin_anew(&path, None, String::new()).expect("a store");
        }
        let said = bodies(&store);
        let first: Vec<String> = (0..said.len()).map(|number| number.to_string()).collect();
        assert_eq!(said, first, "page {damaged}");
        kept.push(said.len());
        if said.len() < 200 {
            let told = matches!(
                store.opening(),
                Opening::Anew {
                    keeps_unsent: false,
                    ..
                }
            );
            assert!(told, "page {damaged}: {:?}", store.opening());
        }
        store
            .write(|rows| rows.put_entry(&typed("one more")).map(drop))
            .unwrap_or_else(|error| assert!(error.is_damage(), "page {damaged}: {error}"));
    }
    assert!(
        kept.contains(&200),
        "all of it where the damage is elsewhere: {kept:?}"
    );
    let some = kept.iter().any(|kept| (1..200).contains(kept));
    assert!(
        some,
        "some of it where the damage is in its midst: {kept:?}"
    );
}

/// Without the key, what is encrypted is noise.
#[test]
fn what_is_encrypted_is_not_thrown_away_for_want_of_its_key() {
    let (_folder, path) = place();
    let mut noise = vec![0; 3 * 4096];
    StdRng::seed_from_u64(1).fill_bytes(&mut noise);
    fs::write(&path, &noise).expect("written");
    let refused = Store::open(&plain(&path)).err();
    assert!(matches!(refused, Some(Error::Key)), "{refused:?}");
    assert_eq!(fs::read(&path).expect("the file"), noise);
}

#[test]
fn what_is_deleted_is_not_in_the_file_either() {
    let (_folder, path) = place();
    let store = Store::open(&plain(&path)).expect("a store");
    let words: Vec<String> = (0..600).map(|number| format!("word{number}word")).collect();
    for (number, word) in (0_i64..).zip(&words) {
        let message =
            "INSERT INTO messages (id, timeline, seq, room, author, body, sent_at, details)
             VALUES (?1, 'r', ?1, 'r', 'a', ?2, 0, '{}')";
        let done = store.connection.execute(message, (number, word));
        done.expect("written");
    }
    let script = "UPDATE messages SET body = 'nothing' WHERE seq < 300; DELETE FROM messages WHERE seq >= 300;
         PRAGMA wal_checkpoint(TRUNCATE);";
    store.connection.execute_batch(script).expect("deleted");
    drop(store);
    let content = fs::read(&path).expect("the file");
    let left = words.iter().filter(|word| {
        let mut places = content.windows(word.len());
        places.any(|place| place == word.as_bytes())
    });
    assert_eq!(left.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn whatever_is_pasted_can_be_searched_for() {
    let store = Store::open(&Location::Memory).expect("a store");
    for words in ["a\0b", "\0", "\u{1}a\u{7f}", "\"a\0\" OR b", "a\nb"] {
        let found = store.read().search(words, None, 10);
        assert!(found.expect("searched").is_empty(), "{words:?}");
    }
}

#[cfg(not(feature = "encryption"))]
#[test]
fn a_key_is_refused_where_nothing_can_be_encrypted() {
    let (_folder, path) = place();
    let refused = Store::open(&encrypted(&path, 1)).err();
    assert!(matches!(refused, Some(Error::NoEncryption)), "{refused:?}");
}

#[cfg(feature = "encryption")]
#[test]
fn what_is_encrypted_can_be_read_with_its_key_alone() {
    let (folder, path) = place();
    let secret = "a secret that is long enough to be found";
    let mut store = Store::open(&encrypted(&path, 1)).expect("a store");
    store
        .write(|rows| rows.put_entry(&typed(secret)).map(drop))
        .expect("written");
    drop(store);
    for file in fs::read_dir(folder.path()).expect("the folder") {
        let content = fs::read(file.expect("a file").path()).expect("read");
        let mut places = content.windows(secret.len());
        assert!(
            places.all(|place| place != secret.as_bytes()),
            "it can be read in the file"
        );
        assert!(!content.starts_with(b"SQLite format 3"));
    }
    for other in [encrypted(&path, 2), encrypted(&path, 0), plain(&path)] {
        let refused = Store::open(&other).err();
        assert!(matches!(refused, Some(Error::Key)), "{refused:?}");
    }
    let store = Store::open(&encrypted(&path, 1)).expect("nothing is lost by a wrong key");
    assert_eq!(bodies(&store), [secret]);
}

#[cfg(feature = "encryption")]
#[test]
fn an_encrypted_file_that_is_damaged_is_begun_anew() {
    let (_folder, path) = place();
    drop(Store::open(&encrypted(&path, 1)).expect("a store"));
    let mut content = fs::read(&path).expect("the file");
    content[..4096].fill(0);
    fs::write(&path, content).expect("written");
    let store = Store::open(&encrypted(&path, 1)).expect("a store");
    assert!(bodies(&store).is_empty());
}

#[cfg(feature = "encryption")]
#[test]
fn what_was_not_encrypted_is_from_the_first_key_on() {
    let (_folder, path) = place();
    filled(&path);
    let store = Store::open(&encrypted(&path, 1)).expect("a store");
    assert_eq!(bodies(&store).len(), 200);
    drop(store);
    let refused = Store::open(&plain(&path)).err();
    assert!(matches!(refused, Some(Error::Key)), "{refused:?}");
}

fn encrypted(path: &Path, byte: u8) -> Location {
    Location::File {
        path: path.to_owned(),
        key: Some(Key::from([byte; 32])),
    }
}

/// What somebody left in a damaged file is said in their own name, or not at all.
#[test]
fn what_is_rescued_stays_whose_it_was() {
    let (_folder, path) = place();
    filled(&path);
    tamper(&path, "PRAGMA user_version = 99");
    let store = Store::open(&plain(&path)).expect("a store");
    assert_eq!(store.read().viewer().expect("read"), Some("usr_1".into()));
    drop(store);
    tamper(&path, "DELETE FROM facts; PRAGMA user_version = 99;");
    let store = Store::open(&plain(&path)).expect("a store");
    assert!(bodies(&store).is_empty(), "whose it was is not known");
}

#[test]
fn what_was_done_to_a_message_that_is_lost_is_lost_with_it() {
    let (_folder, path) = place();
    filled(&path);
    let mut store = Store::open(&plain(&path)).expect("a store");
    let edited = |key: &str| NewEntry {
        key: None,
        target: Some(Target::Unsent(key.into())),
        ..typed(key)
    };
    store
        .write(|rows| {
            rows.put_entry(&edited("199"))?;
            rows.put_entry(&edited("gone")).map(drop)
        })
        .expect("written");
    let store = begun_anew(store, &path);
    let entries = store.read().list_entries().expect("entries");
    let targets = entries.into_iter().filter_map(|entry| entry.target);
    let targets: Vec<Target> = targets.collect();
    assert_eq!(targets, [Target::Unsent("199".into())]);
}

fn begun_anew(store: Store, path: &Path) -> Store {
    drop(store);
    Store::begin_anew(path, None, "a test".to_owned()).expect("a store")
}

#[test]
fn what_nobody_wrote_is_damage() {
    let (_folder, path) = place();
    filled(&path);
    tamper(&path, "UPDATE outbox SET content = x'ff' WHERE id = 7");
    let store = Store::open(&plain(&path)).expect("a store");
    let error = store.read().list_entries().expect_err("unreadable");
    assert!(error.is_damage(), "{error}");
    assert_eq!(bodies(&begun_anew(store, &path)).len(), 199);
}

/// The file and its log as an app leaves them that is killed, of a version that nobody knows.
fn left_by_a_kill() -> [(&'static str, Vec<u8>); 2] {
    let (_folder, path) = place();
    filled(&path);
    let mut store = Store::open(&plain(&path)).expect("a store");
    let written = store.write(|rows| rows.put_entry(&typed("200")).map(drop));
    written.expect("written");
    let newer = store.connection.pragma_update(None, "user_version", 99);
    newer.expect("written");
    ["", "-wal"].map(|suffix| {
        let content = fs::read(format!("{}{suffix}", path.display()));
        (suffix, content.expect("a file"))
    })
}

fn put_back(path: &Path, files: &[(&str, Vec<u8>)]) {
    for (suffix, content) in files {
        let written = fs::write(format!("{}{suffix}", path.display()), content);
        written.expect("written");
    }
}

/// What is said last is only in the log of the damaged file, which must be neither gone too early nor taken for that of
/// the new one.
#[test]
fn whoever_is_killed_while_a_file_is_replaced_loses_nothing() {
    let left = left_by_a_kill();
    let said: Vec<String> = (0..=200).map(|number| number.to_string()).collect();
    for done in 0..=replacing::STEPS.len() {
        let (folder, path) = place();
        put_back(&path, &left);
        let rescued = rescue(&path, None).expect("rescued");
        put_back(&path, &left);
        let written = replacing::begin(&path).and_then(|new| write_rescued(&new, None, rescued));
        written.expect("written");
        let mut steps = replacing::STEPS[..done].iter();
        steps.try_for_each(|step| step(&path)).expect("done");

        let store = Store::open(&plain(&path)).expect("a store");
        assert_eq!(bodies(&store), said, "after {done} steps");
        let is_told = matches!(store.opening(), Opening::Anew { .. });
        assert_eq!(is_told, done < replacing::STEPS.len(), "after {done} steps");
        drop(store);
        let files = fs::read_dir(folder.path()).expect("the folder");
        let names = files.map(|file| file.expect("a file").file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["chat.db"], "after {done} steps");
    }
}

#[test]
fn what_is_erased_does_not_come_back_from_what_was_rescued() {
    let (folder, path) = place();
    put_back(&path, &left_by_a_kill());
    let rescued = rescue(&path, None).expect("rescued");
    let written = replacing::begin(&path).and_then(|new| write_rescued(&new, None, rescued));
    written.expect("written");
    replacing::STEPS[0](&path).expect("done");
    erase(&path).expect("erased");
    fs::remove_file(folder.path().join("chat.db.lock")).expect("a lock");
    let left = fs::read_dir(folder.path()).expect("the folder");
    assert_eq!(left.count(), 0);
    let store = Store::open(&plain(&path)).expect("a store");
    assert!(bodies(&store).is_empty());
}
