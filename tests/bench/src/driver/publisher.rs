//! What makes a server send an event.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use crate::http;

/// How to publish to a server.
#[derive(Debug, Clone)]
pub enum Publishing {
    /// Leaves it to others.
    Never,
    /// Writes the room's number, two bytes, to a plain socket: what costs a peer least.
    Control(SocketAddr),
    /// Sends an HTTP request, which is finished, one for each room, and waits for its answer.
    Http {
        address: SocketAddr,
        requests: Vec<Vec<u8>>,
        /// What every good answer contains.
        proof: &'static str,
    },
}

/// The connections that publish. HTTP takes as many as may be unanswered at once.
pub struct Publisher {
    how: Publishing,
    connections: Vec<Connection>,
    idle: Vec<usize>,
}

struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Publisher {
    /// Connects; tokens from `first_token` on are taken.
    pub fn open(
        how: Publishing,
        connections: usize,
        registry: &Registry,
        first_token: usize,
    ) -> io::Result<Self> {
        let (address, count) = match &how {
            Publishing::Never => (SocketAddr::from(([0; 4], 0)), 0),
            Publishing::Control(address) => (*address, 1),
            Publishing::Http { address, .. } => (*address, connections),
        };
        let connect = |index| {
            let stream = std::net::TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            registry.register(&mut stream, Token(first_token + index), Interest::READABLE)?;
            let answer = Vec::new();
            Ok(Connection { stream, answer })
        };
        Ok(Self {
            how,
            connections: (0..count).map(connect).collect::<io::Result<_>>()?,
            idle: (0..count).collect(),
        })
    }

    /// How many were published and not yet answered.
    pub fn unanswered(&self) -> usize {
        self.connections.len() - self.idle.len()
    }

    /// Publishes to `room`; which connection did.
    pub fn publish(&mut self, room: usize) -> io::Result<usize> {
        match &self.how {
            Publishing::Never => Err(io::ErrorKind::Unsupported.into()),
            Publishing::Control(_) => {
                let number = u16::try_from(room).map_err(io::Error::other)?;
                self.connections[0]
                    .stream
                    .write_all(&number.to_be_bytes())?;
                Ok(0)
            }
            Publishing::Http { requests, .. } => {
                let index = self.idle.pop().ok_or(ErrorKind::WouldBlock)?;
                self.connections[index].stream.write_all(&requests[room])?;
                Ok(index)
            }
        }
    }

    /// Reads what connection `index` has received; whether that completes an answer.
    pub fn read(&mut self, index: usize, buffer: &mut [u8]) -> io::Result<bool> {
        let Publishing::Http { proof, .. } = &self.how else {
            return Err(io::Error::other("the server closed its control socket"));
        };
        let connection = &mut self.connections[index];
        match connection.stream.read(buffer) {
            Ok(0) => return Err(io::Error::other("the server closed an HTTP connection")),
            Ok(length) => connection.answer.extend(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        if !http::is_complete(&connection.answer) {
            return Ok(false);
        }
        let answer = String::from_utf8_lossy(&connection.answer);
        if !answer.starts_with("HTTP/1.1 200") || !answer.contains(proof) {
            return Err(io::Error::other(format!("a bad answer: {answer}")));
        }
        connection.answer.clear();
        self.idle.push(index);
        Ok(true)
    }
}
