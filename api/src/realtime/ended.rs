//! Why a subscriber is told nothing more, and when it is only asked to wait.

use std::time::Duration;

use crate::storage;

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

/// Why there is nothing more to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person is not, or no longer, in the one room.
    NotAMember,
    /// The log does not reach back to the position any more, or not yet.
    OutOfLog,
}

/// Why something could not be found out.
#[derive(Debug)]
pub enum Failure {
    Ended(Ended),
    /// It may be had later.
    Storage(storage::Error),
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// Asks a database that fails again, less and less often, until it answers.
pub(super) struct Patience(Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(FIRST_RETRY)
    }
}

impl Patience {
    /// Returns when it is time to try again, or at once where nothing failed.
    pub(super) async fn wait_if_failed(&mut self, tried: Result<(), Failure>) -> Result<(), Ended> {
        match tried {
            Ok(()) => self.0 = FIRST_RETRY,
            Err(Failure::Ended(ended)) => return Err(ended),
            Err(Failure::Storage(error)) => {
                tracing::warn!(%error, "a subscriber cannot read the database; trying again");
                tokio::time::sleep(self.0).await;
                self.0 = LAST_RETRY.min(self.0 * 2);
            }
        }
        Ok(())
    }
}
