//! The listening loop, from the first connection to the last.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, serve::ListenerExt};
use tokio::net::TcpListener;

use super::drain::Drain;

/// How long open requests and sockets get to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves `router` until `shutdown` resolves, then drains: no new connections, requests
/// finish, sockets are closed with 1012 spread over a few seconds. Returns when all is done,
/// or when the grace period is over.
///
/// # Errors
/// Whatever the listener fails with.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    drain: Drain,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let begin = drain.clone();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        shutdown.await;
        begin.start();
    });
    let all_done = async {
        served.await?;
        drain.finished().await;
        Ok(())
    };
    let out_of_time = async {
        drain.started().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = all_done => done,
        () = out_of_time => {
            tracing::warn!("stopping with requests or sockets still open");
            Ok(())
        }
    }
}
