//! The floor: writes frames that were made beforehand to bare TCP sockets. A server that does
//! anything for its clients costs more.

use std::collections::HashMap;
use std::io::{self, ErrorKind};

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::driver::from_server;
use crate::servers::message::event;

/// Serves for ever.
pub async fn serve() -> io::Result<()> {
    let payload = json!({ "data": { "messages": event() } });
    let next = json!({ "id": "1", "type": "next", "payload": payload });
    let frame = from_server(next.to_string().as_bytes());
    let (subscribers, mut control) = super::listen().await?;
    let mut rooms: HashMap<u16, Vec<TcpStream>> = HashMap::new();
    let mut waiting = vec![0; 1024];
    loop {
        tokio::select! {
            accepted = subscribers.accept() => {
                let (room, socket) = enter(accepted?.0).await?;
                rooms.entry(room).or_default().push(socket);
            }
            length = control.read(&mut waiting) => {
                let numbers = &waiting[..length?];
                let mut counts: HashMap<u16, usize> = HashMap::new();
                for number in numbers.chunks_exact(2) {
                    *counts.entry(u16::from_be_bytes([number[0], number[1]])).or_default() += 1;
                }
                for (room, count) in counts {
                    let frames = frame.repeat(count);
                    for socket in rooms.entry(room).or_default() {
                        write(socket, &frames).await?;
                    }
                }
            }
        }
    }
}

/// A subscriber says which room it wants to hear.
async fn enter(mut socket: TcpStream) -> io::Result<(u16, TcpStream)> {
    socket.set_nodelay(true)?;
    let room = socket.read_u16().await?;
    Ok((room, socket))
}

async fn write(socket: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.try_write(bytes) {
            Ok(length) => bytes = &bytes[length..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => socket.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
