//! What a subscribed socket costs in memory while nothing happens.

use std::io;
use std::time::Duration;

use super::Options;
use crate::driver::Pace;
use crate::report::Report;
use crate::servers::{Audience, Server};

/// Sockets that are there before memory is measured, so that what a server sets up once is not
/// counted.
const FIRST: usize = 100;
const WARM_UP: Duration = Duration::from_millis(500);

pub fn run(options: &Options, subscribers: usize) -> io::Result<()> {
    let mut report = Report::new("memory");
    let audience = Audience {
        rooms: 1,
        subscribers: FIRST + subscribers,
    };
    for round in 1..=options.rounds {
        // The floor keeps nothing at all.
        for server in options.servers.iter().filter(|one| **one != Server::Floor) {
            println!("# memory, round {round}: {}", server.name());
            let running = server.start(&options.causerie, audience)?;
            let mut client = running.client(FIRST)?;
            client.run(Pace::Outstanding(1), WARM_UP)?;
            let before = running.process.resident();
            client.subscribe(running.address, &running.scripts[FIRST..])?;
            let grown = running.process.resident().saturating_sub(before);
            let each = grown as f64 / subscribers as f64 / 1024.0;
            let setting = format!("{subscribers} idle subscribers");
            report.add(&setting, server.name(), &[("KiB a socket", each)]);
        }
    }
    report.print();
    Ok(())
}
