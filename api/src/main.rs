//! The `causerie` binary: reads the settings, then serves.

#![expect(
    clippy::duplicate_mod,
    reason = "queries are compiled once for each database"
)]

mod app;
mod auth;
mod cli;
mod config;
mod graphql;
mod http;
mod model;
mod realtime;
mod services;
mod storage;

use std::io::{self, Write};
use std::process::ExitCode;

use cli::{Command, Stop};
use tracing_subscriber::EnvFilter;

/// The exit code for settings that cannot be used; 1 is for a server that cannot start.
const BAD_USAGE: u8 = 2;

fn main() -> ExitCode {
    let invocation = match cli::from_environment() {
        Ok(invocation) => invocation,
        Err(Stop::Answer(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(Stop::Refused(line)) => return refuse(&line, BAD_USAGE),
    };
    match invocation.command {
        Command::Schema => {
            print!("{}", graphql::sdl());
            ExitCode::SUCCESS
        }
        Command::Serve => serve(invocation.config),
    }
}

fn serve(config: config::Config) -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.log))
        .with_writer(io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&format!("cannot start: {error}"), 1),
    };
    match runtime.block_on(app::serve(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error.to_string().replace('\n', " "), 1),
    }
}

fn refuse(line: &str, code: u8) -> ExitCode {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr(), "causerie: {line}");
    ExitCode::from(code)
}
