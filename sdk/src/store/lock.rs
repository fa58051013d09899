//! Whose a file is: two chats that keep what they know in one file would overwrite it for each other.

use super::{Error, Location, Result};
use crate::environment;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// A chat that was dropped may still be about to end: so many attempts are made, each so long after the other.
const ATTEMPTS: u32 = 200;
const INTERVAL: Duration = Duration::from_millis(10);

/// Held for as long as a file is somebody's; the system lets go of it however a process ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "to be held")] File);

impl Lock {
    /// None is needed for what nobody else can open.
    pub(crate) fn of(location: &Location) -> Result<Option<Self>> {
        match location {
            Location::Memory => Ok(None),
            Location::File { path, .. } => Self::on(path),
        }
    }

    /// On a file of its own, because the other one may be replaced. None where the system knows no locks.
    pub(crate) fn on(path: &Path) -> Result<Option<Self>> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let file = File::options().append(true).create(true).open(beside);
        let file = file.map_err(Error::File)?;
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock) => environment::rest(INTERVAL),
                Err(TryLockError::Error(error)) => {
                    tracing::warn!(%error, "the file cannot be locked");
                    return Ok(None);
                }
            }
        }
        Err(Error::InUse)
    }
}
