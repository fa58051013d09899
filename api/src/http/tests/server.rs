//! A server with a tiny schema, and the least of an HTTP client.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, Data, Object, Schema, Subscription, ValidationMode};
use futures_util::{
    Stream, StreamExt,
    future::{BoxFuture, pending},
    stream,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{
    graphql::{
        TellValid,
        request::{RefreshCookie, RequestInfo},
    },
    http::{
        AllowedOrigins, Authenticator, Drain, Executors, HttpParts, Limits, Login, LoginRefused,
        Readiness, TrustedProxies, router, serve::serve_within,
    },
};

/// Long enough for every test that does not try to be slow.
const HEAD_TIMEOUT: Duration = Duration::from_secs(1);

/// What tests and resolvers both see.
#[derive(Default)]
pub(super) struct World {
    /// Lets `poke` go on.
    pub(super) gate: watch::Sender<bool>,
    /// How many calls of `poke` have begun.
    pub(super) begun: watch::Sender<usize>,
    /// How many calls of `poke` have come to their end.
    pub(super) done: watch::Sender<usize>,
    /// Set when the session is to end.
    pub(super) session_ended: watch::Sender<bool>,
    /// How many items `flood` has given.
    pub(super) flooded: AtomicUsize,
    /// How many `live` subscriptions there are.
    pub(super) live: watch::Sender<usize>,
}

#[derive(Clone)]
struct Name(&'static str);

pub(super) struct Query;

#[Object]
impl Query {
    async fn value(&self) -> i32 {
        1
    }

    async fn panics(&self) -> i32 {
        std::hint::black_box(None).expect("on purpose")
    }

    async fn leaks(&self) -> async_graphql::Result<i32> {
        Err(std::io::Error::other("no such table: users"))?
    }

    async fn who<'a>(&self, ctx: &Context<'a>) -> Option<&'a str> {
        ctx.data_opt::<Name>().map(|name| name.0)
    }

    async fn address(&self, ctx: &Context<'_>) -> String {
        ctx.data_unchecked::<RequestInfo>().address.to_string()
    }

    async fn echo(&self, text: String) -> String {
        text
    }
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn poke(&self, ctx: &Context<'_>) -> i32 {
        let world = ctx.data_unchecked::<Arc<World>>();
        world.begun.send_modify(|begun| *begun += 1);
        let _ = world.gate.subscribe().wait_for(|open| *open).await;
        world.done.send_modify(|done| *done += 1);
        1
    }

    async fn keep(&self, ctx: &Context<'_>) -> bool {
        let cookies = &ctx.data_unchecked::<RequestInfo>().cookies;
        let Some(cookies) = cookies else {
            return false;
        };
        cookies.refresh(RefreshCookie::Set {
            token: "kept".into(),
            max_age: Duration::from_secs(60),
        });
        true
    }
}

pub(super) struct Subscription;

#[Subscription]
impl Subscription {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> + use<> {
        stream::iter(0..to)
    }

    async fn flood(&self, ctx: &Context<'_>) -> impl Stream<Item = String> + use<> {
        let world = ctx.data_unchecked::<Arc<World>>().clone();
        stream::repeat_with(move || {
            let number = world.flooded.fetch_add(1, Ordering::SeqCst);
            format!("{number:01024}")
        })
    }

    async fn fails(&self) -> impl Stream<Item = async_graphql::Result<i32>> + use<> {
        stream::iter([Ok(1), Err(async_graphql::Error::new("lost")), Ok(2)])
    }

    async fn refuses(&self) -> async_graphql::Result<stream::Empty<i32>> {
        Err(async_graphql::Error::new("not for you"))
    }

    async fn panics(&self) -> impl Stream<Item = i32> + use<> {
        stream::repeat_with(|| panic!("on purpose"))
    }

    async fn live(&self, ctx: &Context<'_>) -> impl Stream<Item = i32> + use<> {
        let world = ctx.data_unchecked::<Arc<World>>().clone();
        world.live.send_modify(|live| *live += 1);
        let guard = Live(world);
        stream::iter([1]).chain(stream::once(async move {
            let _guard = guard;
            pending().await
        }))
    }
}

struct Live(Arc<World>);

impl Drop for Live {
    fn drop(&mut self) {
        self.0.live.send_modify(|live| *live -= 1);
    }
}

struct Tokens(Arc<World>);

impl Authenticator for Tokens {
    fn authenticate<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Login, LoginRefused>> {
        let mut ended = self.0.session_ended.subscribe();
        Box::pin(async move {
            match token {
                "alice" => Ok(Login::new(
                    Uuid::from_u128(10),
                    Uuid::from_u128(1),
                    Name("alice"),
                    async move {
                        let _ = ended.wait_for(|ended| *ended).await;
                    },
                )),
                "never" => pending().await,
                "down" => Err(LoginRefused::Unavailable),
                _ => Err(LoginRefused::Invalid),
            }
        })
    }

    fn prepare(&self, data: &mut Data) {
        data.insert(self.0.clone());
    }
}

/// Waits for what must happen; fails rather than waiting for ever.
pub(super) async fn within<T>(what: impl Future<Output = T>) -> T {
    let happened = tokio::time::timeout(Duration::from_secs(30), what).await;
    happened.expect("it does not happen")
}

/// Waits until `count` is `expected`.
pub(super) async fn until(count: &watch::Sender<usize>, expected: usize) {
    let mut count = count.subscribe();
    within(count.wait_for(|count| *count == expected))
        .await
        .unwrap();
}

/// A running server.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) world: Arc<World>,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    pub(super) async fn with(limits: Limits) -> Self {
        let world = Arc::new(World::default());
        let drain = Drain::default();
        let schema = || Schema::build(Query, Mutation, Subscription).limit_complexity(100);
        let strict = schema().extension(TellValid).finish();
        let trusting = schema().validation_mode(ValidationMode::Fast).finish();
        let router = router(HttpParts {
            executors: Executors { strict, trusting },
            authenticator: Arc::new(Tokens(world.clone())),
            readiness: Readiness::new(|| async { Ok(()) }),
            origins: AllowedOrigins::parse(["https://app.example.com"]).unwrap(),
            trusted_proxies: TrustedProxies::parse(["127.0.0.0/8"]).unwrap(),
            sdl: "type Query".into(),
            jwks: json!({ "keys": [] }),
            limits,
            drain: drain.clone(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = watch::Sender::new(false);
        let mut stopped = stop.subscribe();
        let shutdown = async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let served = tokio::spawn(serve_within(
            listener,
            router,
            drain,
            shutdown,
            HEAD_TIMEOUT,
        ));
        Self {
            address,
            world,
            stop,
            served,
        }
    }

    /// Tells the server to stop.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until it has stopped.
    pub(super) async fn stopped(self) {
        within(self.served).await.unwrap();
    }

    /// Sends a request and returns the connection, with the answer not read yet.
    pub(super) async fn send(&self, head: &str, headers: &[&str], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let request = format!(
            "{head} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    pub(super) async fn request(&self, head: &str, headers: &[&str], body: &str) -> Answer {
        let mut stream = self.send(head, headers, body).await;
        let mut text = String::new();
        within(stream.read_to_string(&mut text)).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head[9..12].parse().unwrap();
        Answer {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// Posts a document, accepting `application/graphql-response+json`.
    pub(super) async fn post(&self, query: &str, headers: &[&str]) -> Answer {
        let mut all = vec![
            "Content-Type: application/json",
            "Accept: application/graphql-response+json",
        ];
        all.extend_from_slice(headers);
        let body = json!({ "query": query }).to_string();
        self.request("POST /graphql", &all, &body).await
    }
}

/// The answer to a request.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The status line and headers, in lower case.
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(super) fn code(&self) -> Value {
        self.json()["errors"][0]["extensions"]["code"].clone()
    }

    pub(super) fn has(&self, header: &str) -> bool {
        self.head.contains(&header.to_ascii_lowercase())
    }
}
