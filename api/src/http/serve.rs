//! The listening loop, from the first connection to the last.

use std::{io, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

use super::drain::{Drain, Work};

/// How long open requests and sockets get to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long a connection may take over the head of a request, or wait for one. Longer than
/// proxies keep idle connections, so that they are the ones to close them.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long to wait before accepting again when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Serves `router` until `shutdown` resolves, then drains: no new connections, requests
/// finish, sockets are closed with 1012 spread over a few seconds. Returns when all is done,
/// or when the grace period is over.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    drain: Drain,
    shutdown: impl Future<Output = ()> + Send,
) {
    serve_within(listener, router, drain, shutdown, HEAD_TIMEOUT).await;
}

/// The same with another timeout for the heads of requests.
pub(super) async fn serve_within(
    listener: TcpListener,
    router: Router,
    drain: Drain,
    shutdown: impl Future<Output = ()> + Send,
    head_timeout: Duration,
) {
    tokio::select! {
        () = shutdown => {}
        never = accept(&listener, &router, &drain, head_timeout) => match never {},
    }
    drop(listener);
    drain.start();
    if tokio::time::timeout(GRACE, drain.finished()).await.is_err() {
        tracing::warn!("stopping with requests or sockets still open");
    }
}

async fn accept(
    listener: &TcpListener,
    router: &Router,
    drain: &Drain,
    head_timeout: Duration,
) -> std::convert::Infallible {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let connection = Connection {
                    stream,
                    peer,
                    drain: drain.clone(),
                    head_timeout,
                };
                tokio::spawn(connection.serve(router.clone(), drain.work()));
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether only this one connection failed, before it was accepted.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    drain: Drain,
    head_timeout: Duration,
}

impl Connection {
    /// Serves requests until the connection is closed or becomes a socket, which looks after
    /// itself. Holds `_work` so that the drain waits.
    async fn serve(self, router: Router, _work: Work) {
        if let Err(error) = self.stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let peer = self.peer;
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_timeout)
            .serve_connection(TokioIo::new(self.stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = self.drain.started() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, %peer, "a connection broke");
        }
    }
}
