//! The refresh cookie, in and out.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::graphql::request::{REFRESH_COOKIE, RefreshCookie, ResponseCookies};

/// The refresh token that the browser sent, if it sent one.
pub(super) fn refresh_token(headers: &HeaderMap) -> Option<Arc<str>> {
    let cookies = headers.get_all(header::COOKIE);
    cookies
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, token)| *name == REFRESH_COOKIE && !token.is_empty())
        .map(|(_, token)| Arc::from(token))
}

/// Adds what the resolvers asked for to the answer's headers.
pub(super) fn apply(cookies: &ResponseCookies, secure: bool, headers: &mut HeaderMap) {
    let Some(cookie) = cookies.take() else {
        return;
    };
    let (token, seconds) = match cookie {
        RefreshCookie::Set { token, max_age } => (token, max_age.as_secs()),
        RefreshCookie::Clear => (String::new(), 0),
    };
    let secure = if secure { "; Secure" } else { "" };
    let value = format!(
        "{REFRESH_COOKIE}={token}; Path=/graphql; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    match HeaderValue::try_from(value) {
        Ok(value) => {
            headers.append(header::SET_COOKIE, value);
        }
        Err(_) => tracing::error!("a refresh token is not fit for a cookie"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let found = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(value));
            refresh_token(&headers)
        };
        assert_eq!(
            found("a=b; causerie_refresh=tok-en_1; c=d").as_deref(),
            Some("tok-en_1")
        );
        assert_eq!(found("xcauserie_refresh=1; causerie_refresh="), None);
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let cookies = ResponseCookies::default();
        cookies.refresh(RefreshCookie::Set {
            token: "abc".into(),
            max_age: Duration::from_secs(60),
        });
        let mut headers = HeaderMap::new();
        apply(&cookies, true, &mut headers);
        assert_eq!(
            headers[header::SET_COOKIE],
            "causerie_refresh=abc; Path=/graphql; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
        cookies.refresh(RefreshCookie::Clear);
        let mut headers = HeaderMap::new();
        apply(&cookies, false, &mut headers);
        assert_eq!(
            headers[header::SET_COOKIE],
            "causerie_refresh=; Path=/graphql; Max-Age=0; HttpOnly; SameSite=Strict"
        );
    }
}
