//! What the server says of itself: its schema, its keys, its health.

use std::{future::Future, sync::Arc};

use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

/// Finds out whether the server can do its work; the error is for the log only.
#[derive(Clone)]
pub struct Readiness(Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>);

impl Readiness {
    /// Asks `check` at every request for `/health`.
    pub fn new<F, R>(check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(check())))
    }
}

/// Routes for `/schema.graphql`, `/.well-known/jwks.json` and `/health`.
pub(super) fn routes(sdl: String, jwks: Value, readiness: Readiness) -> Router {
    let sdl: Arc<str> = sdl.into();
    let schema = move || async move {
        let headers = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        (headers, sdl.to_string())
    };
    let keys = move || async move {
        let headers = [(header::CACHE_CONTROL, "public, max-age=300")];
        (headers, Json(jwks))
    };
    let health = move || async move {
        let (status, word) = match (readiness.0)().await {
            Ok(()) => (StatusCode::OK, "ok"),
            Err(reason) => {
                tracing::warn!(reason, "not ready");
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
        };
        let headers = [(header::CACHE_CONTROL, "no-store")];
        (status, headers, Json(json!({ "status": word }))).into_response()
    };
    Router::new()
        .route("/schema.graphql", get(schema))
        .route("/.well-known/jwks.json", get(keys))
        .route("/health", get(health))
}
