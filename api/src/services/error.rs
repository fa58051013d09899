//! How a use case can end other than well.

use std::time::Duration;

use crate::storage;

pub type Result<T> = std::result::Result<T, Error>;

/// Closed on purpose: whoever shows these to people covers them all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Absent, or not for this viewer to see; the two look the same.
    #[error("{0} not found")]
    NotFound(&'static str),
    #[error("{0}")]
    Forbidden(&'static str),
    /// A field of the input is not acceptable.
    #[error("{message}")]
    Invalid {
        field: &'static str,
        message: String,
    },
    /// A field of the input is larger than allowed.
    #[error("{message}")]
    TooLarge {
        field: &'static str,
        message: String,
    },
    /// A field of the input collides with what exists.
    #[error("{message}")]
    Conflict {
        field: &'static str,
        message: &'static str,
    },
    /// The name, the password or the token is not right.
    #[error("{0}")]
    WrongCredentials(&'static str),
    /// The password in a field of the input is not the account's.
    #[error("Wrong password")]
    WrongPassword { field: &'static str },
    /// They may not come in; with the reason, if one was given.
    #[error("Banned from this room{}", because(.0.as_deref()))]
    Banned(Option<String>),
    /// They may not write for the time being; with the reason, if one was given.
    #[error("Muted in this room{}", because(.0.as_deref()))]
    Muted(Option<String>),
    #[error("{0}")]
    Expired(&'static str),
    #[error("Too many attempts")]
    RateLimited { retry_after: Duration },
    /// More is asked of the server than it can do.
    #[error("The server is busy: try again soon")]
    Busy { retry_after: Duration },
    /// Our fault. The cause is for the log only.
    #[error("Something went wrong on the server")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(super) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            message: message.into(),
        }
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

fn because(reason: Option<&str>) -> String {
    reason
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default()
}
