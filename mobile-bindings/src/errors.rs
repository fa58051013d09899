//! Errors, as they cross the boundary.

use std::time::Duration;

/// Why something did not happen. Tell them apart by their type; the texts are for people and logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum CauserieError {
    /// Nobody is signed in, or the server has ended the session. Show the sign-in screen.
    #[error("Signed out.")]
    SignedOut,
    /// The username or the password is wrong.
    #[error("Wrong username or password.")]
    WrongCredentials,
    /// The input breaks a rule. `field` is the part of it, as a path.
    #[error("{reason}")]
    Invalid { reason: String, field: Vec<String> },
    /// Taken already, or already there with another content.
    #[error("{reason}")]
    Conflict { reason: String, field: Vec<String> },
    /// Does not exist, or may not be seen.
    #[error("{reason}")]
    NotFound { reason: String },
    /// Not allowed to this person.
    #[error("{reason}")]
    Forbidden { reason: String },
    /// The account is banned.
    #[error("{reason}")]
    Banned { reason: String },
    /// The account may read but not write there.
    #[error("{reason}")]
    Muted { reason: String },
    /// Larger than the server takes.
    #[error("{reason}")]
    TooLarge { reason: String, field: Vec<String> },
    /// Came too late.
    #[error("{reason}")]
    Expired { reason: String },
    /// Too much, too fast; `retry_after` where the server says it.
    #[error("{reason}")]
    RateLimited {
        reason: String,
        retry_after: Option<Duration>,
    },
    /// No answer: no network, no server, or none in time. The request may or may not have been carried out.
    #[error("No answer from the server: {reason}")]
    Network { reason: String },
    /// The server failed.
    #[error("The server failed: {reason}")]
    Server { reason: String },
    /// What answered does not speak as a Causerie server does.
    #[error("Not understood: {reason}")]
    Protocol { reason: String },
    /// Something on the way (a proxy, a firewall) does not let this request through. The server has not seen it.
    #[error("Not let through: {reason}")]
    Blocked { reason: String },
    /// Refused for a reason that this version does not know.
    #[error("{reason}")]
    Refused { code: String, reason: String },
    /// What is kept on the device could not be read or written. It may work the next time.
    #[error("The store failed: {reason}")]
    Store { reason: String },
    /// There is no room left on the device. Nothing was kept of what was asked for.
    #[error("The disk is full")]
    DiskFull,
    /// The file of a chat is encrypted with another key, or was given none. It is left as it is.
    #[error("The file is not encrypted with this key")]
    WrongKey,
    /// Another chat, of this process or of another one, has the file. One chat for the process is enough.
    #[error("Another chat has the file")]
    FileInUse,
    /// The app's session store failed.
    #[error("The session store failed: {reason}")]
    SessionStore { reason: String },
    /// The chat has ended: open it again.
    #[error("The chat has ended")]
    ChatEnded,
    /// The client was set up with something unusable, such as an address that is none.
    #[error("{reason}")]
    Setup { reason: String },
    /// A fault of the library itself.
    #[error("Internal fault: {reason}")]
    Internal { reason: String },
}

impl From<causerie_sdk::Error> for CauserieError {
    fn from(error: causerie_sdk::Error) -> Self {
        use causerie_sdk::Error;
        match error {
            Error::SignedOut => Self::SignedOut,
            Error::WrongCredentials => Self::WrongCredentials,
            Error::Invalid { reason, field } => Self::Invalid { reason, field },
            Error::Conflict { reason, field } => Self::Conflict { reason, field },
            Error::NotFound { reason } => Self::NotFound { reason },
            Error::Forbidden { reason } => Self::Forbidden { reason },
            Error::Banned { reason } => Self::Banned { reason },
            Error::Muted { reason } => Self::Muted { reason },
            Error::TooLarge { reason, field } => Self::TooLarge { reason, field },
            Error::Expired { reason } => Self::Expired { reason },
            Error::RateLimited {
                reason,
                retry_after,
            } => Self::RateLimited {
                reason,
                retry_after,
            },
            Error::Network { reason } => Self::Network { reason },
            Error::Server { reason } => Self::Server { reason },
            Error::Protocol { reason } => Self::Protocol { reason },
            Error::Blocked { reason } => Self::Blocked { reason },
            Error::Refused { code, reason } => Self::Refused { code, reason },
            Error::Store { reason } => Self::Store { reason },
            Error::DiskFull => Self::DiskFull,
            Error::WrongKey => Self::WrongKey,
            Error::FileInUse => Self::FileInUse,
            Error::SessionStore { reason } => Self::SessionStore { reason },
            Error::ChatEnded => Self::ChatEnded,
            Error::Setup { reason } => Self::Setup { reason },
            error => Self::Internal {
                reason: error.to_string(),
            },
        }
    }
}

/// What the app's own code (a listener, a store, a logger) throws when it fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CallbackError {
    /// It failed.
    #[error("{reason}")]
    Failed { reason: String },
}

/// Any other exception, so that none becomes a panic.
impl From<uniffi::UnexpectedUniFFICallbackError> for CallbackError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_proxy_does_not_let_through_is_told_apart() {
        let reason = "HTTP status 403".to_owned();
        let told = CauserieError::from(causerie_sdk::Error::Blocked {
            reason: reason.clone(),
        });
        assert_eq!(told, CauserieError::Blocked { reason });
    }
}
