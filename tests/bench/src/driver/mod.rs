//! The client: thousands of sockets on one thread, with few system calls. It tells frames apart by
//! their headers and parses nothing.

mod frames;
mod ledger;
mod publisher;
mod senders;
mod subscriber;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Poll, Registry, Token};

pub use self::frames::{from_client, from_server};
use self::ledger::Ledger;
pub use self::ledger::Outcome;
use self::publisher::Publisher;
pub use self::publisher::Publishing;
pub use self::senders::Senders;
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
    /// Goes up with whatever is not mere talk.
    progress: usize,
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
                progress: 0,
            },
        })
    }

    /// Opens a socket for each script, and returns when everybody hears what is published.
    pub fn subscribe(&mut self, address: SocketAddr, scripts: &[Script]) -> io::Result<()> {
        self.sockets.ledger.add_subscribers(scripts);
        self.open(address, scripts)?;
        self.probe()
    }

    /// Opens a socket for each script, each of which is so many events behind, and returns when all
    /// have them all. What came before those may come again.
    pub fn catch_up(
        &mut self,
        address: SocketAddr,
        scripts: &[Script],
        events: usize,
    ) -> io::Result<Outcome> {
        let start = now();
        let ledger = &mut self.sockets.ledger;
        ledger.add_subscribers(scripts);
        for room in 0..ledger.rooms() {
            (0..events).for_each(|_| ledger.publish(room, start));
        }
        self.open(address, scripts)?;
        while self.sockets.ledger.undelivered > 0 {
            self.wait_for_progress()?;
        }
        Ok(self.sockets.outcome_since(start))
    }

    fn open(&mut self, address: SocketAddr, scripts: &[Script]) -> io::Result<()> {
        let all = self.sockets.subscribers.len() + scripts.len();
        let mut scripts = scripts.iter();
        while self.sockets.ready < all {
            let sockets = &mut self.sockets;
            let free = HANDSHAKES - (sockets.subscribers.len() - sockets.ready);
            for script in scripts.by_ref().take(free) {
                sockets.open(address, script, self.poll.registry())?;
            }
            self.wait_for_progress()?;
        }
        Ok(())
    }

    /// A subscription begins some time after it was asked for, and not all servers say when.
    fn probe(&mut self) -> io::Result<()> {
        for _ in 0..MOST_PROBES {
            self.sockets.reset();
            for room in 0..self.sockets.ledger.rooms() {
                while self.sockets.publisher.unanswered() == MOST_OUTSTANDING {
                    self.wait_for_progress()?;
                }
                self.sockets.publish(room)?;
            }
            self.settle()?;
            // More than there was to hear is what a subscriber was late for the last time.
            if self.sockets.outstanding() == 0 && self.sockets.ledger.surplus == 0 {
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
                _ if over => self.wait_for_progress()?,
                Pace::Outstanding(most) => {
                    while self.sockets.outstanding() < most {
                        self.sockets.publish_to_next()?;
                    }
                    self.wait_for_progress()?;
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
        match self.sockets.ledger.surplus {
            0 => Ok(self.sockets.outcome_since(start)),
            surplus => Err(io::Error::other(format!("{surplus} events came twice"))),
        }
    }

    /// Waits until something happens that is more than talk.
    fn wait_for_progress(&mut self) -> io::Result<()> {
        let (start, before) = (now(), self.sockets.progress);
        while self.sockets.progress == before {
            if start.elapsed() >= PATIENCE {
                return Err(self.sockets.stalled());
            }
            self.wait(PATIENCE)?;
        }
        Ok(())
    }

    /// Waits until nothing happens any more.
    fn settle(&mut self) -> io::Result<()> {
        let mut since = now();
        while since.elapsed() < QUIET {
            let before = self.sockets.progress;
            self.wait(QUIET)?;
            if self.sockets.progress != before {
                since = now();
            }
        }
        Ok(())
    }

    /// Handles what has come, or comes in time.
    fn wait(&mut self, timeout: Duration) -> io::Result<()> {
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        for event in &self.events {
            self.sockets.handle(event, self.poll.registry())?;
        }
        Ok(())
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
        self.subscribers.push(subscriber);
        Ok(())
    }

    fn handle(&mut self, event: &Event, registry: &Registry) -> io::Result<()> {
        let token = event.token();
        if token.0 >= PUBLISHERS {
            let index = token.0 - PUBLISHERS;
            let answered = self.publisher.read(index, &mut self.buffer)?;
            self.progress += usize::from(answered);
            return Ok(());
        }
        let subscriber = &mut self.subscribers[token.0];
        let (was_ready, before) = (subscriber.is_ready(), subscriber.received);
        if event.is_writable() {
            subscriber.connected(registry, token)?;
        } else {
            subscriber.read(&mut self.buffer)?;
        }
        let became_ready = usize::from(!was_ready && subscriber.is_ready());
        let count = subscriber.received - before;
        self.ready += became_ready;
        self.progress += became_ready + count;
        if count > 0 {
            let room = subscriber.room();
            self.ledger.deliver(room, before, count, now());
        }
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

    fn stalled(&self) -> io::Error {
        io::Error::other(format!(
            "nothing came for {PATIENCE:?}: {} of {} sockets are subscribed, \
             {} messages are undelivered, {} unanswered",
            self.ready,
            self.subscribers.len(),
            self.ledger.undelivered,
            self.publisher.unanswered(),
        ))
    }

    fn outcome_since(&mut self, start: Instant) -> Outcome {
        let mut outcome = std::mem::take(&mut self.ledger.outcome);
        outcome.elapsed = start.elapsed();
        outcome
    }

    fn reset(&mut self) {
        self.ledger.reset();
        self.subscribers.iter_mut().for_each(|one| one.received = 0);
    }
}
