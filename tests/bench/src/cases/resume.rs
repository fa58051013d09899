//! Clients that come back: many that missed a little, or one that missed a lot.

use std::io;
use std::slice::from_ref;
use std::time::Duration;

use serde_json::json;

use super::Options;
use crate::driver::{Driver, Publishing, Script, Senders};
use crate::machine::SERVER_CORE;
use crate::report::Report;
use crate::servers::Audience;
use crate::servers::causerie::{Causerie, Room};
use crate::servers::message::{MARK, from_cursor, from_now};

/// All sockets are cut off, miss some messages and come back at once.
pub fn reconnect(options: &Options, subscribers: usize, missed: usize) -> io::Result<()> {
    let mut report = Report::new("reconnect");
    for round in 1..=options.rounds {
        println!("# reconnect, round {round}");
        let (mut server, room) = start(options, subscribers)?;
        let from_now = from_now(&room.id);
        let scripts = (0..subscribers).map(|seat| room.script(0, seat, &from_now));
        let mut client = Driver::new(publishing(&server, &room))?;
        client.subscribe(server.address, &scripts.collect::<Vec<_>>())?;
        drop(client);
        let cursor = miss(&mut server, &room, missed)?;
        let scripts = (0..subscribers).map(|seat| resuming(&room, seat, &cursor));
        let scripts: Vec<_> = scripts.collect();
        let before = server.process.cpu();
        let outcome = Driver::new(Publishing::Never)?.catch_up(server.address, &scripts, missed)?;
        let cpu = server.process.cpu() - before;
        let setting = format!("{subscribers} subscribers, {missed} behind");
        let figures = [
            ("until all have all, s", outcome.elapsed.as_secs_f64()),
            ("server CPU, s", cpu.as_secs_f64()),
            (
                "server CPU a socket, µs",
                cpu.as_secs_f64() * 1e6 / subscribers as f64,
            ),
        ];
        report.add(&setting, "causerie", &figures);
    }
    report.print();
    Ok(())
}

/// One client reads what it missed, several times over.
pub fn catch_up(options: &Options, missed: usize, times: usize) -> io::Result<()> {
    let mut report = Report::new("catch-up");
    println!("# catch-up");
    let (mut server, room) = start(options, 1)?;
    let cursor = miss(&mut server, &room, missed)?;
    let script = resuming(&room, 0, &cursor);
    for _ in 0..options.rounds {
        let (mut cpu, mut elapsed) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..times {
            let mut client = Driver::new(Publishing::Never)?;
            let before = server.process.cpu();
            let outcome = client.catch_up(server.address, from_ref(&script), missed)?;
            cpu += server.process.cpu() - before;
            elapsed += outcome.elapsed;
        }
        let events = (missed * times) as f64;
        let figures = [
            ("events a second of server CPU", events / cpu.as_secs_f64()),
            ("events a second", events / elapsed.as_secs_f64()),
        ];
        report.add(
            &format!("one client, {missed} behind"),
            "causerie",
            &figures,
        );
    }
    report.print();
    Ok(())
}

fn start(options: &Options, subscribers: usize) -> io::Result<(Causerie, Room)> {
    let mut server = Causerie::start(&options.causerie, None, &[SERVER_CORE])?;
    let audience = Audience {
        rooms: 1,
        subscribers,
    };
    let room = server.admit(audience)?.pop();
    Ok((server, room.ok_or(io::ErrorKind::NotFound)?))
}

fn publishing(server: &Causerie, room: &Room) -> Publishing {
    server.publishing([(room.sender(), room.id.as_str())].into_iter())
}

fn resuming(room: &Room, seat: usize, cursor: &str) -> Script {
    Script {
        mark: Some(MARK),
        ..room.script(0, seat, &from_cursor(cursor))
    }
}

/// Sends messages that nobody hears; the cursor before them.
fn miss(server: &mut Causerie, room: &Room, messages: usize) -> io::Result<String> {
    const SENDERS: usize = 16;
    let viewer = server.ask(room.sender(), "{ viewer { cursor } }", &json!({}))?;
    let cursor = viewer.pointer("/viewer/cursor");
    let cursor = cursor.and_then(|cursor| cursor.as_str());
    let cursor = cursor.ok_or(io::ErrorKind::InvalidData)?.to_owned();
    let mut senders = Senders::new(publishing(server, room), SENDERS)?;
    senders.run(|sent, _| sent < messages)?;
    Ok(cursor)
}
