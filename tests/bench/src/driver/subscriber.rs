//! One subscribed socket of the client.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::frames::{self, Frame, Frames};

/// How to become a subscriber: each line is said once the server has answered the one before. The
/// last asks for the events, and is answered by them.
#[derive(Debug, Clone)]
pub struct Script {
    /// Which room is listened to.
    pub room: usize,
    /// Whether the first line is an HTTP upgrade, which is answered by a head and not by a frame.
    pub upgrades: bool,
    /// Bytes as they go onto the wire. Nothing is said, only waited for, where one is empty.
    pub lines: Vec<Vec<u8>>,
    /// What stands once in each event, where a frame has several; else each frame is one.
    pub mark: Option<&'static [u8]>,
}

/// A socket that follows its script and then counts events.
pub struct Subscriber {
    stream: TcpStream,
    script: Script,
    /// How many lines of the script were said.
    said: usize,
    /// The answer to the upgrade, as far as it has come.
    head: Vec<u8>,
    frames: Frames,
    /// The end of what was read, where marks are counted.
    tail: Vec<u8>,
    /// Events since the count was last reset.
    pub received: usize,
}

impl Subscriber {
    /// Begins to connect.
    pub fn open(
        address: SocketAddr,
        script: Script,
        registry: &Registry,
        token: Token,
    ) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        registry.register(&mut stream, token, Interest::WRITABLE)?;
        Ok(Self {
            stream,
            script,
            said: 0,
            head: Vec::new(),
            frames: Frames::default(),
            tail: Vec::new(),
            received: 0,
        })
    }

    pub fn room(&self) -> usize {
        self.script.room
    }

    /// Whether the script was played to its end.
    pub fn is_ready(&self) -> bool {
        self.said == self.script.lines.len()
    }

    /// Takes the first word once the connection stands.
    pub fn connected(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        if self.said > 0 {
            return Ok(());
        }
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        self.stream.set_nodelay(true)?;
        registry.reregister(&mut self.stream, token, Interest::READABLE)?;
        self.go_on()
    }

    /// Reads what has come.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        loop {
            let length = match self.stream.read(buffer) {
                Ok(0) => return Err(closed("without a word")),
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            };
            self.take(&buffer[..length])?;
            // A short read has emptied the socket: asking again would cost a call for nothing.
            if length < buffer.len() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.script.upgrades && self.said == 1 {
            return self.take_head(bytes);
        }
        if let Some(mark) = self.script.mark {
            self.count_marks(mark, bytes);
        }
        let mut frames = std::mem::take(&mut self.frames);
        let mut outcome = Ok(());
        frames.read(bytes, |frame| {
            if outcome.is_ok() {
                outcome = self.hear(frame);
            }
        });
        self.frames = frames;
        outcome
    }

    fn count_marks(&mut self, mark: &[u8], bytes: &[u8]) {
        // One mark may have begun in what was read before.
        self.tail.extend(bytes);
        let marks = self.tail.windows(mark.len()).filter(|part| *part == mark);
        self.received += marks.count();
        self.tail
            .drain(..self.tail.len().saturating_sub(mark.len() - 1));
    }

    fn take_head(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.head.extend(bytes);
        let Some(end) = self.head.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(());
        };
        let head = std::mem::take(&mut self.head);
        if !head.starts_with(b"HTTP/1.1 101") {
            return Err(closed(&String::from_utf8_lossy(&head)));
        }
        self.go_on()?;
        self.take(&head[end + 4..])
    }

    fn hear(&mut self, frame: Frame) -> io::Result<()> {
        match frame {
            Frame::Talk(8, reason) => Err(closed(&format!("with {reason:?}"))),
            Frame::Talk(9, payload) => self.stream.write_all(&frames::from_client(10, payload)),
            // A ping of Engine.IO, on which Socket.IO rests, and its pong.
            Frame::Talk(1, b"2") => self.stream.write_all(&frames::from_client(1, b"3")),
            _ if !self.is_ready() => self.go_on(),
            Frame::Event => {
                self.received += usize::from(self.script.mark.is_none());
                Ok(())
            }
            Frame::Talk(..) => Ok(()),
        }
    }

    /// Says the next line of the script.
    fn go_on(&mut self) -> io::Result<()> {
        let line = &self.script.lines[self.said];
        self.said += 1;
        self.stream.write_all(line)
    }
}

fn closed(how: &str) -> io::Error {
    io::Error::other(format!("a socket was closed: {how}"))
}
