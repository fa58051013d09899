//! The figures that bound what one client can ask for.

use std::time::Duration;

/// How much one request, one document, one socket and one user may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The longest HTTP body and the longest socket message, in bytes.
    pub message_bytes: usize,
    /// The time within which a request's body must have arrived.
    pub body_timeout: Duration,
    /// The most lexical tokens in a document.
    pub tokens: usize,
    /// The deepest nesting of brackets in a document, of whatever kind.
    pub nesting: usize,
    /// The deepest nesting of fields, fragments followed.
    pub depth: usize,
    /// The most fields an operation selects, each fragment counted where it is spread.
    pub fields: usize,
    /// The most aliases an operation uses, counted like fields.
    pub aliases: usize,
    /// The most directives on one selection.
    pub directives: usize,
    /// The most lists of introspection (fields, interfaces …), one within the other.
    pub introspection: usize,
    /// The most operations at once on one socket.
    pub operations_per_socket: usize,
    /// The most sockets at once for one user.
    pub sockets_per_user: usize,
    /// The time within which a socket must have sent `connection_init`.
    pub init_timeout: Duration,
    /// The time between two pings on a socket; after two of them without a sign of life the
    /// peer counts as dead.
    pub ping_interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 128 * 1024,
            body_timeout: Duration::from_secs(30),
            tokens: 2_000,
            nesting: 48,
            depth: 20,
            fields: 2_000,
            aliases: 100,
            directives: 8,
            introspection: 2,
            operations_per_socket: 100,
            sockets_per_user: 100,
            init_timeout: Duration::from_secs(10),
            ping_interval: Duration::from_secs(25),
        }
    }
}
