//! One GraphQL operation over HTTP.

use super::Endpoint;
use crate::{Error, environment};
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Http {
    client: RwLock<reqwest::Client>,
    tls: rustls::ClientConfig,
    timeout: Duration,
    url: Url,
    /// The server's clock minus the device's, in milliseconds: phones' clocks are wrong by hours, and a token's end
    /// is told in the server's time.
    clock_offset: AtomicI64,
}

/// What the server adds to a top-level error.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Extensions {
    code: String,
    /// Seconds.
    retry_after: Option<f64>,
}

pub(crate) type Answer = cynic::GraphQlResponse<Box<RawValue>, Extensions>;

pub(crate) type GraphQlError = cynic::GraphQlError<Extensions>;

impl Http {
    pub(crate) fn new(
        endpoint: &Endpoint,
        tls: rustls::ClientConfig,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let client = client(tls.clone(), timeout).map_err(|error| Error::Setup {
            reason: describe(&error),
        })?;
        Ok(Self {
            client: RwLock::new(client),
            tls,
            timeout,
            url: endpoint.http.clone(),
            clock_offset: AtomicI64::new(0),
        })
    }

    /// Uses none of the connections again that are open: they may be dead without anybody knowing. What is under way on
    /// them goes on.
    pub(crate) fn hang_up(&self) {
        match client(self.tls.clone(), self.timeout) {
            Ok(fresh) => {
                let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
                *client = fresh;
            }
            Err(error) => tracing::warn!(%error, "old connections are kept"),
        }
    }

    fn client(&self) -> reqwest::Client {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner);
        client.clone()
    }

    /// The server's time, as far as its answers have told it.
    pub(crate) fn server_time(&self) -> Timestamp {
        let offset = SignedDuration::from_millis(self.clock_offset.load(Ordering::Relaxed));
        let now = environment::now();
        now.checked_add(offset).unwrap_or(now)
    }

    #[cfg(test)]
    pub(crate) fn is_ahead_by(&self, offset: SignedDuration) {
        let millis = i64::try_from(offset.as_millis()).expect("in range");
        self.clock_offset.store(millis, Ordering::Relaxed);
    }

    pub(crate) async fn execute<T, V>(
        &self,
        operation: &cynic::Operation<T, V>,
        token: Option<&str>,
    ) -> Result<T, Error>
    where
        T: DeserializeOwned,
        V: Serialize,
    {
        read(&self.ask(&body(operation)?, token).await?)
    }

    /// Boxed, and apart from what is asked: it would be compiled anew for each operation.
    pub(crate) fn ask<'a>(
        &'a self,
        body: &'a [u8],
        token: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Box<RawValue>, Error>> {
        Box::pin(async move {
            let mut request = self
                .client()
                .post(self.url.clone())
                .header(CONTENT_TYPE, "application/json")
                .header(
                    ACCEPT,
                    "application/graphql-response+json, application/json;q=0.9",
                )
                .body(body.to_vec());
            if let Some(token) = token {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let response = request.send().await.map_err(|error| network(&error))?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            self.learn_time(&headers);
            let body = response.bytes().await.map_err(|error| network(&error))?;
            data(status, &headers, &body)
        })
    }

    fn learn_time(&self, headers: &HeaderMap) {
        let told = headers.get(DATE).and_then(|date| date.to_str().ok());
        let parsed = told.and_then(|date| {
            jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(date)
                .ok()
        });
        if let Some(server) = parsed {
            let offset = server.duration_since(environment::now());
            self.clock_offset.store(
                i64::try_from(offset.as_millis()).unwrap_or_default(),
                Ordering::Relaxed,
            );
        }
    }
}

fn client(tls: rustls::ClientConfig, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("causerie-sdk/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// What an operation asks, as it travels.
pub(crate) fn body<T, V>(operation: &cynic::Operation<T, V>) -> Result<Vec<u8>, Error>
where
    V: Serialize,
{
    serde_json::to_vec(operation).map_err(|error| Error::Protocol {
        reason: error.to_string(),
    })
}

/// An answer's data, as what was asked for.
pub(crate) fn read<T: DeserializeOwned>(data: &RawValue) -> Result<T, Error> {
    serde_json::from_str(data.get()).map_err(|error| unexpected(&error))
}

/// What has come, whatever was asked: the data as they are, so that one parser does for all.
pub(crate) fn answer(text: &str) -> Result<Answer, serde_json::Error> {
    serde_json::from_str(text)
}

/// A GraphQL answer counts whatever its status; only what is none is judged by the status.
fn data(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<Box<RawValue>, Error> {
    let Ok(text) = str::from_utf8(body) else {
        return Err(not_graphql(status, headers, body));
    };
    match answer(text) {
        Ok(answer) => match answer.errors.into_iter().flatten().next() {
            Some(error) => Err(from_graphql(error)),
            None => answer
                .data
                .ok_or_else(|| not_graphql(status, headers, body)),
        },
        Err(error) if status == 200 && text.starts_with('{') => Err(unexpected(&error)),
        Err(_) => Err(not_graphql(status, headers, body)),
    }
}

fn unexpected(error: &serde_json::Error) -> Error {
    Error::Protocol {
        reason: format!("an unexpected answer: {error}"),
    }
}

/// The typed error of a top-level GraphQL error.
pub(crate) fn from_graphql(error: GraphQlError) -> Error {
    let extensions = error.extensions.unwrap_or_default();
    match Error::from_code(&extensions.code, error.message, Vec::new()) {
        Error::RateLimited { reason, .. } => {
            let retry_after = extensions
                .retry_after
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            Error::RateLimited {
                reason,
                retry_after,
            }
        }
        error => error,
    }
}

fn not_graphql(status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match status {
        300..=399 => {
            let target = text(LOCATION).unwrap_or("another address");
            Error::Protocol {
                reason: format!("the server redirects to {target}; use that address instead"),
            }
        }
        429 => {
            let retry_after = text(RETRY_AFTER)
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs);
            Error::RateLimited {
                reason: "Too many requests; try again later.".to_owned(),
                retry_after,
            }
        }
        408 | 425 | 500..=599 => Error::Server {
            reason: format!("HTTP status {status}"),
        },
        // What judges this one request, where another one may get through.
        400 | 403 | 406 | 411 | 413..=415 | 422 | 431 | 451 => Error::Blocked {
            reason: format!("HTTP status {status}"),
        },
        _ => {
            let start: String = String::from_utf8_lossy(body).chars().take(80).collect();
            Error::Protocol {
                reason: format!("HTTP status {status} and no GraphQL answer: {start:?}"),
            }
        }
    }
}

fn network(error: &reqwest::Error) -> Error {
    Error::Network {
        reason: describe(error),
    }
}

/// With the causes, because reqwest's own text only says which request failed.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::account::PositionQuery;
    use cynic::QueryBuilder;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    #[test]
    fn the_servers_clock_counts_and_not_the_devices() {
        let endpoint = Endpoint::parse("http://127.0.0.1:1").expect("an address");
        let tls = crate::transport::tls::config(&[]).expect("a TLS set-up");
        let http = Http::new(&endpoint, tls, CONNECT_TIMEOUT).expect("a client");
        let told =
            |date: &'static str| HeaderMap::from_iter([(DATE, date.parse().expect("a header"))]);
        let year_2100: Timestamp = "2100-01-01T00:00:00Z".parse().expect("an instant");
        http.learn_time(&told("Fri, 01 Jan 2100 00:00:00 GMT"));
        let almost = year_2100 - SignedDuration::from_secs(1);
        assert!(http.server_time() >= almost, "{}", http.server_time());
        http.learn_time(&told("soon"));
        http.learn_time(&HeaderMap::new());
        assert!(
            http.server_time() >= almost,
            "what tells no time changes nothing"
        );
    }

    /// Answers every request, and tells of every connection.
    async fn serve(listener: TcpListener, connections: mpsc::UnboundedSender<()>) {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = connections.send(());
            tokio::spawn(async move {
                let mut request = Vec::new();
                while stream
                    .read_buf(&mut request)
                    .await
                    .is_ok_and(|read| read > 0)
                {
                    if request.ends_with(b"}") {
                        request.clear();
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"data\":{\"value\":1}}\n";
                        stream.write_all(answer).await.expect("answered");
                    }
                }
            });
        }
    }

    #[tokio::test]
    async fn connections_that_may_be_dead_are_not_used_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let (connections, mut opened) = mpsc::unbounded_channel();
        tokio::spawn(serve(listener, connections));
        let endpoint = Endpoint::parse(&url).expect("an address");
        let tls = crate::transport::tls::config(&[]).expect("a TLS set-up");
        let http = Http::new(&endpoint, tls, CONNECT_TIMEOUT).expect("a client");
        let operation = PositionQuery::build(());
        for _ in 0..2 {
            let _ = http.execute(&operation, None).await;
        }
        while opened.try_recv().is_ok() {}
        http.hang_up();
        let _ = http.execute(&operation, None).await;
        opened.try_recv().expect("another one");
    }

    fn answer(status: u16, body: &str) -> Result<serde_json::Value, Error> {
        read(&data(status, &HeaderMap::new(), body.as_bytes())?)
    }

    #[test]
    fn a_top_level_error_is_typed_whatever_the_status() {
        let body = r#"{"data":null,"errors":[{"message":"Sign in first.","extensions":{"code":"UNAUTHENTICATED"}}]}"#;
        assert_eq!(answer(200, body), Err(Error::SignedOut));
        assert_eq!(answer(401, body), Err(Error::SignedOut));
    }

    #[test]
    fn a_rate_limit_says_when_to_come_back() {
        let body = r#"{"errors":[{"message":"Slow down.","extensions":{"code":"RATE_LIMITED","retryAfter":2.5}}]}"#;
        let expected = Error::RateLimited {
            reason: "Slow down.".to_owned(),
            retry_after: Some(Duration::from_millis(2500)),
        };
        assert_eq!(answer(200, body), Err(expected));
    }

    #[test]
    fn what_is_no_graphql_answer_is_judged_by_its_status() {
        assert!(matches!(
            answer(502, "<html>Bad gateway</html>"),
            Err(Error::Server { .. })
        ));
        assert!(matches!(answer(429, ""), Err(Error::RateLimited { .. })));
        assert!(matches!(answer(413, ""), Err(Error::Blocked { .. })));
        assert!(matches!(
            answer(404, "nothing here"),
            Err(Error::Protocol { .. })
        ));
        assert!(matches!(
            answer(200, "<html>Welcome to the hotel</html>"),
            Err(Error::Protocol { .. })
        ));
        assert!(matches!(answer(200, "{}"), Err(Error::Protocol { .. })));
    }
}
