//! Another file in place of one that is damaged. What was rescued from that is in one of the two at any moment, so that
//! losing power loses nothing of it.

use super::{Error, Result};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A file that is being written: what is in it counts for nothing.
const UNFINISHED: &str = ".unfinished";
/// One that is whole, and about to take the other's place.
const RESCUED: &str = ".rescued";

/// What SQLite keeps beside a file. What is left of it would be taken for changes to whatever has the file's name.
const LOGS: [&str; 2] = ["-wal", "-shm"];

/// The steps from a file that is written to one that has the other's place. From the first one on, [`finish`] does what is
/// left of them.
pub(super) const STEPS: [fn(&Path) -> Result<()>; 3] = [declare_whole, drop_logs, take_place];

/// Where another file for this one is to be written. What an earlier attempt has left there is gone.
pub(super) fn begin(path: &Path) -> Result<PathBuf> {
    let unfinished = beside(path, UNFINISHED);
    remove_with_logs(&unfinished)?;
    Ok(unfinished)
}

/// Puts what was written, and is closed by now, in the file's place.
pub(super) fn replace(path: &Path) -> Result<()> {
    STEPS.iter().try_for_each(|step| step(path))
}

/// Goes on with a replacement that was interrupted. Whether there was one.
pub(super) fn finish(path: &Path) -> Result<bool> {
    let is_interrupted = beside(path, RESCUED).try_exists().map_err(Error::File)?;
    if is_interrupted {
        STEPS[1..].iter().try_for_each(|step| step(path))?;
    }
    Ok(is_interrupted)
}

/// Deletes a file, and whatever is beside it. What would take its place goes first.
pub(super) fn remove(path: &Path) -> Result<()> {
    remove_with_logs(&beside(path, RESCUED))?;
    remove_with_logs(&beside(path, UNFINISHED))?;
    remove_with_logs(path)
}

fn declare_whole(path: &Path) -> Result<()> {
    let unfinished = beside(path, UNFINISHED);
    let file = File::options().write(true).open(&unfinished);
    file.and_then(|file| file.sync_all()).map_err(Error::File)?;
    fs::rename(unfinished, beside(path, RESCUED)).map_err(Error::File)?;
    sync_folder(path);
    Ok(())
}

fn drop_logs(path: &Path) -> Result<()> {
    for suffix in LOGS {
        remove_file(&beside(path, suffix))?;
    }
    sync_folder(path);
    Ok(())
}

fn take_place(path: &Path) -> Result<()> {
    fs::rename(beside(path, RESCUED), path).map_err(Error::File)?;
    sync_folder(path);
    Ok(())
}

/// Has the names in a folder kept in the order in which they were changed, where the system can do that.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| *folder != OsStr::new(""));
    let folder = File::open(folder.unwrap_or(Path::new(".")));
    if let Err(error) = folder.and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "the folder cannot be synced");
    }
}

fn remove_with_logs(path: &Path) -> Result<()> {
    remove_file(path)?;
    LOGS.iter()
        .try_for_each(|suffix| remove_file(&beside(path, suffix)))
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::File(error)),
        _ => Ok(()),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
