//! Which web pages may open sockets and use the refresh cookie.
//!
//! Browsers let any page open a WebSocket anywhere, cookies included, and say truthfully in
//! `Origin` which page it was. Programs that are no browsers send no `Origin`, and are let in:
//! they can claim anything anyway.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

/// The foreign origins that count as our own, such as `https://chat.example.com`.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// Reads origins: scheme, host and, where it is not the scheme's own, port.
    ///
    /// # Errors
    /// A sentence that names the first entry that is not an origin.
    pub fn parse<S: AsRef<str>>(origins: impl IntoIterator<Item = S>) -> Result<Self, String> {
        origins
            .into_iter()
            .map(|origin| {
                let origin = origin.as_ref().trim().trim_end_matches('/');
                normalise(origin).ok_or_else(|| {
                    format!("`{origin}` is not an origin like https://chat.example.com")
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether the page that asks may: there is none, it is our own, or it is on the list.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        match headers.get(header::ORIGIN) {
            None => true,
            Some(origin) => self.lists(origin) || is_own(origin, headers),
        }
    }

    /// Whether `origin` is on the list.
    pub(super) fn lists(&self, origin: &HeaderValue) -> bool {
        origin
            .to_str()
            .ok()
            .and_then(normalise)
            .is_some_and(|origin| self.0.contains(&origin))
    }
}

/// Whether the page that asks was loaded over https.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
}

/// The scheme is left out of the comparison: behind a proxy that ends TLS, it is not known.
fn is_own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let (Ok(origin), Some(Ok(host))) = (
        origin.to_str(),
        headers.get(header::HOST).map(HeaderValue::to_str),
    ) else {
        return false;
    };
    let Some((scheme, _)) = origin.split_once("://") else {
        return false;
    };
    match (normalise(origin), normalise(&format!("{scheme}://{host}"))) {
        (Some(origin), Some(own)) => origin == own,
        _ => false,
    }
}

/// Lower case, without the port that the scheme implies.
fn normalise(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let authority = uri.authority()?;
    if uri.path() != "/" || uri.query().is_some() || authority.as_str().contains('@') {
        return None;
    }
    let host = authority.host().to_ascii_lowercase();
    let implied = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    Some(match authority.port_u16() {
        Some(port) if port != implied => format!("{scheme}://{host}:{port}"),
        _ => format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(origin: Option<&'static str>, host: &'static str) -> bool {
        let allowed = AllowedOrigins::parse(["https://app.example.com/"]).expect("origins");
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        allowed.admits(&headers)
    }

    #[test]
    fn own_listed_and_absent_origins_are_admitted() {
        assert!(admits(None, "chat.example.com"));
        assert!(admits(Some("https://chat.example.com"), "chat.example.com"));
        assert!(admits(
            Some("https://chat.example.com"),
            "chat.example.com:443"
        ));
        assert!(admits(Some("http://LOCALHOST:8080"), "localhost:8080"));
        assert!(admits(Some("https://app.example.com"), "chat.example.com"));
        assert!(admits(Some("http://[::1]:8080"), "[::1]:8080"));
    }

    #[test]
    fn foreign_origins_are_not() {
        for origin in [
            "https://evil.example",
            "https://chat.example.com.evil.example",
            "https://chat.example.com:8443",
            "http://app.example.com",
            "https://chat.example.com@evil.example",
            "null",
            "",
            "file://",
            "chrome-extension://chat.example.com",
        ] {
            assert!(!admits(Some(origin), "chat.example.com"), "{origin}");
        }
    }

    #[test]
    fn the_list_takes_origins_only() {
        assert!(AllowedOrigins::parse(["https://chat.example.com/path"]).is_err());
        assert!(AllowedOrigins::parse(["chat.example.com"]).is_err());
        assert!(AllowedOrigins::parse(["*"]).is_err());
    }
}
