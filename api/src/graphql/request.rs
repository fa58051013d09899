//! What a resolver may know of the request it answers, besides its arguments.
//!
//! The types are plain on purpose: `http/` fills them in, resolvers read them, and neither the
//! resolvers nor the services below them learn anything about HTTP.

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The name of the cookie that holds a browser's refresh token.
pub const REFRESH_COOKIE: &str = "causerie_refresh";

/// The request, as resolvers see it. Every operation finds one in its data.
#[derive(Clone)]
pub struct RequestInfo {
    /// Names the request (or the socket) in logs and in the `x-request-id` header.
    pub request_id: Arc<str>,
    /// The client's address: the peer's, or the one a trusted proxy reports.
    pub address: IpAddr,
    /// The `User-Agent` header, if it was sent and is text.
    pub user_agent: Option<Arc<str>>,
    /// The refresh token out of the cookie. Never present on a socket.
    pub refresh_cookie: Option<Arc<str>>,
    /// Whether the page that asks was loaded over https; decides the cookie's `Secure`.
    pub secure_origin: bool,
    /// Where to leave cookies for the answer. `None` on a socket, which cannot set any.
    pub cookies: Option<ResponseCookies>,
}

/// What is to become of the refresh cookie with the answer.
#[derive(Clone, PartialEq, Eq)]
pub enum RefreshCookie {
    /// Keep this token for that long.
    Set {
        /// The refresh token itself; it must be fit for a cookie (base64url is).
        token: String,
        /// How long the browser keeps it.
        max_age: Duration,
    },
    /// Forget the token.
    Clear,
}

/// Collects what the resolvers of one request want of the browser's cookies.
///
/// Clones share their content; the last word counts.
#[derive(Clone, Default)]
pub struct ResponseCookies(Arc<Mutex<Option<RefreshCookie>>>);

impl ResponseCookies {
    /// Asks that the refresh cookie be set or cleared.
    pub fn refresh(&self, cookie: RefreshCookie) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie);
    }

    /// Takes out what was asked for, if anything was.
    pub fn take(&self) -> Option<RefreshCookie> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Says nothing of the token: it must not reach a log.
impl fmt::Debug for RequestInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestInfo")
            .field("request_id", &self.request_id)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
