//! Every GraphQL operation of the client, checked against `schema.graphql` at compile time, and how its answer
//! becomes the plain values of `model`.

/// A mutation that takes one input.
macro_rules! mutation {
    ($name:ident, $variables:ident: $field:ident($given:ty) -> $payload:ty) => {
        #[derive(cynic::QueryVariables)]
        pub(crate) struct $variables {
            input: $given,
        }

        #[derive(cynic::QueryFragment)]
        #[cynic(graphql_type = "Mutation", variables = $variables)]
        pub(crate) struct $name {
            #[arguments(input: $input)]
            pub(crate) $field: $payload,
        }

        impl $name {
            pub(crate) fn of(input: $given) -> cynic::Operation<Self, $variables> {
                <Self as cynic::MutationBuilder<$variables>>::build($variables { input })
            }
        }
    };
}

pub(crate) mod account;
pub(crate) mod changes;
pub(crate) mod fields;
pub(crate) mod members;
pub(crate) mod message_fields;
pub(crate) mod messages;
pub(crate) mod moderation;
pub(crate) mod people;
pub(crate) mod pins;
pub(crate) mod presence;
pub(crate) mod rooms;
mod scalars;
pub(crate) mod scheduled;
pub(crate) mod sessions;
pub(crate) mod standing;
pub(crate) mod sync;
pub(crate) mod threads;

#[expect(unreachable_pub, reason = "cynic writes the module's contents")]
#[cynic::schema("causerie")]
mod schema {}

use crate::Error;

/// An expected outcome that is not success.
#[derive(cynic::QueryFragment, Debug)]
pub(crate) struct UserError {
    code: ErrorCode,
    message: String,
    field: Option<Vec<String>>,
}

#[derive(cynic::Enum, Debug, PartialEq)]
enum ErrorCode {
    Unauthenticated,
    Forbidden,
    NotFound,
    Invalid,
    Conflict,
    RateLimited,
    Banned,
    Muted,
    TooLarge,
    Expired,
    Internal,
    #[cynic(fallback)]
    Unknown(String),
}

impl UserError {
    fn into_error(self) -> Error {
        let code = match &self.code {
            ErrorCode::Unauthenticated => "UNAUTHENTICATED",
            ErrorCode::Forbidden => "FORBIDDEN",
            ErrorCode::NotFound => "NOT_FOUND",
            ErrorCode::Invalid => "INVALID",
            ErrorCode::Conflict => "CONFLICT",
            ErrorCode::RateLimited => "RATE_LIMITED",
            ErrorCode::Banned => "BANNED",
            ErrorCode::Muted => "MUTED",
            ErrorCode::TooLarge => "TOO_LARGE",
            ErrorCode::Expired => "EXPIRED",
            ErrorCode::Internal => "INTERNAL",
            ErrorCode::Unknown(code) => code,
        };
        Error::from_code(code, self.message, self.field.unwrap_or_default())
    }
}

/// A mutation's outcome: its result, or the first of its errors.
fn outcome<T>(result: Option<T>, errors: Vec<UserError>) -> Result<T, Error> {
    match (errors.into_iter().next(), result) {
        (Some(error), _) => Err(error.into_error()),
        (None, Some(result)) => Ok(result),
        (None, None) => Err(incomplete()),
    }
}

fn incomplete() -> Error {
    Error::Protocol {
        reason: "the answer carries neither a result nor an error".to_owned(),
    }
}
