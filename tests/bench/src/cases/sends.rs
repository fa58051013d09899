//! Messages that are on disk once they are answered: how many a second, and how fast.

use std::io;

use super::Options;
use crate::bare::{Bare, Created, System};
use crate::driver::{Outcome, Senders};
use crate::machine::{self, ALL_CORES, now};
use crate::report::{Report, percentile};
use crate::servers::causerie::{Account, Causerie};

const SENDERS: [usize; 3] = [1, 16, 256];
/// The senders' rooms, each with an account that sends there.
const ROOMS: usize = 16;
const BARE: &str = "bare commit";
const MEDIAN: &str = "p50, ms";

/// Server and client share all cores, as they do where both are one small machine.
pub fn run(options: &Options) -> io::Result<()> {
    let mut report = Report::new("sends");
    for system in &options.systems {
        for round in 1..=options.rounds {
            println!("# sends, round {round}: {}", system.name());
            measure(options, system, &mut report)?;
        }
    }
    report.relate("× bare", MEDIAN, BARE);
    report.print();
    Ok(())
}

fn measure(options: &Options, system: &System, report: &mut Report) -> io::Result<()> {
    let created = system.create()?;
    let url = created.as_ref().map(|created| created.url.as_str());
    let mut server = Causerie::start(&options.causerie, url, &ALL_CORES)?;
    machine::stay_on(&ALL_CORES)?;
    let rooms = rooms(&mut server)?;
    for senders in SENDERS {
        let setting = format!("{}, {senders} at once", system.name());
        let publishing = rooms.iter().map(|(account, room)| (account, room.as_str()));
        let mut client = Senders::new(server.publishing(publishing), senders)?;
        client.run(|_, elapsed| elapsed < options.phase / 4)?;
        let before = server.process.cpu();
        let outcome = client.run(|_, elapsed| elapsed < options.phase)?;
        let cpu = server.process.cpu() - before;
        let cpu = cpu.as_secs_f64() * 1e6 / outcome.messages as f64;
        let figures = figures(outcome);
        report.add(
            &setting,
            "causerie",
            &[figures[0], figures[1], figures[2], (CPU, cpu)],
        );
        if senders == 1 {
            let outcome = commit(options, &server, created.as_ref())?;
            report.add(&setting, BARE, &self::figures(outcome));
        }
    }
    Ok(())
}

const CPU: &str = "server CPU a message, µs";

fn rooms(server: &mut Causerie) -> io::Result<Vec<(Account, String)>> {
    let room = |number| {
        let account = [server.register(&format!("person-{number}"))?];
        let room = server.create_room(&account)?;
        let [account] = account;
        Ok((account, room))
    };
    (0..ROOMS).map(room).collect()
}

/// Commits single messages to the server's database, past the server.
fn commit(options: &Options, server: &Causerie, created: Option<&Created>) -> io::Result<Outcome> {
    let mut bare = Bare::open(server, created)?;
    let mut outcome = Outcome::default();
    let start = now();
    while start.elapsed() < options.phase {
        let present = now();
        bare.commit(outcome.messages as u32)?;
        outcome.latencies.push(present.elapsed().as_micros() as u32);
        outcome.messages += 1;
    }
    outcome.elapsed = start.elapsed();
    Ok(outcome)
}

fn figures(mut outcome: Outcome) -> [(&'static str, f64); 3] {
    [
        (
            "messages a second",
            outcome.messages as f64 / outcome.elapsed.as_secs_f64(),
        ),
        (MEDIAN, percentile(&mut outcome.latencies, 0.5)),
        ("p99, ms", percentile(&mut outcome.latencies, 0.99)),
    ]
}
