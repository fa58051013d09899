//! An orderly end: requests finish, and sockets are told to reconnect, not all at once.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc, watch};

/// The longest time over which sockets are told to go.
const LONGEST_SPREAD: Duration = Duration::from_secs(3);
/// Each socket stretches the spread by this, so that a quiet server stops at once.
const SPREAD_PER_SOCKET: Duration = Duration::from_millis(1);

/// Tells everything that outlives a request when to stop, and knows when all has.
#[derive(Clone)]
pub struct Drain(Arc<Shared>);

struct Shared {
    started: watch::Sender<bool>,
    sockets: AtomicUsize,
    serial: AtomicU64,
    busy: Mutex<Option<mpsc::Sender<()>>>,
    idle: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

impl Shared {
    fn busy(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<()>>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Drain {
    fn default() -> Self {
        let (busy, idle) = mpsc::channel(1);
        Self(Arc::new(Shared {
            started: watch::Sender::new(false),
            sockets: AtomicUsize::new(0),
            serial: AtomicU64::new(0),
            busy: Mutex::new(Some(busy)),
            idle: tokio::sync::Mutex::new(idle),
        }))
    }
}

/// Holds up the end of the process for as long as it lives.
pub(super) struct Work(
    #[expect(dead_code, reason = "dropping it is its use")] Option<mpsc::Sender<()>>,
);

/// A socket's place in the drain.
pub(super) struct DrainingSocket {
    drain: Drain,
    _work: Work,
}

impl Drain {
    /// Begins to drain. Irrevocable.
    pub fn start(&self) {
        self.0.started.send_replace(true);
        self.0.busy().take();
    }

    /// Whether the drain has begun, so that nothing long-lived should start any more.
    pub(super) fn has_started(&self) -> bool {
        *self.0.started.borrow()
    }

    /// Resolves when the drain begins.
    pub(super) async fn started(&self) {
        let mut started = self.0.started.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = started.wait_for(|started| *started).await;
    }

    /// Resolves when all work has ended, once the drain has begun.
    pub(super) async fn finished(&self) {
        while self.0.idle.lock().await.recv().await.is_some() {}
    }

    /// Registers work that must not be cut off.
    pub(super) fn work(&self) -> Work {
        Work(self.0.busy().clone())
    }

    /// Registers a socket.
    pub(super) fn socket(&self) -> DrainingSocket {
        self.0.sockets.fetch_add(1, Ordering::Relaxed);
        DrainingSocket {
            drain: self.clone(),
            _work: self.work(),
        }
    }
}

impl DrainingSocket {
    /// Resolves when this socket should close because the server is going.
    pub(super) fn turn(&self) -> impl Future<Output = ()> + Send + 'static {
        let drain = self.drain.clone();
        let serial = drain.0.serial.fetch_add(1, Ordering::Relaxed);
        async move {
            drain.started().await;
            let sockets = drain.0.sockets.load(Ordering::Relaxed);
            tokio::time::sleep(delay(serial, sockets)).await;
        }
    }
}

impl Drop for DrainingSocket {
    fn drop(&mut self) {
        self.drain.0.sockets.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Spreads successive serials evenly over a time that grows with the number of sockets.
fn delay(serial: u64, sockets: usize) -> Duration {
    const GOLDEN_RATIO: u64 = 0x9E37_79B9_7F4A_7C15;
    let sockets = u32::try_from(sockets).unwrap_or(u32::MAX);
    let spread = SPREAD_PER_SOCKET
        .saturating_mul(sockets)
        .min(LONGEST_SPREAD);
    let share = (serial.wrapping_mul(GOLDEN_RATIO) >> 32) as f64 / f64::from(u32::MAX);
    spread.mul_f64(share.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_leave_spread_over_seconds_and_a_few_at_once() {
        assert!(delay(7, 3) <= Duration::from_millis(3));
        let mut delays: Vec<_> = (0..1_000).map(|serial| delay(serial, 10_000)).collect();
        delays.sort();
        assert!(delays[999] <= LONGEST_SPREAD);
        assert!(
            delays[250] > Duration::from_millis(600) && delays[250] < Duration::from_millis(900)
        );
        assert!(
            delays[750] > Duration::from_millis(2_100)
                && delays[750] < Duration::from_millis(2_400)
        );
    }

    #[tokio::test]
    async fn finished_waits_for_every_piece_of_work() {
        let drain = Drain::default();
        let work = drain.work();
        let socket = drain.socket();
        drain.start();
        let mut finished = Box::pin(drain.finished());
        assert!(futures_util::poll!(&mut finished).is_pending());
        drop(work);
        assert!(futures_util::poll!(&mut finished).is_pending());
        socket.turn().await;
        drop(socket);
        finished.await;
    }
}
