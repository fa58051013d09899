//! The server itself.

use async_graphql::SimpleObject;

/// What a client may want to know of the server before anyone logs in.
#[derive(SimpleObject)]
pub struct ServerInfo {
    /// The server's version (Semantic Versioning 2.0).
    pub version: &'static str,
}
