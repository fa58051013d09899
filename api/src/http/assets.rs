//! The web app and the playground, out of the binary.
//!
//! A debug build reads them from `web/dist` at run time instead, so a bundle that is built
//! after the server is served all the same.

use std::borrow::Cow;

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{
    accept,
    security::{PAGE_POLICY, PLAYGROUND_POLICY},
};

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Bundle;

const APP: &str = "index.html";
const PLAYGROUND: &str = "playground/index.html";

/// Vite puts a hash of the content into the names of everything in this folder.
const HASHED: &str = "assets/";

/// Serves a file of the bundle; any other path is the app's own business, if it is a browser
/// that navigates there.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    match Bundle::get(path) {
        Some(file) if path == PLAYGROUND => page(&file, PLAYGROUND_POLICY),
        Some(file) if path == APP => page(&file, PAGE_POLICY),
        Some(file) => asset(path, &file, &headers),
        None if path.is_empty() => page_or_advice(APP, PAGE_POLICY),
        None if path.starts_with(HASHED) => not_found(),
        None if accept::wants_page(&headers) => page_or_advice(APP, PAGE_POLICY),
        None => not_found(),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "Not found.\n").into_response()
}

/// Serves the playground.
pub(super) async fn playground() -> Response {
    page_or_advice(PLAYGROUND, PLAYGROUND_POLICY)
}

fn page_or_advice(path: &str, policy: &'static str) -> Response {
    match Bundle::get(path) {
        Some(file) => page(&file, policy),
        None => advice(),
    }
}

/// Pages are asked for anew each time: they name the hashed files of the day.
fn page(file: &EmbeddedFile, policy: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, content(file)).into_response()
}

fn asset(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = entity_tag(file);
    let caching = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let fresh = known.is_some_and(|known| known.split(',').any(|known| known.trim() == tag));
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let media = file.metadata.mimetype();
        ([(header::CONTENT_TYPE, media)], content(file)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Embedded files are not copied.
fn content(file: &EmbeddedFile) -> Bytes {
    match &file.data {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::copy_from_slice(read),
    }
}

/// A weak one: the compressed file has the same.
fn entity_tag(file: &EmbeddedFile) -> String {
    let hash = &file.metadata.sha256_hash()[..12];
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{digits}\"")
}

/// Says how to get the page that is not there.
fn advice() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    (headers, include_str!("advice.html")).into_response()
}
