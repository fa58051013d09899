//! WebSocket frames, RFC 6455 section 5: out of messages, and messages out of them.

use std::{
    io::{self, Read, Write},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tungstenite::{
    Error, Message,
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext},
};

use super::outlet::Outlet;

/// The library keeps a buffer of this size for the socket's life, and zeroes it at every read.
const READ_BUFFER: usize = 512;

/// A ping without a payload.
pub(super) const PING: [u8; 2] = [0x89, 0];

const FINAL_TEXT: u8 = 0x81;

/// Appends a text frame that holds these parts one after the other.
pub(super) fn put_text(frames: &mut Vec<u8>, parts: &[&[u8]]) {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    frames.reserve(length + 10);
    frames.push(FINAL_TEXT);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => frames.push(short),
        (_, Ok(medium)) => {
            frames.push(126);
            frames.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            frames.push(127);
            frames.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    for part in parts {
        frames.extend_from_slice(part);
    }
}

/// The receiving half of a socket. It answers pings and close frames by itself.
pub(super) struct Inlet(WebSocketContext);

impl Inlet {
    /// `read` is what came with the handshake; no message is longer than `most_bytes`.
    pub(super) fn new(read: &Bytes, most_bytes: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(most_bytes))
            .max_frame_size(Some(most_bytes));
        let context =
            WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(config));
        Self(context)
    }

    pub(super) fn poll_message(
        &mut self,
        outlet: &Outlet,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Message, Error>> {
        loop {
            match self.0.read(&mut Wire(outlet)) {
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(outlet.stream().poll_read_ready(cx))?;
                }
                read => return Poll::Ready(read),
            }
        }
    }

    /// Sends a close frame; what the client says until it answers is still read.
    pub(super) fn close(&mut self, outlet: &Outlet, frame: CloseFrame) -> Result<(), Error> {
        self.0.close(&mut Wire(outlet), Some(frame))
    }
}

/// The connection as the library wants it. Its writes are answers, short and few, and are always
/// taken.
struct Wire<'a>(&'a Outlet);

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.stream().try_read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, frames: &[u8]) -> io::Result<usize> {
        self.0.push(frames);
        Ok(frames.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(frames: &[u8]) -> Vec<Message> {
        let config = WebSocketConfig::default();
        let mut client =
            WebSocketContext::from_partially_read(frames.to_vec(), Role::Client, Some(config));
        let mut nothing = io::Cursor::new(Vec::new());
        std::iter::from_fn(|| client.read(&mut nothing).ok()).collect()
    }

    #[test]
    fn frames_of_every_length_are_read_back() {
        let mut frames = PING.to_vec();
        let lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];
        for length in lengths {
            let body = "x".repeat(length);
            let (first, second) = body.split_at(length / 2);
            put_text(&mut frames, &[first.as_bytes(), second.as_bytes()]);
        }
        let read = read_back(&frames);
        assert_eq!(read[0], Message::Ping(Bytes::new()));
        let texts: Vec<usize> = read[1..].iter().map(Message::len).collect();
        assert_eq!(texts, lengths);
    }
}
