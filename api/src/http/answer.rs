//! What goes back to the client: coded errors, and JSON.

use std::collections::BTreeMap;

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde::Serialize;

/// The request itself is wrong.
pub(super) const INVALID: &str = "INVALID";
/// The server failed.
pub(super) const INTERNAL: &str = "INTERNAL";
/// The page or the user that asks may not.
pub(super) const FORBIDDEN: &str = "FORBIDDEN";
/// Too much at once.
pub(super) const TOO_LARGE: &str = "TOO_LARGE";
/// What was given was good once, and is not any more.
pub(super) const EXPIRED: &str = "EXPIRED";
/// Too many at once.
pub(super) const RATE_LIMITED: &str = "RATE_LIMITED";

/// An error with a code that clients can switch on.
pub(super) fn error(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code);
    error
}

/// An error of the client's making.
pub(super) fn invalid(message: impl Into<String>) -> ServerError {
    error(INVALID, message)
}

/// An error whose cause the client is not told; it is in the log.
pub(super) fn internal() -> ServerError {
    error(
        INTERNAL,
        "The server failed to answer this; it has been logged.",
    )
}

/// The log no longer reaches back to where a subscription wants to go on.
pub(super) fn expired() -> ServerError {
    error(
        EXPIRED,
        "The log does not reach back to this cursor: load anew, then subscribe without it.",
    )
}

/// Sees to it that every error has a code.
///
/// Resolvers give their errors one. What comes without is async-graphql's: about the document
/// or an argument, so `INVALID`; unless it carries a Rust error as its source, which a resolver
/// let through unconverted: then the client must not see it.
pub(super) fn complete_codes(response: &mut Response) {
    for error in &mut response.errors {
        let coded = error
            .extensions
            .as_ref()
            .is_some_and(|values| values.get("code").is_some());
        if coded {
            continue;
        }
        if error.source.is_some() {
            tracing::error!(message = error.message, path = ?error.path, "a resolver's error has no code");
            error.message = internal().message;
            set_code(error, INTERNAL);
        } else {
            set_code(error, INVALID);
        }
    }
}

/// Whether nothing was executed: the response has no `data` at all then.
pub(super) fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// The response as the specification serialises it.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    #[serde(skip_serializing_if = "is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> Body<'a> {
    pub(super) fn of(response: &'a Response) -> Self {
        Self {
            errors: &response.errors,
            data: (!is_request_error(response)).then_some(&response.data),
            extensions: &response.extensions,
        }
    }
}

/// The response as it goes over the wire.
pub(super) fn to_json(response: &Response) -> Vec<u8> {
    // Values out of a resolver always serialise: their keys are strings.
    serde_json::to_vec(&Body::of(response)).unwrap_or_default()
}

fn is_empty(errors: &&[ServerError]) -> bool {
    errors.is_empty()
}

fn set_code(error: &mut ServerError, code: &str) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_graphql::PathSegment;
    use serde_json::json;

    use super::*;

    fn json_of(response: &Response) -> serde_json::Value {
        serde_json::to_value(Body::of(response)).expect("JSON")
    }

    #[test]
    fn a_response_to_nothing_executed_has_no_data() {
        let refused = Response::from_errors(vec![invalid("No.")]);
        assert_eq!(
            json_of(&refused),
            json!({ "errors": [{ "message": "No.", "extensions": { "code": "INVALID" } }] })
        );
        let mut failed = Response::from_errors(vec![internal()]);
        failed.errors[0].path = vec![PathSegment::Field("a".into())];
        assert_eq!(json_of(&failed)["data"], json!(null));
        assert!(
            json_of(&failed)
                .as_object()
                .is_some_and(|body| body.contains_key("data"))
        );
        assert_eq!(
            json_of(&Response::new(Value::Null)),
            json!({ "data": null })
        );
    }

    #[test]
    fn every_error_gets_a_code_and_hides_what_it_should() {
        let mut leaking = ServerError::new("no such table: users", None);
        leaking.source = Some(Arc::new("no such table: users"));
        let mut response = Response::from_errors(vec![
            ServerError::new("Unknown field", None),
            error("NOT_FOUND", "Not here"),
            leaking,
        ]);
        complete_codes(&mut response);
        let body = json_of(&response);
        let code = |at: usize| body["errors"][at]["extensions"]["code"].clone();
        assert_eq!(
            [code(0), code(1), code(2)],
            ["INVALID", "NOT_FOUND", "INTERNAL"]
        );
        assert!(!body.to_string().contains("no such table"));
    }
}
