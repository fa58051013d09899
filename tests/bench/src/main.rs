//! The benchmark: starts Causerie and other servers one after another, drives them with the same
//! client, and prints what each cost.
//!
//! ```sh
//! cargo run --release --package causerie-bench -- --short
//! cargo run --release --package causerie-bench -- --case fan-out --subscribers 1000
//! ```

#![expect(
    clippy::duplicate_mod,
    reason = "queries are compiled once for each database"
)]

mod bare;
mod cases;
mod driver;
mod http;
mod machine;
mod peers;
mod report;
mod servers;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::bare::System;
use crate::cases::{Case, Options};
use crate::peers::Peer;
use crate::servers::Server;

/// Measures Causerie beside other servers.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// Run small cases, for a look within minutes
    #[arg(long)]
    short: bool,
    /// Run these cases only
    #[arg(long = "case", value_enum, value_delimiter = ',')]
    cases: Vec<Case>,
    /// Measure these servers only
    #[arg(long = "server", value_enum, value_delimiter = ',')]
    servers: Vec<Server>,
    /// How many subscribers the one room of fan-out has [default: 100,1000,5000]
    #[arg(long, value_delimiter = ',')]
    subscribers: Vec<usize>,
    /// How often everything is measured
    #[arg(long)]
    rounds: Option<usize>,
    /// A PostgreSQL server to measure on besides SQLite, as postgres://USER@HOST:PORT/NAME
    #[arg(long, env = "CAUSERIE_TEST_POSTGRES_URL", hide_env_values = true)]
    postgres: Option<String>,
    /// Our own server [default: built now]
    #[arg(long, env = "CAUSERIE_BIN")]
    binary: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Be a server that is measured
    #[command(hide = true)]
    Peer { peer: Peer },
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    machine::raise_file_limit()?;
    if let Some(Role::Peer { peer }) = arguments.role {
        return peer.serve();
    }
    let cases = or_all(arguments.cases);
    let (rounds, phase, subscribers) = match arguments.short {
        true => (2, Duration::from_secs(1), vec![1000]),
        false => (5, Duration::from_secs(2), vec![100, 1000, 5000]),
    };
    let subscribers = match arguments.subscribers.is_empty() {
        true => subscribers,
        false => arguments.subscribers,
    };
    let options = Options {
        causerie: arguments.binary.map_or_else(build, Ok)?,
        short: arguments.short,
        servers: or_all(arguments.servers),
        systems: [System::Sqlite]
            .into_iter()
            .chain(arguments.postgres.map(System::Postgres))
            .collect(),
        rounds: arguments.rounds.unwrap_or(rounds),
        phase,
        subscribers,
    };
    run(&cases, &options)
}

/// Runs all cases, also after one that fails.
fn run(cases: &[Case], options: &Options) -> io::Result<()> {
    let mut failed = Vec::new();
    for case in cases {
        if let Err(error) = case.run(options) {
            println!("# {case:?} failed: {error}\n");
            failed.push(case);
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(io::Error::other(format!("failed: {failed:?}"))),
    }
}

/// What was chosen, or everything when nothing was.
fn or_all<T: ValueEnum>(chosen: Vec<T>) -> Vec<T> {
    match chosen.is_empty() {
        true => T::value_variants().to_vec(),
        false => chosen,
    }
}

/// Builds our own server as it is released, next to this program; its path.
fn build() -> io::Result<PathBuf> {
    let arguments = "build --quiet --locked --release --package causerie-api --bin causerie";
    let status = Command::new(env!("CARGO"))
        .args(arguments.split(' '))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    if !status.success() {
        return Err(io::Error::other("the server does not build"));
    }
    let program = std::env::current_exe()?;
    let folder = program.parent().unwrap_or(Path::new("."));
    Ok(folder.with_file_name("release").join("causerie"))
}
