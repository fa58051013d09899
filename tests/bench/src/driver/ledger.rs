//! Which message is where: what was published, who lacks it, and how long each delivery took.

use std::io;
use std::time::{Duration, Instant};

/// What came of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    pub messages: usize,
    pub deliveries: usize,
    pub elapsed: Duration,
    /// From publishing to each delivery, in microseconds.
    pub latencies: Vec<u32>,
}

/// A message: the one that the k-th event of each socket of its room stands for.
struct Message {
    published: Instant,
    missing: usize,
}

struct Room {
    subscribers: usize,
    messages: Vec<Message>,
}

/// The messages of a run.
#[derive(Default)]
pub struct Ledger {
    rooms: Vec<Room>,
    /// Messages that somebody lacks.
    pub undelivered: usize,
    pub outcome: Outcome,
}

impl Ledger {
    /// Begins anew; the subscribers stay.
    pub fn reset(&mut self) {
        self.rooms.iter_mut().for_each(|room| room.messages.clear());
        self.undelivered = 0;
        self.outcome = Outcome::default();
    }

    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    pub fn add_subscriber(&mut self, room: usize) {
        let new = || Room {
            subscribers: 0,
            messages: Vec::new(),
        };
        self.rooms.resize_with(self.rooms.len().max(room + 1), new);
        self.rooms[room].subscribers += 1;
    }

    pub fn publish(&mut self, room: usize, now: Instant) {
        let room = &mut self.rooms[room];
        room.messages.push(Message {
            published: now,
            missing: room.subscribers,
        });
        self.undelivered += 1;
        self.outcome.messages += 1;
    }

    /// One socket of `room` got `count` events, after `before` others.
    pub fn deliver(
        &mut self,
        room: usize,
        before: usize,
        count: usize,
        now: Instant,
    ) -> io::Result<()> {
        let messages = &mut self.rooms[room].messages;
        let Some(messages) = messages.get_mut(before..before + count) else {
            return Err(io::Error::other("more events than messages"));
        };
        for message in messages {
            message.missing -= 1;
            self.undelivered -= usize::from(message.missing == 0);
            let latency = now.duration_since(message.published).as_micros();
            let latency = u32::try_from(latency).unwrap_or(u32::MAX);
            self.outcome.latencies.push(latency);
        }
        self.outcome.deliveries += count;
        Ok(())
    }
}
