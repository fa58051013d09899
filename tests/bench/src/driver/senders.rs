//! Clients that only send: each waits for its answer and sends again.

use std::io;
use std::time::{Duration, Instant};

use mio::{Events, Poll};

use super::PATIENCE;
use super::ledger::Outcome;
use super::publisher::{Publisher, Publishing};
use crate::machine::now;

/// So many senders, each with a connection of its own.
pub struct Senders {
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    publisher: Publisher,
    /// When each sent what it waits for.
    since: Vec<Instant>,
    requests: usize,
    next: usize,
}

impl Senders {
    /// `requests` are finished HTTP requests, sent in turn; every good answer contains `proof`.
    pub fn new(publishing: Publishing, senders: usize) -> io::Result<Self> {
        let requests = match &publishing {
            Publishing::Http { requests, .. } => requests.len(),
            _ => 1,
        };
        let poll = Poll::new()?;
        Ok(Self {
            publisher: Publisher::open(publishing, senders, poll.registry(), 0)?,
            poll,
            events: Events::with_capacity(1024),
            buffer: vec![0; 64 * 1024],
            since: vec![now(); senders],
            requests,
            next: 0,
        })
    }

    /// Sends while `more` says so of how many were sent and for how long, and waits for the answers.
    /// The latencies are those of the answers.
    pub fn run(&mut self, more: impl Fn(usize, Duration) -> bool) -> io::Result<Outcome> {
        let start = now();
        let mut outcome = Outcome::default();
        loop {
            while self.publisher.unanswered() < self.since.len()
                && more(outcome.messages, start.elapsed())
            {
                let present = now();
                let index = self.publisher.publish(self.next % self.requests)?;
                self.since[index] = present;
                self.next += 1;
                outcome.messages += 1;
            }
            if self.publisher.unanswered() == 0 {
                break;
            }
            self.poll.poll(&mut self.events, Some(PATIENCE))?;
            if self.events.is_empty() {
                return Err(io::Error::other("no answer came"));
            }
            for event in &self.events {
                let index = event.token().0;
                if self.publisher.read(index, &mut self.buffer)? {
                    let latency = self.since[index].elapsed().as_micros();
                    outcome
                        .latencies
                        .push(u32::try_from(latency).unwrap_or(u32::MAX));
                }
            }
        }
        outcome.elapsed = start.elapsed();
        Ok(outcome)
    }
}
