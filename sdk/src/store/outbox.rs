//! What is still to be said to the server.

use super::messages::Timeline;
use super::people::as_sqlite;
use super::{Result, Rows};
use crate::{ClientId, Error, MessageId, RoomId};
use jiff::Timestamp;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

/// Something that the person did and the server has not confirmed. Their order is that of the deeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(i64);

impl EntryId {
    /// For bindings to languages that cannot hold it.
    #[must_use]
    pub fn to_i64(self) -> i64 {
        self.0
    }

    /// What [`Self::to_i64`] gave.
    #[must_use]
    pub fn from_i64(number: i64) -> Self {
        Self(number)
    }
}

/// Something that the person did, and the server has not confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: EntryId,
    pub(crate) timeline: Timeline,
    /// Of a new message.
    pub(crate) key: Option<ClientId>,
    /// Of what is done to a message.
    pub(crate) target: Option<Target>,
    pub(crate) task: Task,
    pub(crate) created_at: Timestamp,
    /// Later than that of anything before, whatever the clock said. In milliseconds.
    pub(crate) made_at: Timestamp,
    /// The server may know of it already.
    pub(crate) is_tried: bool,
    /// It was tried, and each answer said that it was not carried out.
    pub(crate) is_held: bool,
    /// Why the server refused it.
    pub(crate) failure: Option<Error>,
}

pub(crate) struct NewEntry {
    pub(crate) timeline: Timeline,
    pub(crate) key: Option<ClientId>,
    pub(crate) target: Option<Target>,
    pub(crate) task: Task,
    pub(crate) created_at: Timestamp,
    pub(crate) made_at: Timestamp,
}

/// What can be read of a damaged outbox, and whether that is all of it.
#[derive(Default)]
pub(super) struct Readable {
    pub(super) entries: Vec<Entry>,
    pub(super) is_whole: bool,
}

impl From<Entry> for NewEntry {
    fn from(entry: Entry) -> Self {
        Self {
            timeline: entry.timeline,
            key: entry.key,
            target: entry.target,
            task: entry.task,
            created_at: entry.created_at,
            made_at: entry.made_at,
        }
    }
}

impl NewEntry {
    pub(crate) fn into_entry(self, id: EntryId) -> Entry {
        Entry {
            id,
            timeline: self.timeline,
            key: self.key,
            target: self.target,
            task: self.task,
            created_at: self.created_at,
            made_at: self.made_at,
            is_tried: false,
            is_held: false,
            failure: None,
        }
    }
}

/// A message, which may be one that is itself still to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Known(MessageId),
    Unsent(ClientId),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    Send {
        body: String,
        reply_to: Option<MessageId>,
    },
    Edit {
        body: String,
    },
    Delete,
    React {
        emoji: String,
        remove: bool,
    },
    MarkRead {
        seq: u64,
    },
    SaveDraft {
        body: String,
        reply_to: Option<MessageId>,
    },
}

#[derive(Serialize, Deserialize)]
struct StoredFailure {
    code: String,
    reason: String,
    #[serde(default)]
    field: Vec<String>,
}

/// The fact that says when the newest of what was ever done was made.
const MADE_AT: &str = "made_at";

/// What `is_tried` says, besides 0.
const TRIED: i64 = 1;
const HELD: i64 = 2;

const COLUMNS: &str = "id, room, timeline, key, target, target_key, content, created_at, is_tried, failure, made_at FROM outbox";

impl Rows<'_> {
    pub(crate) fn put_entry(&self, entry: &NewEntry) -> Result<EntryId> {
        let (target, target_key) = match &entry.target {
            Some(Target::Known(id)) => (Some(id.as_str()), None),
            Some(Target::Unsent(key)) => (None, Some(key.as_str())),
            None => (None, None),
        };
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO outbox (room, timeline, key, target, target_key, content, created_at, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let id = statement.insert(params![
            entry.timeline.room().as_str(),
            entry.timeline.key(),
            entry.key.as_ref().map(ClientId::as_str),
            target,
            target_key,
            serde_json::to_string(&entry.task)?,
            entry.created_at.as_microsecond(),
            entry.made_at.as_millisecond(),
        ])?;
        self.note_made_at(entry.made_at)?;
        Ok(EntryId(id))
    }

    /// An instant for something that is done now: later than those of whatever was done before.
    pub(crate) fn next_made_at(&self, now: Timestamp) -> Result<Timestamp> {
        let now = now.as_millisecond();
        let next = match self
            .fact(MADE_AT)?
            .and_then(|last| last.parse::<i64>().ok())
        {
            Some(last) => now.max(last.saturating_add(1)),
            None => now,
        };
        Ok(Timestamp::from_millisecond(next).unwrap_or(Timestamp::MAX))
    }

    fn note_made_at(&self, made_at: Timestamp) -> Result<()> {
        let last = self.fact(MADE_AT)?.and_then(|last| last.parse().ok());
        let latest = last.max(Some(made_at.as_millisecond()));
        latest.map_or(Ok(()), |latest| self.set_fact(MADE_AT, &latest.to_string()))
    }

    pub(crate) fn list_entries(&self) -> Result<Vec<Entry>> {
        let query = format!("SELECT {COLUMNS} ORDER BY id");
        let mut statement = self.connection.prepare_cached(&query)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(entry(row)?);
        }
        Ok(all)
    }

    /// Of a file that is damaged: up to where it is.
    pub(super) fn list_readable_entries(&self) -> Result<Readable> {
        let query = format!("SELECT {COLUMNS} ORDER BY id");
        let mut statement = self.connection.prepare(&query)?;
        let mut rows = statement.query([])?;
        let (mut entries, mut is_whole) = (Vec::new(), true);
        loop {
            match rows.next() {
                Ok(Some(row)) => match entry(row) {
                    Ok(entry) => entries.push(entry),
                    Err(_) => is_whole = false,
                },
                Ok(None) => return Ok(Readable { entries, is_whole }),
                Err(_) => {
                    let is_whole = false;
                    return Ok(Readable { entries, is_whole });
                }
            }
        }
    }

    pub(crate) fn remove_entry(&self, id: EntryId) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("DELETE FROM outbox WHERE id = ?1")?;
        statement.execute([id.0])?;
        Ok(())
    }

    pub(crate) fn set_task(&self, id: EntryId, task: &Task) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("UPDATE outbox SET content = ?2 WHERE id = ?1")?;
        statement.execute(params![id.0, serde_json::to_string(task)?])?;
        Ok(())
    }

    pub(crate) fn set_made_at(&self, id: EntryId, made_at: Timestamp) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("UPDATE outbox SET made_at = ?2 WHERE id = ?1")?;
        statement.execute([id.0, made_at.as_millisecond()])?;
        self.note_made_at(made_at)
    }

    /// From here on the server may know of it.
    pub(crate) fn set_tried(&self, id: EntryId) -> Result<()> {
        self.set_trial(id, TRIED)
    }

    /// The server does not know of it, although it was tried.
    pub(crate) fn set_held(&self, id: EntryId) -> Result<()> {
        self.set_trial(id, HELD)
    }

    fn set_trial(&self, id: EntryId, trial: i64) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("UPDATE outbox SET is_tried = ?2 WHERE id = ?1")?;
        statement.execute([id.0, trial])?;
        Ok(())
    }

    pub(crate) fn set_failure(&self, id: EntryId, failure: Option<&Error>) -> Result<()> {
        let failure = failure.map(|error| StoredFailure {
            code: error.code().to_owned(),
            reason: error.to_string(),
            field: error.field().to_vec(),
        });
        let failure = failure.map(|stored| serde_json::to_string(&stored));
        let mut statement = self
            .connection
            .prepare_cached("UPDATE outbox SET failure = ?2 WHERE id = ?1")?;
        statement.execute(params![id.0, failure.transpose()?])?;
        Ok(())
    }

    /// What was done to a message that had no id is done to the message that it has become.
    pub(crate) fn name_targets(&self, key: &ClientId, message: &MessageId) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE outbox SET target = ?2, target_key = NULL WHERE target_key = ?1",
        )?;
        statement.execute([key.as_str(), message.as_str()])?;
        Ok(())
    }
}

fn entry(row: &Row<'_>) -> Result<Entry> {
    let text = |index| -> Result<&str> { Ok(row.get_ref(index)?.as_str().map_err(as_sqlite)?) };
    let maybe = |index| row.get::<_, Option<String>>(index);
    let room = RoomId::from(text(1)?);
    let timeline = match text(2)? {
        main if main == room.as_str() => Timeline::Room(room),
        root => Timeline::Thread(room, root.into()),
    };
    let target = match (maybe(4)?, maybe(5)?) {
        (Some(id), _) => Some(Target::Known(id.into())),
        (None, Some(key)) => Some(Target::Unsent(key.into())),
        (None, None) => None,
    };
    let failure = match maybe(9)? {
        Some(stored) => {
            let stored: StoredFailure = serde_json::from_str(&stored)?;
            Some(Error::from_code(&stored.code, stored.reason, stored.field))
        }
        None => None,
    };
    let trial: i64 = row.get(8)?;
    Ok(Entry {
        id: EntryId(row.get(0)?),
        timeline,
        key: maybe(3)?.map(Into::into),
        target,
        task: serde_json::from_str(text(6)?)?,
        created_at: Timestamp::from_microsecond(row.get(7)?).unwrap_or(Timestamp::UNIX_EPOCH),
        made_at: Timestamp::from_millisecond(row.get(10)?).unwrap_or(Timestamp::UNIX_EPOCH),
        is_tried: trial != 0,
        is_held: trial == HELD,
        failure,
    })
}
