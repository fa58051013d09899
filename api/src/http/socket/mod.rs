//! GraphQL over WebSocket: graphql-transport-ws, and nothing else.

mod census;
mod connection;
mod following;
mod frames;
mod handshake;
mod operations;
mod outlet;
mod protocol;
mod turns;

use std::sync::Arc;

use async_graphql::Executor;
use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use tracing::Instrument;

pub(super) use self::{census::Census, handshake::Handshake, turns::Turns};
use self::{connection::Connection, protocol::SUBPROTOCOL};
use super::Shared;
use crate::graphql::request::RequestInfo;

/// Answers a WebSocket handshake.
pub(super) fn open<E: Executor>(
    shared: Arc<Shared<E>>,
    handshake: Handshake,
    headers: &HeaderMap,
    info: RequestInfo,
) -> Response {
    if !shared.origins.admits(headers) {
        let message = "Web pages of this origin may not open sockets here.\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    if shared.drain.has_started() {
        return (StatusCode::SERVICE_UNAVAILABLE, "The server is going.\n").into_response();
    }
    if !handshake.offers(SUBPROTOCOL) {
        let message = "The subprotocol spoken here is graphql-transport-ws; \
            the older one called graphql-ws is not.\n";
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let span = tracing::info_span!("socket", id = &*info.request_id);
    let (response, raw) = handshake.accept(SUBPROTOCOL);
    let serve = async move {
        if let Some(raw) = raw.await {
            Connection::new(shared, raw, info).run().await;
        }
    };
    tokio::spawn(serve.instrument(span));
    response
}
