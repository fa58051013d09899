//! What the server pays for a `sendMessage` over HTTP, beside the same on Node.

use std::io;

use super::Options;
use crate::driver::{MOST_OUTSTANDING, Publishing, Senders};
use crate::machine::SERVER_CORE;
use crate::report::Report;
use crate::servers::causerie::Causerie;
use crate::servers::{Process, peers};

const CPU: &str = "server CPU a mutation, µs";

/// Causerie checks a login besides, which the other does not.
pub fn run(options: &Options) -> io::Result<()> {
    let mut report = Report::new("mutation");
    for round in 1..=options.rounds {
        println!("# mutation, round {round}");
        let mut server = Causerie::start(&options.causerie, None, &[SERVER_CORE])?;
        let account = [server.register("person-1")?];
        let room = server.create_room(&account)?;
        let publishing = server.publishing([(&account[0], room.as_str())].into_iter());
        let cpu = measure(options, &server.process, publishing)?;
        report.add("sendMessage", "causerie, committing", &[(CPU, cpu)]);
        let publishing = server.publishing_in_vain(&account[0], &room);
        let cpu = measure(options, &server.process, publishing)?;
        report.add("sendMessage", "causerie, a blank message", &[(CPU, cpu)]);
        drop(server);

        let (peer, publishing) = peers::start_graphql_http(&[SERVER_CORE])?;
        let cpu = measure(options, &peer, publishing)?;
        report.add("sendMessage", "graphql-http on Node", &[(CPU, cpu)]);
    }
    report.print();
    Ok(())
}

fn measure(options: &Options, server: &Process, publishing: Publishing) -> io::Result<f64> {
    let mut senders = Senders::new(publishing, MOST_OUTSTANDING)?;
    senders.run(|_, elapsed| elapsed < options.phase)?;
    let before = server.cpu();
    let outcome = senders.run(|_, elapsed| elapsed < options.phase)?;
    let cpu = server.cpu() - before;
    Ok(cpu.as_secs_f64() * 1e6 / outcome.messages as f64)
}
