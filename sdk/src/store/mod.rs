//! What the device keeps: one SQLite file, written in transactions and read without asking anybody.

mod lock;
mod messages;
mod opening;
mod outbox;
mod people;
mod pins;
mod replacing;
mod rooms;
mod search;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::ErrorKind;

use crate::{Cursor, User, UserId};

pub(crate) use lock::Lock;
pub(crate) use messages::Timeline;
pub use opening::Opening;
pub(crate) use opening::{Key, Location, erase};
pub use outbox::EntryId;
pub(crate) use outbox::{Entry, NewEntry, Target, Task};

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("what was kept cannot be read: {0}")]
    Content(#[from] serde_json::Error),
    #[error("the file cannot be replaced: {0}")]
    File(std::io::Error),
    #[error("the file was written by a newer version")]
    Newer,
    #[error("the file is not encrypted with this key")]
    Key,
    #[error("built without encryption")]
    NoEncryption,
    #[error("another chat has the file")]
    InUse,
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether something else is kept where this was to be kept.
    pub(crate) fn is_contradiction(&self) -> bool {
        matches!(self, Self::Sqlite(error)
            if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation))
    }
}

impl From<&Error> for crate::Error {
    fn from(error: &Error) -> Self {
        let reason = error.to_string();
        match error {
            Error::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
                Self::DiskFull
            }
            Error::File(error) if error.kind() == ErrorKind::StorageFull => Self::DiskFull,
            Error::Key => Self::WrongKey,
            Error::InUse => Self::FileInUse,
            Error::NoEncryption => Self::Setup { reason },
            Error::Sqlite(_) | Error::Content(_) | Error::File(_) | Error::Newer => {
                Self::Store { reason }
            }
        }
    }
}

pub(crate) struct Store {
    connection: Connection,
    /// Those that were read or written, so that a message's people cost no query.
    people: RefCell<HashMap<UserId, User>>,
    /// Whether somebody was written who is called otherwise than before, or was not known.
    has_new_names: Cell<bool>,
    /// Whether something was not written: whoever wanted it may take it for kept.
    has_failed: bool,
    opening: Opening,
}

impl Store {
    /// All of `work` or nothing of it, whenever the app is killed.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        let done = self.transact(work);
        self.has_failed |= done.is_err();
        done
    }

    fn transact<T>(&mut self, work: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let rows = Rows {
            connection: &transaction,
            people: &self.people,
            has_new_names: &self.has_new_names,
        };
        let done = work(&rows).and_then(|value| {
            transaction.commit()?;
            Ok(value)
        });
        if done.is_err() {
            self.people.borrow_mut().clear();
        }
        done
    }

    pub(crate) fn opening(&self) -> &Opening {
        &self.opening
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// What was not written is not wanted any more.
    pub(crate) fn forget_failure(&mut self) {
        self.has_failed = false;
    }

    pub(crate) fn read(&self) -> Rows<'_> {
        Rows {
            connection: &self.connection,
            people: &self.people,
            has_new_names: &self.has_new_names,
        }
    }

    /// Whether names are to be shown anew since this was asked last.
    pub(crate) fn take_new_names(&self) -> bool {
        self.has_new_names.take()
    }

    /// What is left when the app is killed.
    #[cfg(test)]
    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }

    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// The rows, inside a transaction or outside of one.
pub(crate) struct Rows<'a> {
    connection: &'a Connection,
    people: &'a RefCell<HashMap<UserId, User>>,
    has_new_names: &'a Cell<bool>,
}

/// Facts of which there is one each.
const CURSOR: &str = "cursor";
const VIEWER: &str = "viewer";

impl Rows<'_> {
    /// Where the log stood when it was last listened to.
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>> {
        Ok(self.fact(CURSOR)?.map(Cursor::from))
    }

    pub(crate) fn set_cursor(&self, cursor: &Cursor) -> Result<()> {
        self.set_fact(CURSOR, cursor.as_str())
    }

    /// Whose store it is.
    pub(crate) fn viewer(&self) -> Result<Option<UserId>> {
        Ok(self.fact(VIEWER)?.map(UserId::from))
    }

    pub(crate) fn set_viewer(&self, user: &UserId) -> Result<()> {
        self.set_fact(VIEWER, user.as_str())
    }

    /// Forgets what the server can tell again. What is still to be said to it stays.
    pub(crate) fn forget_what_the_server_knows(&self) -> Result<()> {
        self.connection.execute_batch(
            "DELETE FROM messages; DELETE FROM threads; DELETE FROM rooms; DELETE FROM stale_pins; DELETE FROM facts WHERE name = 'cursor';",
        )?;
        Ok(())
    }

    /// Forgets everything, of whomever it was.
    pub(crate) fn forget_everything(&self) -> Result<()> {
        self.forget_what_the_server_knows()?;
        self.connection
            .execute_batch("DELETE FROM outbox; DELETE FROM users; DELETE FROM facts;")?;
        self.people.borrow_mut().clear();
        Ok(())
    }

    fn fact(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT value FROM facts WHERE name = ?1")?;
        let mut rows = statement.query([name])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    fn set_fact(&self, name: &str, value: &str) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT OR REPLACE INTO facts (name, value) VALUES (?1, ?2)")?;
        statement.execute([name, value])?;
        Ok(())
    }
}
