//! The one error type of the client.

use std::time::Duration;

/// Why something did not happen. Match on the variant; the texts are for people and logs.
///
/// Variants with a `field` name the part of the input that was refused, as a path (`["username"]`), empty when the
/// whole was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is signed in here, or the server has ended the session. Show the sign-in screen.
    #[error("signed out")]
    SignedOut,
    /// The username or the password is wrong.
    #[error("wrong username or password")]
    WrongCredentials,
    /// The input breaks a rule.
    #[error("{reason}")]
    Invalid {
        /// For people.
        reason: String,
        /// The part of the input.
        field: Vec<String>,
    },
    /// Taken already, or already there with another content.
    #[error("{reason}")]
    Conflict {
        /// For people.
        reason: String,
        /// The part of the input.
        field: Vec<String>,
    },
    /// Does not exist, or may not be seen.
    #[error("{reason}")]
    NotFound {
        /// For people.
        reason: String,
    },
    /// Not allowed to this person.
    #[error("{reason}")]
    Forbidden {
        /// For people.
        reason: String,
    },
    /// The account is banned.
    #[error("{reason}")]
    Banned {
        /// For people.
        reason: String,
    },
    /// The account may read but not write there.
    #[error("{reason}")]
    Muted {
        /// For people.
        reason: String,
    },
    /// Larger than the server takes.
    #[error("{reason}")]
    TooLarge {
        /// For people.
        reason: String,
        /// The part of the input.
        field: Vec<String>,
    },
    /// Came too late.
    #[error("{reason}")]
    Expired {
        /// For people.
        reason: String,
    },
    /// Too much, too fast.
    #[error("{reason}")]
    RateLimited {
        /// For people.
        reason: String,
        /// When to try again, where the server says it.
        retry_after: Option<Duration>,
    },
    /// No answer: no network, no server, or none in time. The request may or may not have been carried out.
    #[error("no answer from the server: {reason}")]
    Network {
        /// For logs.
        reason: String,
    },
    /// The server failed.
    #[error("the server failed: {reason}")]
    Server {
        /// For logs.
        reason: String,
    },
    /// What answered does not speak as a Causerie server does.
    #[error("not understood: {reason}")]
    Protocol {
        /// For logs.
        reason: String,
    },
    /// Something on the way (a proxy, a firewall) does not let this request through. The server has not seen it.
    #[error("not let through: {reason}")]
    Blocked {
        /// For logs.
        reason: String,
    },
    /// Refused for a reason that a newer server knows and this version does not.
    #[error("{reason}")]
    Refused {
        /// The server's code.
        code: String,
        /// For people.
        reason: String,
    },
    /// What is kept on the device could not be read or written. It may work the next time: a chat opens its file again by
    /// itself.
    #[error("the store failed: {reason}")]
    Store {
        /// For logs.
        reason: String,
    },
    /// There is no room left on the device. Nothing was kept of what was asked for.
    #[error("the disk is full")]
    DiskFull,
    /// The file of a chat is encrypted with another key, or was given none. It is left as it is.
    #[error("the file is not encrypted with this key")]
    WrongKey,
    /// Another chat, of this process or of another one, has the file. One chat for the process is enough.
    #[error("another chat has the file")]
    FileInUse,
    /// The app's own session store failed.
    #[error("the session store failed: {reason}")]
    SessionStore {
        /// For logs.
        reason: String,
    },
    /// The chat has ended: open it again.
    #[error("the chat has ended")]
    ChatEnded,
    /// The client was set up with something unusable, such as an address that is none.
    #[error("{reason}")]
    Setup {
        /// For the developer.
        reason: String,
    },
}

impl Error {
    /// Whether the same request may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Network { .. } | Self::Server { .. } | Self::RateLimited { .. }
        )
    }

    /// Whether the same request may be answered otherwise later. What sits between here and the server (a hotel's sign-in
    /// page) answers in its own way for a while, and a device may have its keys back when it is unlocked.
    pub(crate) fn is_passing(&self) -> bool {
        let is_ours = matches!(
            self,
            Self::Store { .. } | Self::DiskFull | Self::SessionStore { .. }
        );
        let is_foreign = matches!(self, Self::Protocol { .. } | Self::Blocked { .. });
        is_ours || is_foreign || self.is_transient()
    }

    /// The server's code for it, or a name of ours for what no server says.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::SignedOut => "UNAUTHENTICATED",
            Self::WrongCredentials => "WRONG_CREDENTIALS",
            Self::Invalid { .. } => "INVALID",
            Self::Conflict { .. } => "CONFLICT",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::Banned { .. } => "BANNED",
            Self::Muted { .. } => "MUTED",
            Self::TooLarge { .. } => "TOO_LARGE",
            Self::Expired { .. } => "EXPIRED",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Network { .. } => "NETWORK",
            Self::Server { .. } => "INTERNAL",
            Self::Protocol { .. } => "PROTOCOL",
            Self::Blocked { .. } => "BLOCKED",
            Self::Refused { code, .. } => code,
            Self::Store { .. } => "STORE",
            Self::DiskFull => "DISK_FULL",
            Self::WrongKey => "WRONG_KEY",
            Self::FileInUse => "FILE_IN_USE",
            Self::SessionStore { .. } => "SESSION_STORE",
            Self::ChatEnded => "CHAT_ENDED",
            Self::Setup { .. } => "SETUP",
        }
    }

    /// The part of the input that was refused.
    pub(crate) fn field(&self) -> &[String] {
        match self {
            Self::Invalid { field, .. }
            | Self::Conflict { field, .. }
            | Self::TooLarge { field, .. } => field,
            _ => &[],
        }
    }

    /// From a code of the server's (`ErrorCode`, or `extensions.code` of a top-level error).
    pub(crate) fn from_code(code: &str, reason: String, field: Vec<String>) -> Self {
        match code {
            "UNAUTHENTICATED" => Self::SignedOut,
            "INVALID" => Self::Invalid { reason, field },
            "CONFLICT" => Self::Conflict { reason, field },
            "NOT_FOUND" => Self::NotFound { reason },
            "FORBIDDEN" => Self::Forbidden { reason },
            "BANNED" => Self::Banned { reason },
            "MUTED" => Self::Muted { reason },
            "TOO_LARGE" => Self::TooLarge { reason, field },
            "EXPIRED" => Self::Expired { reason },
            "RATE_LIMITED" => Self::RateLimited {
                reason,
                retry_after: None,
            },
            "INTERNAL" => Self::Server { reason },
            "BLOCKED" => Self::Blocked { reason },
            _ => Self::Refused {
                code: code.to_owned(),
                reason,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_schema_has_its_own_variant() {
        let schema = include_str!("../../schema.graphql");
        let (_, rest) = schema
            .split_once("enum ErrorCode {")
            .expect("the schema has ErrorCode");
        let (body, _) = rest.split_once('}').expect("the enum ends");
        let codes = body.lines().map(str::trim).filter(|line| {
            !line.is_empty() && line.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        });
        let mut seen = 0;
        for code in codes {
            let error = Error::from_code(code, String::new(), Vec::new());
            assert!(
                !matches!(error, Error::Refused { .. }),
                "{code} has no variant"
            );
            seen += 1;
        }
        assert!(seen >= 11, "only {seen} codes read from the schema");
    }

    #[test]
    fn an_unknown_code_keeps_its_name() {
        let error = Error::from_code("QUARANTINED", "Wait a day.".to_owned(), Vec::new());
        assert_eq!(
            error,
            Error::Refused {
                code: "QUARANTINED".to_owned(),
                reason: "Wait a day.".to_owned()
            }
        );
    }
}
