//! The others: programs of this benchmark, which listen on two ports of their own choice, print
//! `ready PORT CONTROL_PORT`, and publish to room N when these two bytes come to the second one.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use super::causerie::publishing_without_login;
use super::message::{BODY, from_now, graphql_script};
use super::process::Process;
use super::{Audience, Running, Server};
use crate::driver::{Publishing, Script, from_client};
use crate::http::upgrade_request;

/// Starts a server for an audience.
pub fn start(server: Server, audience: Audience, cores: &[usize]) -> io::Result<Running> {
    let (process, [address, control]) = start_program(&mut command(server)?, cores)?;
    let seats = (0..audience.rooms).flat_map(|room| (0..audience.subscribers).map(move |_| room));
    Ok(Running {
        process,
        address,
        publishing: Publishing::Control(control),
        scripts: seats.map(|room| script(server, room)).collect(),
        _folder: None,
    })
}

/// Starts a server that answers `sendMessage` over HTTP.
pub fn start_graphql_http(cores: &[usize]) -> io::Result<(Process, Publishing)> {
    let (process, [address, _]) = start_program(&mut node("graphql-http.js"), cores)?;
    let room = "room_00000000000000000000000001";
    Ok((process, publishing_without_login(address, room)))
}

fn start_program(command: &mut Command, cores: &[usize]) -> io::Result<(Process, [SocketAddr; 2])> {
    let (process, line) = Process::start(command, cores)?;
    let mut ports = line.split(' ').skip(1).map(str::parse);
    let (Some(Ok(port)), Some(Ok(control))) = (ports.next(), ports.next()) else {
        return Err(io::Error::other(line));
    };
    let address = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Ok((process, [address(port), address(control)]))
}

fn node(program: &str) -> Command {
    let mut command = Command::new("node");
    command
        .arg(program)
        .arg(BODY)
        .env("NODE_ENV", "production")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/peers"));
    command
}

fn command(server: Server) -> io::Result<Command> {
    let own = |name: &str| -> io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["peer", name]);
        Ok(command)
    };
    match server {
        Server::Floor => own("floor"),
        Server::Stock => own("stock"),
        Server::GraphqlWs => Ok(node("graphql-ws.js")),
        Server::SocketIo => Ok(node("socket-io.js")),
        Server::Causerie => Err(io::Error::other("no peer")),
    }
}

fn script(server: Server, room: usize) -> Script {
    match server {
        Server::Floor => Script {
            room,
            upgrades: false,
            lines: vec![(room as u16).to_be_bytes().into()],
            mark: None,
        },
        Server::SocketIo => socket_io_script(room),
        _ => graphql_script(room, &from_now(&format!("room-{room}")), None),
    }
}

/// Engine.IO opens by itself; then come the namespace and the room.
fn socket_io_script(room: usize) -> Script {
    let text = |message: &str| from_client(1, message.as_bytes());
    Script {
        room,
        upgrades: true,
        lines: vec![
            upgrade_request("/socket.io/?EIO=4&transport=websocket", None),
            Vec::new(),
            text("40"),
            text(&format!("42[\"join\",\"room-{room}\"]")),
        ],
        mark: None,
    }
}
