//! What it costs to deliver messages: one room of many subscribers, or many rooms of a few.

use std::io;
use std::time::Duration;

use super::Options;
use crate::driver::{Driver, MOST_OUTSTANDING, Outcome, Pace};
use crate::report::{Report, percentile};
use crate::servers::{Audience, Process, Server};

/// The share of its core that a server is to be busy when it is paced.
const PACED_LOAD: f64 = 0.2;

/// Runs every server, round after round, each time as a new process.
pub fn run(options: &Options, audiences: &[Audience]) -> io::Result<()> {
    let mut report = Report::new("fan-out");
    for audience in audiences {
        for round in 1..=options.rounds {
            for server in &options.servers {
                println!("# {audience}, round {round}: {}", server.name());
                measure(options, *audience, *server, &mut report)?;
            }
        }
    }
    for (name, server) in [("× floor", Server::Floor), ("× causerie", Server::Causerie)] {
        report.relate(name, CPU, server.name());
    }
    report.print();
    Ok(())
}

const CPU: &str = "server CPU a delivery, µs";

fn measure(
    options: &Options,
    audience: Audience,
    server: Server,
    report: &mut Report,
) -> io::Result<()> {
    let running = server.start(&options.causerie, audience)?;
    let mut client = running.client(running.scripts.len())?;
    let saturating = Pace::Outstanding(MOST_OUTSTANDING);
    // Compilers at run time need some practice.
    client.run(saturating, options.phase)?;
    let mut measure = |mode: &str, pace, duration| -> io::Result<f64> {
        let (outcome, cpu) = on_server(&mut client, &running.process, pace, duration)?;
        let message_cost = cpu / outcome.messages as f64;
        report.add(
            &format!("{audience}, {mode}"),
            server.name(),
            &figures(outcome, cpu),
        );
        Ok(message_cost)
    };
    let message_cost = measure("lockstep", Pace::Outstanding(1), options.phase)?;
    measure("saturating", saturating, options.phase)?;
    let gap = Duration::from_secs_f64(message_cost / PACED_LOAD);
    measure("paced", Pace::Every(gap), options.phase * 2)?;
    Ok(())
}

/// What came of a run, and the seconds of CPU time that it cost the server.
fn on_server(
    client: &mut Driver,
    server: &Process,
    pace: Pace,
    duration: Duration,
) -> io::Result<(Outcome, f64)> {
    let before = server.cpu();
    let outcome = client.run(pace, duration)?;
    Ok((outcome, (server.cpu() - before).as_secs_f64()))
}

fn figures(mut outcome: Outcome, cpu: f64) -> [(&'static str, f64); 4] {
    let deliveries = outcome.deliveries as f64;
    [
        (CPU, cpu * 1e6 / deliveries),
        (
            "deliveries a second",
            deliveries / outcome.elapsed.as_secs_f64(),
        ),
        ("p50, ms", percentile(&mut outcome.latencies, 0.5)),
        ("p99, ms", percentile(&mut outcome.latencies, 0.99)),
    ]
}
