//! What is measured.

mod fan_out;
mod memory;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use crate::servers::{Audience, Server};

/// A case of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// One room of many subscribers: one message at a time, as many as can be, and paced
    FanOut,
    /// Many rooms of ten subscribers, in the same ways
    Rooms,
    /// What a socket that is subscribed and hears nothing keeps in memory
    Memory,
}

/// How cases are run.
pub struct Options {
    /// The path of our own server.
    pub causerie: PathBuf,
    /// Whether each case is to be as small as still tells something.
    pub short: bool,
    pub servers: Vec<Server>,
    /// How often everything is measured, the servers taking turns.
    pub rounds: usize,
    /// How long messages are sent in one mode.
    pub phase: Duration,
    /// Subscribers in the one room, where the case leaves that open.
    pub subscribers: Vec<usize>,
}

impl Case {
    pub fn run(self, options: &Options) -> io::Result<()> {
        match self {
            Self::FanOut => {
                let one_room = |subscribers: &usize| Audience {
                    rooms: 1,
                    subscribers: *subscribers,
                };
                let audiences: Vec<_> = options.subscribers.iter().map(one_room).collect();
                fan_out::run(options, &audiences)
            }
            Self::Rooms => {
                let rooms = if options.short { 100 } else { 1000 };
                let subscribers = 10;
                fan_out::run(options, &[Audience { rooms, subscribers }])
            }
            Self::Memory => memory::run(options, if options.short { 2000 } else { 5000 }),
        }
    }
}
