//! The `causerie` binary: reads the settings, then does what it is asked to.

#![expect(
    clippy::duplicate_mod,
    reason = "queries are compiled once for each database"
)]

mod app;
mod auth;
mod cli;
mod config;
mod demo;
mod graphql;
mod http;
mod model;
mod realtime;
mod services;
mod storage;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use app::StartError;
use cli::{Command, Stop};
use mimalloc::MiMalloc;
use tracing_subscriber::EnvFilter;

/// Execution makes many small pieces that live for microseconds.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The exit code for settings that cannot be used; 1 is for a server that cannot start.
const BAD_USAGE: u8 = 2;

/// How long work on blocking threads may go on once everything else has ended.
const LAST_WORK: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let invocation = match cli::from_environment() {
        Ok(invocation) => invocation,
        Err(Stop::Answer(text)) => {
            return answer(&text);
        }
        Err(Stop::Refused(line)) => return refuse(&line, BAD_USAGE),
    };
    let config = invocation.config;
    let log = config.log.clone();
    match invocation.command {
        Command::Schema => answer(&graphql::sdl()),
        Command::Serve => run(&log, app::serve(config)),
        Command::Demo { seed, messages } => run(&log, app::fill(config, seed, messages)),
    }
}

fn run(log: &str, work: impl Future<Output = Result<(), StartError>>) -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(log))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&format!("cannot start: {error}"), 1),
    };
    let done = runtime.block_on(work);
    // A query or a hash that is still running must not keep the process.
    runtime.shutdown_timeout(LAST_WORK);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error.to_string().replace('\n', " "), 1),
    }
}

fn answer(text: &str) -> ExitCode {
    // Whoever reads the output may have had enough of it.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn refuse(line: &str, code: u8) -> ExitCode {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr(), "causerie: {line}");
    ExitCode::from(code)
}
