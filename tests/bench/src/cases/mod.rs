//! What is measured.

mod fan_out;
mod history;
mod memory;
mod mutation;
mod resume;
mod rooms_list;
mod sends;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use crate::bare::System;
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
    /// Messages that are on disk once they are answered, with 1, 16 and 256 senders
    Sends,
    /// The CPU time that a mutation costs
    Mutation,
    /// 50 messages out of a million
    History,
    /// A page of the rooms of somebody who is in a thousand
    RoomsList,
    /// Many sockets that come back, each some messages behind
    Reconnect,
    /// One socket that comes back, many messages behind
    CatchUp,
}

/// How cases are run.
pub struct Options {
    /// The path of our own server.
    pub causerie: PathBuf,
    /// Whether each case is to be as small as still tells something.
    pub short: bool,
    pub servers: Vec<Server>,
    pub systems: Vec<System>,
    /// How often everything is measured, the servers taking turns.
    pub rounds: usize,
    /// How long messages are sent in one mode.
    pub phase: Duration,
    /// Subscribers in the one room, where the case leaves that open.
    pub subscribers: Vec<usize>,
}

impl Case {
    pub fn run(self, options: &Options) -> io::Result<()> {
        let short = |short, full| if options.short { short } else { full };
        match self {
            Self::FanOut => {
                let subscribers = options.subscribers.iter();
                let audiences = subscribers.map(|subscribers| Audience {
                    rooms: 1,
                    subscribers: *subscribers,
                });
                fan_out::run(options, &audiences.collect::<Vec<_>>())
            }
            Self::Rooms => {
                let (rooms, subscribers) = (short(100, 1000), 10);
                fan_out::run(options, &[Audience { rooms, subscribers }])
            }
            Self::Memory => memory::run(options, short(2000, 5000)),
            Self::Sends => sends::run(options),
            Self::Mutation => mutation::run(options),
            Self::History => history::run(options, short(500, 2000)),
            Self::RoomsList => rooms_list::run(options, short(500, 2000)),
            Self::Reconnect => resume::reconnect(options, short(1000, 5000), 100),
            Self::CatchUp => resume::catch_up(options, 10_000, short(2, 10)),
        }
    }
}
