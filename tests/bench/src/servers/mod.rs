//! The servers: how each is started, subscribed to and made to publish.

pub mod causerie;
pub mod message;
pub mod peers;
mod process;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use clap::ValueEnum;
use tempfile::TempDir;

pub use self::process::Process;
use crate::driver::{Driver, Publishing, Script};
use crate::machine::SERVER_CORE;

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Server {
    /// Ready-made frames written to bare TCP sockets: nothing can cost less
    Floor,
    /// This project
    Causerie,
    /// `async-graphql-axum` as it comes
    Stock,
    /// `graphql-ws` and `graphql` on Node, with `PubSub`
    GraphqlWs,
    /// Socket.IO on Node, a room of it
    SocketIo,
}

/// How many rooms there are, and how many subscribers in each.
#[derive(Debug, Clone, Copy)]
pub struct Audience {
    pub rooms: usize,
    pub subscribers: usize,
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rooms {
            1 => write!(f, "{} subscribers", self.subscribers),
            rooms => write!(f, "{rooms} rooms of {}", self.subscribers),
        }
    }
}

/// A server that is ready.
pub struct Running {
    pub process: Process,
    pub address: SocketAddr,
    pub publishing: Publishing,
    /// One for each subscriber.
    pub scripts: Vec<Script>,
    _folder: Option<TempDir>,
}

impl Server {
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Causerie => "causerie",
            Self::Stock => "async-graphql-axum",
            Self::GraphqlWs => "graphql-ws",
            Self::SocketIo => "Socket.IO",
        }
    }

    /// Starts the server on its core. `causerie` is the path of our own binary.
    pub fn start(self, causerie: &Path, audience: Audience) -> io::Result<Running> {
        let cores = &[SERVER_CORE];
        match self {
            Self::Causerie => causerie::start(causerie, audience, cores),
            peer => peers::start(peer, audience, cores),
        }
    }
}

impl Running {
    /// A client that has subscribed with the first `subscribers` of the scripts.
    pub fn client(&self, subscribers: usize) -> io::Result<Driver> {
        let mut driver = Driver::new(self.publishing.clone())?;
        driver.subscribe(self.address, &self.scripts[..subscribers])?;
        Ok(driver)
    }
}
