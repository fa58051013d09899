//! The client: thousands of sockets on one thread, with few system calls. It tells frames apart by
//! their headers and parses nothing.

mod frames;
mod ledger;
mod publisher;
mod subscriber;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use mio::event::Event;
use mio::{Events, Poll, Registry, Token};

pub use self::frames::{from_client, from_server};
use self::ledger::Ledger;
pub use self::ledger::Outcome;
use self::publisher::Publisher;
pub use self::publisher::Publishing;
pub use self::subscriber::Script;
use self::subscriber::Subscriber;
use crate::machine::now;

/// Handshakes under way at once: fewer than any server's backlog.
const HANDSHAKES: usize = 128;
/// Publishers' tokens begin here, above those of the subscribers.
const PUBLISHERS: usize = 1 << 20;
/// The most messages under way at once.
pub const MOST_OUTSTANDING: usize = 32;
/// How long nothing has to come before the client believes that nothing will.
const QUIET: Duration = Duration::from_millis(300);
/// How long nothing may come where something has to.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a message may be published before everybody hears it.
const MOST_PROBES: usize = 50;

/// How messages follow one another.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// As soon as fewer than so many are under way, which end when all subscribers have them.
    Outstanding(usize),
    /// One after each such time.
    Every(Duration),
}

/// The client of one server.
pub struct Driver {
    poll: Poll,
    events: Events,
    sockets: Sockets,
}

struct Sockets {
    buffer: Vec<u8>,
    subscribers: Vec<Subscriber>,
    /// How many of them are subscribed.
    ready: usize,
    publisher: Publisher,
    next_room: usize,
    ledger: Ledger,
}

impl Driver {
    pub fn new(publishing: Publishing) -> io::Result<Self> {
        let poll = Poll::new()?;
        let publisher = Publisher::open(publishing, MOST_OUTSTANDING, poll.registry(), PUBLISHERS)?;
        Ok(Self {
            poll,
            events: Events::with_capacity(1024),
            sockets: Sockets {
                buffer: vec![0; 64 * 1024],
                subscribers: Vec::new(),
                ready: 0,
                publisher,
                next_room: 0,
                ledger: Ledger::default(),
            },
        })
    }

    /// Opens a socket for each script, and returns when everybody hears what is published.
    pub fn subscribe(&mut self, address: SocketAddr, scripts: &[Script]) -> io::Result<()> {
        let all = self.sockets.subscribers.len() + scripts.len();
        let mut scripts = scripts.iter();
        while self.sockets.ready < all {
            let sockets = &mut self.sockets;
            let free = HANDSHAKES - (sockets.subscribers.len() - sockets.ready);
            for script in scripts.by_ref().take(free) {
                sockets.open(address, script, self.poll.registry())?;
            }
            self.wait_for_something()?;
        }
        self.probe()
    }

    /// A subscription begins some time after it was asked for, and not all servers say when.
    fn probe(&mut self) -> io::Result<()> {
        for _ in 0..MOST_PROBES {
            self.sockets.reset();
            for room in 0..self.sockets.ledger.rooms() {
                while self.sockets.publisher.unanswered() == MOST_OUTSTANDING {
                    self.wait_for_something()?;
                }
                self.sockets.publish(room)?;
            }
            while self.wait(QUIET)? {}
            if self.sockets.outstanding() == 0 {
                return Ok(());
            }
        }
        Err(io::Error::other("some subscribers never hear anything"))
    }

    /// Publishes to one room after the other for this long, and waits until all was delivered.
    pub fn run(&mut self, pace: Pace, duration: Duration) -> io::Result<Outcome> {
        self.sockets.reset();
        let start = now();
        let mut due = start;
        loop {
            let present = now();
            let over = present - start >= duration;
            if over && self.sockets.outstanding() == 0 {
                break;
            }
            match pace {
                _ if over => self.wait_for_something()?,
                Pace::Outstanding(most) => {
                    while self.sockets.outstanding() < most {
                        self.sockets.publish_to_next()?;
                    }
                    self.wait_for_something()?;
                }
                Pace::Every(gap) => {
                    while due <= present && self.sockets.outstanding() < MOST_OUTSTANDING {
                        self.sockets.publish_to_next()?;
                        due += gap;
                    }
                    self.wait(due.saturating_duration_since(now()))?;
                }
            }
        }
        let mut outcome = std::mem::take(&mut self.sockets.ledger.outcome);
        outcome.elapsed = start.elapsed();
        Ok(outcome)
    }

    fn wait_for_something(&mut self) -> io::Result<()> {
        match self.wait(PATIENCE)? {
            true => Ok(()),
            false => Err(io::Error::other(format!("nothing came for {PATIENCE:?}"))),
        }
    }

    /// Handles what has come, or comes in time; whether anything did.
    fn wait(&mut self, timeout: Duration) -> io::Result<bool> {
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        for event in &self.events {
            self.sockets.handle(event, self.poll.registry())?;
        }
        Ok(!self.events.is_empty())
    }
}

impl Sockets {
    fn open(
        &mut self,
        address: SocketAddr,
        script: &Script,
        registry: &Registry,
    ) -> io::Result<()> {
        let token = Token(self.subscribers.len());
        let subscriber = Subscriber::open(address, script.clone(), registry, token)?;
        self.ledger.add_subscriber(script.room);
        self.subscribers.push(subscriber);
        Ok(())
    }

    fn handle(&mut self, event: &Event, registry: &Registry) -> io::Result<()> {
        let token = event.token();
        if token.0 >= PUBLISHERS {
            let index = token.0 - PUBLISHERS;
            return self.publisher.read(index, &mut self.buffer).map(drop);
        }
        let subscriber = &mut self.subscribers[token.0];
        if event.is_writable() {
            return subscriber.connected(registry, token);
        }
        let was_ready = subscriber.is_ready();
        let before = subscriber.received;
        let count = subscriber.read(&mut self.buffer)?;
        if count > 0 {
            self.ledger
                .deliver(subscriber.room(), before, count, now())?;
        }
        self.ready += usize::from(!was_ready && subscriber.is_ready());
        Ok(())
    }

    fn publish_to_next(&mut self) -> io::Result<()> {
        let room = self.next_room % self.ledger.rooms();
        self.next_room = room + 1;
        self.publish(room)
    }

    fn publish(&mut self, room: usize) -> io::Result<()> {
        self.ledger.publish(room, now());
        self.publisher.publish(room).map(drop)
    }

    /// Messages that somebody lacks, or that the server has not confirmed.
    fn outstanding(&self) -> usize {
        self.ledger.undelivered.max(self.publisher.unanswered())
    }

    fn reset(&mut self) {
        self.ledger.reset();
        self.subscribers.iter_mut().for_each(|one| one.received = 0);
    }
}
