//! Opening the file: its key, its version, and what to do about one that is damaged.

use super::outbox::{Readable, Target};
use super::{Error, Lock, Result, Store, replacing};
use crate::{ClientId, UserId};
use rusqlite::{Connection, ErrorCode};
use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One a version, each run once, in order.
const VERSIONS: &[&str] = &[include_str!("schema.sql")];

/// Prepared statements that are kept: more than there are different ones.
const STATEMENTS: usize = 64;

/// Where a store is.
#[derive(Clone, Debug)]
pub(crate) enum Location {
    /// Gone with the process.
    Memory,
    File {
        path: PathBuf,
        key: Option<Key>,
    },
}

/// What a file is encrypted with.
#[derive(Clone)]
pub(crate) struct Key([u8; 32]);

impl From<[u8; 32]> for Key {
    fn from(key: [u8; 32]) -> Self {
        Self(key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// What became of the file of a chat when it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Opening {
    /// It was made, or is as it was left.
    #[default]
    AsLeft,
    /// It was begun anew, because it was damaged, of a newer version, or not encrypted so far. What the server knows comes
    /// from there again.
    Anew {
        /// For logs.
        reason: String,
        /// Whether everything that was not sent was taken over, as far as can be told.
        keeps_unsent: bool,
    },
}

impl Store {
    /// Opens the store, makes it if it is not there, and brings one of an older version up to date. One that is
    /// damaged, or of a version that is not known yet, is begun anew, and so is one that was not encrypted and is to be;
    /// what was still to be said to the server is taken over as far as it can be read.
    pub(crate) fn open(location: &Location) -> Result<Self> {
        let (path, key) = match location {
            Location::Memory => return Self::set_up(Connection::open_in_memory()?),
            Location::File { path, key } => (path, key.as_ref()),
        };
        let was_interrupted = replacing::finish(path)?;
        let mut store = match connect(path, key).and_then(Self::set_up) {
            // Under another key, or under none, what is whole looks like this too.
            Err(error) if error.is_no_store() && looks_encrypted(path) => Err(Error::Key),
            Err(error) if error.is_no_store() && key.is_some() && is_plain(path) => {
                let reason = "it was not encrypted".to_owned();
                Self::begin_anew_with(path, key, rescue(path, None)?, reason)
            }
            Err(error) if error.is_damage() => Self::begin_anew(path, key, error.to_string()),
            opened => opened,
        }?;
        if was_interrupted {
            store.opening = Opening::Anew {
                reason: "it was being replaced when the app ended".to_owned(),
                keeps_unsent: false,
            };
        }
        Ok(store)
    }

    /// Opens the store again after it has failed; one that showed to be damaged is begun anew.
    pub(crate) fn open_again(location: &Location, failure: &Error) -> Result<Self> {
        match location {
            Location::File { path, key } if failure.is_damage() => {
                Self::begin_anew(path, key.as_ref(), failure.to_string())
            }
            location => Self::open(location),
        }
    }

    /// Deletes the file, which must be closed, and begins another one.
    pub(crate) fn erase(location: &Location) -> Result<Self> {
        if let Location::File { path, .. } = location {
            replacing::remove(path)?;
        }
        Self::open(location)
    }

    /// What a store holds of another person is forgotten, together with the file.
    pub(crate) fn for_viewer(self, location: &Location, viewer: &UserId) -> Result<Self> {
        match self.read().viewer()? {
            Some(other) if other != *viewer => {
                drop(self);
                Self::erase(location)
            }
            _ => Ok(self),
        }
    }

    /// On a connection that is already there.
    pub(crate) fn set_up(connection: Connection) -> Result<Self> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A message that somebody typed is kept even when the battery is taken out.
        connection.pragma_update(None, "synchronous", "FULL")?;
        // What is deleted is not to be found in the file either; the words have a setting of their own in the schema.
        connection.pragma_update(None, "secure_delete", "ON")?;
        let mut store = Self {
            connection,
            people: Default::default(),
            has_new_names: Default::default(),
            has_failed: false,
            opening: Opening::AsLeft,
        };
        store.migrate()?;
        Ok(store)
    }

    fn migrate(&mut self) -> Result<()> {
        let version: u32 = self
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))?;
        let Some(missing) = VERSIONS.get(version as usize..) else {
            return Err(Error::Newer);
        };
        if missing.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        for script in missing {
            transaction.execute_batch(script)?;
        }
        transaction.pragma_update(None, "user_version", VERSIONS.len() as i64)?;
        Ok(transaction.commit()?)
    }

    fn begin_anew(path: &Path, key: Option<&Key>, reason: String) -> Result<Self> {
        let rescued = rescue(path, key).unwrap_or_default();
        Self::begin_anew_with(path, key, rescued, reason)
    }

    fn begin_anew_with(
        path: &Path,
        key: Option<&Key>,
        rescued: Option<Rescued>,
        reason: String,
    ) -> Result<Self> {
        let keeps_unsent = rescued.as_ref().is_some_and(|(_, unsaid)| unsaid.is_whole);
        tracing::warn!(reason, keeps_unsent, "the store is begun anew");
        write_rescued(&replacing::begin(path)?, key, rescued)?;
        replacing::replace(path)?;
        let mut store = Self::set_up(connect(path, key)?)?;
        store.opening = Opening::Anew {
            reason,
            keeps_unsent,
        };
        Ok(store)
    }
}

/// Deletes a file that is nobody's.
pub(crate) fn erase(path: &Path) -> Result<()> {
    let _lock = Lock::on(path)?;
    replacing::remove(path)
}

fn connect(path: &Path, key: Option<&Key>) -> Result<Connection> {
    let connection = Connection::open(path)?;
    if let Some(Key(bytes)) = key {
        if cfg!(not(feature = "encryption")) {
            return Err(Error::NoEncryption);
        }
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        connection.pragma_update(None, "cipher_log_level", "NONE")?;
        // Bytes and not a passphrase: nothing is derived, which would take a quarter of a second.
        connection.pragma_update(None, "key", format!("x'{hex}'"))?;
    }
    Ok(connection)
}

/// How every file begins that is not encrypted.
const HEADER: &[u8] = b"SQLite format 3\0";

/// The size of a page of an encrypted file, which has no beginning that could be told.
const PAGE: usize = 4096;

/// Of the 256 values that a byte can have, how many are in a page of noise at the least. It has all of them but one time in
/// thirty thousand; text, code and what an overwritten page of a plain file consists of have far fewer.
const NOISE: usize = 240;

fn is_plain(path: &Path) -> bool {
    first_page(path).is_some_and(|page| page.starts_with(HEADER))
}

/// Whether a file is noise from its beginning, as what is encrypted is. What cannot be read is taken for it too: nothing
/// that may be whole is thrown away.
fn looks_encrypted(path: &Path) -> bool {
    first_page(path).is_none_or(|page| {
        let values: HashSet<u8> = page.iter().copied().collect();
        page.len() == PAGE && values.len() >= NOISE && !page.starts_with(HEADER)
    })
}

fn first_page(path: &Path) -> Option<Vec<u8>> {
    let mut page = Vec::with_capacity(PAGE);
    let file = File::open(path).ok()?;
    file.take(PAGE as u64).read_to_end(&mut page).ok()?;
    Some(page)
}

/// Whose a file was, and what was still to be said.
type Rescued = (UserId, Readable);

/// Makes a file of what was rescued from another one, and closes it.
fn write_rescued(path: &Path, key: Option<&Key>, rescued: Option<Rescued>) -> Result<()> {
    let mut store = Store::set_up(connect(path, key)?)?;
    if let Some((viewer, unsaid)) = rescued {
        store.write(|rows| {
            rows.set_viewer(&viewer)?;
            unsaid.entries.into_iter().try_for_each(|entry| {
                let failure = entry.failure.clone();
                let id = rows.put_entry(&entry.into())?;
                rows.set_tried(id)?;
                // What was refused is not sent again by itself.
                rows.set_failure(id, failure.as_ref())
            })
        })?;
    }
    // Nothing of it is left beside the file.
    store
        .connection
        .pragma_update(None, "journal_mode", "DELETE")?;
    Ok(store.connection.close().map_err(|(_, error)| error)?)
}

/// Whose a damaged file is, and what its outbox still tells. Nothing where it does not say whose: it might be sent in
/// another person's name. Nothing of what was done to a message that is not there any more.
fn rescue(path: &Path, key: Option<&Key>) -> Result<Option<Rescued>> {
    let store = Store {
        connection: connect(path, key)?,
        people: Default::default(),
        has_new_names: Default::default(),
        has_failed: false,
        opening: Opening::AsLeft,
    };
    let Some(viewer) = store.read().viewer()? else {
        return Ok(None);
    };
    let mut unsaid = store.read().list_readable_entries()?;
    let keys = unsaid.entries.iter();
    let keys: HashSet<ClientId> = keys.filter_map(|entry| entry.key.clone()).collect();
    unsaid.entries.retain(|entry| match &entry.target {
        Some(Target::Unsent(key)) => keys.contains(key),
        Some(Target::Known(_)) | None => true,
    });
    Ok(Some((viewer, unsaid)))
}

impl Error {
    /// Whether the file itself is what is wrong.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(code) => matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase),
                None => is_unreadable(error),
            },
            Self::Content(_) | Self::Newer => true,
            Self::File(_) | Self::Key | Self::NoEncryption | Self::InUse => false,
        }
    }

    /// As SQLite tells of it.
    #[cfg(test)]
    pub(crate) fn damage() -> Self {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        rusqlite::Error::SqliteFailure(code, None).into()
    }

    fn is_no_store(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase))
    }
}

/// A value that nothing here has written.
fn is_unreadable(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
    };
    matches!(
        error,
        FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | Utf8Error(..)
    )
}

#[cfg(test)]
mod tests;
