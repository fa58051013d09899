//! GraphQL over WebSocket: graphql-transport-ws, and nothing else.

mod census;
mod connection;
mod operations;
mod protocol;

use std::sync::Arc;

use async_graphql::Executor;
use axum::{
    extract::{WebSocketUpgrade, ws::WebSocket},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use tracing::Instrument;

pub(super) use self::census::Census;
use self::{connection::Connection, protocol::SUBPROTOCOL};
use super::Shared;
use crate::graphql::request::RequestInfo;

/// The library zeroes its read buffer at every read and keeps both for the socket's life, so
/// their size is what an idle socket costs.
const BUFFER_BYTES: usize = 4 * 1024;

/// Answers a WebSocket handshake.
pub(super) fn open<E: Executor>(
    shared: Arc<Shared<E>>,
    upgrade: WebSocketUpgrade,
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
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(shared.limits.message_bytes)
        .max_frame_size(shared.limits.message_bytes);
    if upgrade.selected_protocol().is_none() {
        let message = "The subprotocol spoken here is graphql-transport-ws; \
            the older one called graphql-ws is not.\n";
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let span = tracing::info_span!("socket", id = &*info.request_id);
    let serve = move |socket: WebSocket| {
        let connection = Connection::new(shared, socket, info);
        connection.run().instrument(span)
    };
    upgrade.on_upgrade(serve)
}
