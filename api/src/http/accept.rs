//! Which media type to answer in, as GraphQL over HTTP wants it.

use axum::http::{HeaderMap, HeaderValue, header};

/// A media type that a GraphQL response can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status code tells how the request went.
    GraphqlResponse,
    /// `application/json`: the older one, in which every well-formed request is answered 200.
    Json,
}

impl MediaType {
    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// The acceptable type that the client prefers; `None` when it accepts neither. A client that
/// does not care gets `application/json`, as the specification has it for older clients.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let mut named = false;
    let mut best: Option<(MediaType, u16)> = None;
    let ranges = headers.get_all(header::ACCEPT);
    for range in ranges
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
    {
        let range = String::from_utf8_lossy(range);
        if range.trim().is_empty() {
            continue;
        }
        named = true;
        let (media, quality) = parse_range(&range);
        let offered = match media.as_str() {
            "application/graphql-response+json" => MediaType::GraphqlResponse,
            "application/json" | "application/*" | "*/*" => MediaType::Json,
            _ => continue,
        };
        if quality > 0 && best.is_none_or(|(_, other)| quality > other) {
            best = Some((offered, quality));
        }
    }
    match best {
        Some((media, _)) => Some(media),
        None if named => None,
        None => Some(MediaType::Json),
    }
}

/// Whether the client asks for a web page by name, as browsers do when they navigate.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(header::ACCEPT);
    ranges
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|range| matches!(parse_range(range), (media, 1..) if media == "text/html"))
}

/// The media range in lower case, and its quality in thousandths.
fn parse_range(range: &str) -> (String, u16) {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut quality = 1_000;
    for part in parts {
        let Some((name, value)) = part.split_once('=') else {
            continue;
        };
        let value = value.trim();
        if name.trim().eq_ignore_ascii_case("charset")
            && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        {
            quality = 0;
        }
        if name.trim().eq_ignore_ascii_case("q") {
            let q = value.parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
            quality = quality.min((q * 1_000.0).round() as u16);
        }
    }
    (media, quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, value.parse().expect("header"));
        negotiate(&headers)
    }

    #[test]
    fn the_preferred_type_wins() {
        use MediaType::{GraphqlResponse, Json};
        assert_eq!(negotiate(&HeaderMap::new()), Some(Json));
        for (value, expected) in [
            ("*/*", Some(Json)),
            ("", Some(Json)),
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            (
                "Application/GraphQL-Response+JSON; charset=UTF-8",
                Some(GraphqlResponse),
            ),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Some(GraphqlResponse),
            ),
            (
                "application/json;q=0.5, application/graphql-response+json;q=0.8",
                Some(GraphqlResponse),
            ),
            (
                "application/json, application/graphql-response+json",
                Some(Json),
            ),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json; charset=iso-8859-1", None),
        ] {
            assert_eq!(accept(value), expected, "{value}");
        }
    }

    #[test]
    fn browsers_that_navigate_want_a_page() {
        let page = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, value.parse().expect("header"));
            wants_page(&headers)
        };
        assert!(page(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        ));
        assert!(!page("*/*"));
        assert!(!page("image/avif,image/webp,*/*"));
        assert!(!page("text/html;q=0"));
    }
}
