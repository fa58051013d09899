//! Everything that speaks HTTP: the GraphQL endpoint, its socket, and the web app's files.
//!
//! The rest of the server is known here by three things only: an [`Executor`] that answers
//! operations, an [`Authenticator`] that knows access tokens, and a [`Readiness`] check.

mod accept;
mod answer;
mod assets;
mod body;
mod client;
mod cookies;
mod document;
mod documents;
mod drain;
mod endpoint;
mod execution;
mod inputs;
mod limits;
mod login;
mod operation;
mod origin;
mod published;
mod request_id;
mod routing;
mod security;
mod serve;
mod socket;
mod subscription_root;
mod tokens;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_graphql::{Data, Executor};
use axum::{
    Router,
    http::{HeaderValue, Method, header, request},
    middleware,
    routing::get,
};
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};

pub use async_graphql::Data as OperationData;

pub use self::{
    client::TrustedProxies,
    drain::Drain,
    execution::Executors,
    limits::Limits,
    login::{Authenticator, Login, LoginRefused},
    origin::AllowedOrigins,
    published::Readiness,
    serve::serve,
};
use self::{documents::Documents, login::Filler};
use crate::graphql::request::RequestInfo;

/// What the router is made of.
pub struct HttpParts<E> {
    /// Answer operations: each an `async_graphql::Schema`, whose subscription root must be called
    /// `Subscription`.
    pub executors: Executors<E>,
    /// Knows access tokens.
    pub authenticator: Arc<dyn Authenticator>,
    /// Answers `/health`.
    pub readiness: Readiness,
    /// Web pages of these origins may open sockets and call the API, besides our own.
    pub origins: AllowedOrigins,
    /// Proxies whose word on the client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// The schema, for `/schema.graphql`.
    pub sdl: String,
    /// The keys that access tokens are signed with, for `/.well-known/jwks.json`.
    pub jwks: serde_json::Value,
    /// How much one client can ask for.
    pub limits: Limits,
    /// Shared with [`serve`], so that sockets end with the server.
    pub drain: Drain,
}

/// What the handlers share.
struct Shared<E> {
    executors: Executors<E>,
    documents: Arc<Documents>,
    authenticator: Arc<dyn Authenticator>,
    origins: AllowedOrigins,
    trusted_proxies: TrustedProxies,
    limits: Limits,
    drain: Drain,
    sockets: socket::Census,
    turns: socket::Turns,
}

impl<E> Shared<E> {
    /// Puts into an operation's data what its resolvers may need.
    fn fill(&self, data: &mut Data, viewer: Option<&Filler>, info: RequestInfo) {
        data.insert(info);
        self.authenticator.prepare(data);
        if let Some(fill) = viewer {
            fill(data);
        }
    }
}

/// The whole HTTP surface of the server.
pub fn router<E: Executor>(parts: HttpParts<E>) -> Router {
    let cross_origin = cross_origin(parts.origins.clone());
    let documents = Documents::new(parts.limits.clone(), &parts.sdl);
    let published = published::routes(parts.sdl, parts.jwks, parts.readiness);
    let shared = Arc::new(Shared {
        executors: parts.executors,
        documents: Arc::new(documents),
        authenticator: parts.authenticator,
        origins: parts.origins,
        trusted_proxies: parts.trusted_proxies,
        limits: parts.limits,
        drain: parts.drain,
        sockets: socket::Census::default(),
        turns: socket::Turns::new(),
    });
    let graphql = get(endpoint::get::<E>)
        .post(endpoint::post::<E>)
        .fallback(endpoint::other_method);
    let assets = Router::new()
        .route("/playground", get(assets::playground))
        .route("/playground/", get(assets::playground))
        .fallback(assets::serve)
        .layer(CompressionLayer::new());
    Router::new()
        .route("/graphql", graphql)
        .with_state(shared)
        .merge(published)
        .layer(cross_origin)
        .merge(assets)
        .layer(middleware::from_fn(security::headers))
        .layer(middleware::from_fn(request_id::name))
}

/// Lets pages of the listed origins read answers; no others, and none by default.
fn cross_origin(origins: AllowedOrigins) -> CorsLayer {
    let listed = move |origin: &HeaderValue, _: &request::Parts| origins.lists(origin);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(listed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .allow_credentials(true)
}
