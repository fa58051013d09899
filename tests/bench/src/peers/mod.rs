//! The servers that are compared with and written in Rust. Each is a process: `causerie-bench peer NAME`.

mod floor;
mod stock;

use std::io;
use std::net::Ipv4Addr;

use clap::ValueEnum;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;

/// Which one to be.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Peer {
    Floor,
    Stock,
}

impl Peer {
    /// Serves until the process is killed.
    pub fn serve(self) -> io::Result<()> {
        match self {
            Self::Floor => {
                let runtime = runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                runtime.block_on(floor::serve())
            }
            Self::Stock => runtime::Runtime::new()?.block_on(stock::serve()),
        }
    }
}

/// Listens for subscribers, says where, and waits for the socket that says what to publish.
async fn listen() -> io::Result<(TcpListener, TcpStream)> {
    let subscribers = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let control = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!(
        "ready {} {}",
        subscribers.local_addr()?.port(),
        control.local_addr()?.port()
    );
    Ok((subscribers, control.accept().await?.0))
}
