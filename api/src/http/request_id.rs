//! A name for each request, in the log and in the answer.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

/// The name of one request.
#[derive(Clone)]
pub(super) struct RequestId(pub(super) Arc<str>);

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

impl RequestId {
    /// Unlike any other of this process, and most likely of any other process.
    fn next() -> Self {
        static PROCESS: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one(0) as u32);
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(format!("{:08x}-{number}", *PROCESS).into())
    }
}

/// Names the request, for everything that is logged on its behalf and for the client.
pub(super) async fn name(mut request: Request, next: Next) -> Response {
    let id = RequestId::next();
    let span = tracing::info_span!(
        "request",
        id = &*id.0,
        method = %request.method(),
        path = request.uri().path(),
    );
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), "answered"));
    if let Ok(value) = HeaderValue::try_from(&*id.0) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
