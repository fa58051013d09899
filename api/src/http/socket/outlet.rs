//! The sending half of a socket, which several tasks write to at once.
//!
//! Whoever has frames writes them straight to the connection. What the kernel does not take
//! waits here, in order, and the socket's own task sends it on. Nothing ever blocks.

use std::{
    io::{self, ErrorKind},
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use futures_util::task::AtomicWaker;
use socket2::SockRef;
use tokio::net::TcpStream;

/// How many bytes may wait before nothing more is taken that can be had again later.
const MOST_WAITING: usize = 16 * 1024;

/// The kernel would hold megabytes for a client that does not read. With these it holds little,
/// and says so early.
const SEND_BUFFER: usize = 64 * 1024;
const MOST_UNSENT: u32 = 16 * 1024;

pub(super) struct Outlet {
    stream: TcpStream,
    waiting: Mutex<BytesMut>,
    /// The socket's own task.
    task: AtomicWaker,
}

/// The client does not read at the moment, or never again.
#[derive(Debug)]
pub(super) struct Full;

impl Outlet {
    pub(super) fn new(stream: TcpStream) -> Self {
        let socket = SockRef::from(&stream);
        let bounded = socket
            .set_send_buffer_size(SEND_BUFFER)
            .and_then(|()| socket.set_tcp_notsent_lowat(MOST_UNSENT));
        if let Err(error) = bounded {
            tracing::debug!(%error, "the kernel's buffers keep their size");
        }
        Self {
            stream,
            waiting: Mutex::default(),
            task: AtomicWaker::new(),
        }
    }

    /// Sends whole frames, unless too much waits already.
    pub(super) fn offer(&self, frames: &[u8]) -> Result<(), Full> {
        let mut waiting = self.waiting();
        if !waiting.is_empty() && waiting.len() + frames.len() > MOST_WAITING {
            return Err(Full);
        }
        self.send_on(&mut waiting, frames)
    }

    /// Sends whole frames, whatever waits: for what cannot be had again. A connection that is
    /// broken says so when it is read.
    pub(super) fn push(&self, frames: &[u8]) {
        let _ = self.send_on(&mut self.waiting(), frames);
    }

    /// Has the socket's own task look after its operations.
    pub(super) fn wake(&self) {
        self.task.wake();
    }

    /// How many bytes wait.
    pub(super) fn waits(&self) -> usize {
        self.waiting().len()
    }

    /// Whether nothing waits.
    pub(super) fn is_clear(&self) -> bool {
        self.waiting().is_empty()
    }

    /// Whether so much waits that the client should get no occasion for more.
    pub(super) fn is_full(&self) -> bool {
        self.waiting().len() >= MOST_WAITING
    }

    /// Sends what waits. Only for the socket's own task, which is woken when there is more.
    pub(super) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.task.register(cx.waker());
        loop {
            let mut waiting = self.waiting();
            if waiting.is_empty() {
                // An idle socket should cost nothing here.
                *waiting = BytesMut::new();
                return Poll::Ready(Ok(()));
            }
            match self.stream.try_write(&waiting) {
                Ok(written) => waiting.advance(written),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    drop(waiting);
                    ready!(self.stream.poll_write_ready(cx))?;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Reads what cannot be understood, and forgets it, until the client closes.
    pub(super) async fn read_away(&self) {
        let mut away = vec![0; 4096];
        while self.stream.readable().await.is_ok() {
            match self.stream.try_read(&mut away) {
                Ok(1..) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return,
            }
        }
    }

    /// The connection, for reading.
    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    fn send_on(&self, waiting: &mut BytesMut, frames: &[u8]) -> Result<(), Full> {
        let mut rest = frames;
        while waiting.is_empty() && !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return Err(Full),
            }
        }
        if !rest.is_empty() {
            waiting.extend_from_slice(rest);
            self.task.wake();
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, BytesMut> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
