//! Following the log: reading it in pages, then live.

use super::{Event, Server};
use serde_json::{Value, json};

/// How far one subscriber has come.
pub(in crate::simulation) struct Tail {
    user: usize,
    position: usize,
    /// Whether it is told of what happens as it happens.
    pub(in crate::simulation) is_live: bool,
    is_checked: bool,
}

impl Tail {
    pub(in crate::simulation) fn after(user: usize, cursor: &str) -> Self {
        Self {
            user,
            position: cursor.parse().expect("a cursor"),
            is_live: false,
            is_checked: false,
        }
    }
}

impl Server {
    /// Reads a page of the log, as everything is now.
    pub(in crate::simulation) fn read_on(&self, tail: &mut Tail, page: usize) -> Value {
        let is_out = tail.position < self.trimmed || tail.position > self.head();
        if !std::mem::replace(&mut tail.is_checked, true) && is_out {
            tail.position = self.head();
            return batch(Vec::new(), tail.position, false, true);
        }
        let from = tail.position;
        let to = self.head().min(from + page);
        tail.position = to;
        tail.is_live = to == self.head();
        let events = (from..to).filter(|place| self.concerns(*place, tail.user));
        let events = events.map(|place| self.event(self.log[place], tail.user));
        batch(events.collect(), to, tail.is_live, false)
    }

    /// What somebody who is live is told next, if there is something.
    pub(in crate::simulation) fn tell(&self, tail: &mut Tail) -> Option<Value> {
        while tail.is_live && tail.position < self.head() {
            let place = tail.position;
            tail.position += 1;
            if self.concerns(place, tail.user) {
                let event = self.event(self.log[place], tail.user);
                return Some(batch(vec![event], tail.position, true, false));
            }
        }
        None
    }

    /// Only what happened in rooms that they are in, from when they joined; and that they left.
    fn concerns(&self, place: usize, user: usize) -> bool {
        let event = self.log[place];
        match event {
            Event::Left(_, left) if left == user => return true,
            Event::Thread { user: other, .. } | Event::Draft { user: other, .. }
                if other != user =>
            {
                return false;
            }
            _ => {}
        }
        let members = &self.rooms[self.room_of(event)].members;
        members
            .get(&user)
            .is_some_and(|member| member.joined <= place + 1)
    }
}

fn batch(events: Vec<Value>, cursor: usize, live: bool, reset: bool) -> Value {
    json!({ "events": {
        "events": events,
        "cursor": cursor.to_string(),
        "live": live,
        "reset": reset,
    } })
}
