//! The one place where a use case's error becomes GraphQL: data for what people can do something
//! about, a top-level error for the rest.

use async_graphql::{Enum, ErrorExtensions, SimpleObject};

use crate::services;

/// What kind of thing went wrong.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// Nobody is logged in, or the name, password or token is not right.
    Unauthenticated,
    /// The viewer may not do this here.
    Forbidden,
    /// It does not exist, or is not for the viewer to see.
    NotFound,
    /// The input is not acceptable; `field` says which part.
    Invalid,
    /// The input collides with something that exists.
    Conflict,
    /// Too many attempts; the extension `retryAfter` says how many seconds to wait.
    RateLimited,
    /// The viewer, or whom they want to let in, is banned here.
    Banned,
    /// The viewer is muted here for the time being.
    Muted,
    /// The input is larger than allowed.
    TooLarge,
    /// What was given was good once, and is not any more.
    Expired,
    /// The server is at fault. The cause is in its log.
    Internal,
}

/// An expected outcome that is not success.
#[derive(SimpleObject)]
pub struct UserError {
    /// What kind of thing went wrong.
    code: ErrorCode,
    /// A sentence for a person, in English.
    message: String,
    /// The path of the offending field within `input`; null when it is not about one field.
    field: Option<Vec<String>>,
}

/// Splits the end of a use case into what a payload holds, and what belongs at the top level.
pub(super) fn outcome<T>(
    result: services::Result<T>,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(
            error @ (services::Error::RateLimited { .. }
            | services::Error::Busy { .. }
            | services::Error::Internal(_)),
        ) => Err(fault(error)),
        Err(error) => Ok((None, vec![user_error(&error)])),
    }
}

/// A use case's error as a top-level error, for fields that have no payload.
pub(super) fn fault(error: services::Error) -> async_graphql::Error {
    if let services::Error::Internal(cause) = &error {
        tracing::error!(%cause, "a request failed");
    }
    let top_level = async_graphql::Error::new(error.to_string());
    top_level.extend_with(|_, extensions| {
        extensions.set("code", code_name(code(&error)));
        if let services::Error::RateLimited { retry_after }
        | services::Error::Busy { retry_after } = &error
        {
            extensions.set("retryAfter", retry_after.as_secs().max(1));
        }
    })
}

pub(super) fn unauthenticated() -> async_graphql::Error {
    async_graphql::Error::new("Log in first")
        .extend_with(|_, extensions| extensions.set("code", "UNAUTHENTICATED"))
}

fn user_error(error: &services::Error) -> UserError {
    let field = match error {
        services::Error::Invalid { field, .. }
        | services::Error::TooLarge { field, .. }
        | services::Error::Conflict { field, .. }
        | services::Error::WrongPassword { field } => {
            Some(field.split('.').map(str::to_owned).collect())
        }
        _ => None,
    };
    UserError {
        code: code(error),
        message: error.to_string(),
        field,
    }
}

fn code(error: &services::Error) -> ErrorCode {
    match error {
        services::Error::NotFound(_) => ErrorCode::NotFound,
        services::Error::Forbidden(_) => ErrorCode::Forbidden,
        services::Error::Invalid { .. } => ErrorCode::Invalid,
        services::Error::TooLarge { .. } => ErrorCode::TooLarge,
        services::Error::Conflict { .. } => ErrorCode::Conflict,
        services::Error::WrongCredentials(_) | services::Error::WrongPassword { .. } => {
            ErrorCode::Unauthenticated
        }
        services::Error::Banned(_) => ErrorCode::Banned,
        services::Error::Muted(_) => ErrorCode::Muted,
        services::Error::Expired(_) => ErrorCode::Expired,
        services::Error::RateLimited { .. } | services::Error::Busy { .. } => {
            ErrorCode::RateLimited
        }
        services::Error::Internal(_) => ErrorCode::Internal,
    }
}

fn code_name(code: ErrorCode) -> String {
    match async_graphql::resolver_utils::enum_value(code) {
        async_graphql::Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    }
}
