//! Which message is where: what was published, who lacks it, and how long each delivery took.

use std::time::{Duration, Instant};

use super::Script;

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
    /// Events that came although there were no messages for them.
    pub surplus: usize,
    pub outcome: Outcome,
}

impl Ledger {
    /// Begins anew; the subscribers stay.
    pub fn reset(&mut self) {
        self.rooms.iter_mut().for_each(|room| room.messages.clear());
        self.undelivered = 0;
        self.surplus = 0;
        self.outcome = Outcome::default();
    }

    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    pub fn add_subscribers(&mut self, scripts: &[Script]) {
        let rooms = scripts.iter().map(|script| script.room + 1).max();
        let new = || Room {
            subscribers: 0,
            messages: Vec::new(),
        };
        let rooms = self.rooms.len().max(rooms.unwrap_or(0));
        self.rooms.resize_with(rooms, new);
        for script in scripts {
            self.rooms[script.room].subscribers += 1;
        }
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
    pub fn deliver(&mut self, room: usize, before: usize, count: usize, now: Instant) {
        let messages = self.rooms[room].messages.iter_mut();
        let delivered = messages.skip(before).take(count);
        let mut known = 0;
        for message in delivered {
            known += 1;
            message.missing -= 1;
            self.undelivered -= usize::from(message.missing == 0);
            let latency = now.duration_since(message.published).as_micros();
            let latency = u32::try_from(latency).unwrap_or(u32::MAX);
            self.outcome.latencies.push(latency);
        }
        self.outcome.deliveries += known;
        self.surplus += count - known;
    }
}
