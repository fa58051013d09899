//! Reading a request's body, no further than it may go.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use bytes::BytesMut;
use futures_util::StreamExt;
use serde_json::Value;

use super::{answer, endpoint::Refusal, limits::Limits};

/// The body as JSON.
///
/// Only `application/json` is taken: a web page of another origin cannot send that without
/// asking first, so no form can act in a user's name.
pub(super) async fn read_json(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
) -> Result<Value, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            answer::INVALID,
            "A request's body is JSON in UTF-8, with the content type application/json.",
        ));
    }
    let read = read(headers, body, limits.message_bytes);
    let bytes = tokio::time::timeout(limits.body_timeout, read)
        .await
        .unwrap_or_else(|_| {
            let message = "The request's body took too long to arrive.";
            Err(Refusal::new(
                StatusCode::REQUEST_TIMEOUT,
                answer::INVALID,
                message,
            ))
        })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let message = match (error.line(), error.column()) {
            _ if bytes.trim_ascii().is_empty() => "The request has no body.".to_owned(),
            (line, column) => {
                format!("The request's body is not JSON (line {line}, column {column}).")
            }
        };
        Refusal::new(StatusCode::BAD_REQUEST, answer::INVALID, message)
    })
}

async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<BytesMut, Refusal> {
    let too_large = || {
        let message = format!("A request's body may have at most {limit} bytes.");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, answer::TOO_LARGE, message)
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > limit) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0));
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| {
            let message = "The request's body broke off.";
            Refusal::new(StatusCode::BAD_REQUEST, answer::INVALID, message)
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let Some(value) = value.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    media.eq_ignore_ascii_case("application/json")
        && parts
            .filter_map(|part| part.split_once('='))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .all(|(_, charset)| {
                charset
                    .trim()
                    .trim_matches('"')
                    .eq_ignore_ascii_case("utf-8")
            })
}
