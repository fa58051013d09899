//! Connections: they open, carry, fall silent and break.

use super::network::{PROBE, SILENCE, Socket, read_batch};
use super::script::room_id;
use super::server::{Server, Tail, at};
use super::world::{Step, World};
use crate::live::Failure;
use crate::operations::sync::ReadUpTo;
use crate::sync::{Input, Update};
use crate::transport::socket::Ended;
use crate::{Error, User, UserId};
use rand::Rng;
use std::collections::BTreeSet;
use std::time::Duration;

impl World {
    pub(super) fn connect(&mut self, device: usize, renew: bool, after: &str) {
        self.disconnect(device);
        let link = self.number();
        if let Some(app) = &mut self.devices[device].app {
            app.link = Some(link);
        }
        let delay = self.faults.delay(&mut self.random);
        let now = self.now;
        let lifetime = Duration::from_secs(self.random.random_range(20..200));
        let session = &mut self.devices[device].session;
        let connected = if self.random.random_bool(self.faults.unconnected) {
            Err(lost("no connection"))
        } else if session.is_over && renew {
            Err(Failure::Failed(Error::SignedOut))
        } else if session.is_over || (!renew && session.token_until < now) {
            Err(closed(4403))
        } else {
            if renew {
                session.token_until = now + lifetime;
            }
            self.after(delay * 2, Step::Subscribe(link, after.to_owned()));
            Ok(device)
        };
        match connected {
            Ok(device) => self.after(delay, Step::Connected(link, Ok(device))),
            Err(failure) => self.after(delay, Step::Broken(link, device, failure)),
        }
    }

    pub(super) fn disconnect(&mut self, device: usize) {
        self.sockets.retain(|_, socket| socket.device != device);
        if let Some(app) = &mut self.devices[device].app {
            app.link = None;
        }
    }

    pub(super) fn connected(&mut self, link: u64, connected: Result<usize, Failure>) {
        let Ok(device) = connected else { return };
        let app = self.devices[device].app.as_ref();
        if app.is_none_or(|app| app.link != Some(link)) {
            return;
        }
        let socket = Socket {
            device,
            user: self.devices[device].user,
            tail: None,
            is_silent: false,
            last_arrival: self.now,
            is_reading: false,
            watches: BTreeSet::new(),
        };
        self.sockets.insert(link, socket);
        self.input(device, Input::Opened);
    }

    pub(super) fn subscribe(&mut self, link: u64, after: &str) {
        let now = self.now;
        let Some(socket) = self.sockets.get_mut(&link) else {
            return;
        };
        let user = socket.user;
        socket.tail = Some(Tail::after(user, after));
        let minute = Duration::from_secs(60);
        let recent = self
            .marks
            .iter()
            .filter(|(at, _, who, _)| *who == user && now.saturating_sub(*at) <= minute);
        let recent: Vec<Update> = recent
            .map(|(_, room, user, seq)| read_up_to(*room, *user, *seq))
            .collect();
        for update in recent {
            self.send(link, update);
        }
        self.read_later(link);
    }

    fn read_later(&mut self, link: u64) {
        let delay = self.faults.delay(&mut self.random) / 4;
        if let Some(socket) = self.sockets.get_mut(&link)
            && !std::mem::replace(&mut socket.is_reading, true)
        {
            self.after(delay, Step::Read(link));
        }
    }

    pub(super) fn read_log(&mut self, link: u64) {
        let page = self.random.random_range(1..7);
        let Some(socket) = self.sockets.get_mut(&link) else {
            return;
        };
        socket.is_reading = false;
        let Some(tail) = &mut socket.tail else { return };
        let batch = self.server.read_on(tail, page);
        let is_live = tail.is_live;
        self.send(link, read_batch(batch));
        if !is_live {
            self.read_later(link);
        }
    }

    /// Everyone who is live hears what is new. Who does not read fast enough reads the log again.
    pub(super) fn broadcast(&mut self) {
        let links: Vec<u64> = self.sockets.keys().copied().collect();
        let receipts = std::mem::take(&mut self.server.receipts);
        self.tell_who_types();
        for link in &links {
            let falls_behind = self.random.random_bool(self.faults.behind / 4.0);
            let Some(socket) = self.sockets.get_mut(link) else {
                continue;
            };
            let Some(tail) = &mut socket.tail else {
                continue;
            };
            let mut batches = Vec::new();
            if tail.is_live && falls_behind {
                tail.is_live = false;
            }
            while let Some(batch) = self.server.tell(tail) {
                batches.push(read_batch(batch));
            }
            let (user, is_live) = (socket.user, tail.is_live);
            let own = receipts.iter().filter(|(_, who, _)| *who == user);
            batches.extend(own.map(|(room, who, seq)| read_up_to(*room, *who, *seq)));
            for update in batches {
                self.send(*link, update);
            }
            if !is_live {
                self.read_later(*link);
            }
        }
        let now = self.now;
        let marks = receipts.into_iter();
        self.marks
            .extend(marks.map(|(room, user, seq)| (now, room, user, seq)));
    }

    /// Whoever has left a room is told no more of it.
    fn tell_who_types(&mut self) {
        let changed = std::mem::take(&mut self.server.typing_changed);
        let mut updates = Vec::new();
        for (link, socket) in &mut self.sockets {
            let user = socket.user;
            let watched = socket.watches.intersection(&changed);
            let told = watched.map(|room| (*link, who_types(&self.server, *room, user)));
            updates.extend(told);
            let members = |room: &usize| &self.server.rooms[*room].members;
            socket
                .watches
                .retain(|room| members(room).contains_key(&user));
        }
        for (link, update) in updates {
            self.send(link, update);
        }
    }

    /// First who is writing already, if anybody is. Whoever is not in the room is told nothing.
    pub(super) fn watch_typing(&mut self, device: usize, room: usize) {
        let app = self.devices[device].app.as_ref();
        let Some(link) = app.and_then(|app| app.link) else {
            return;
        };
        let Some(socket) = self.sockets.get_mut(&link) else {
            return;
        };
        let user = socket.user;
        if !self.server.rooms[room].members.contains_key(&user) {
            return;
        }
        assert!(socket.watches.insert(room), "watched twice: {room}");
        if !self.server.others_typing(room, user).is_empty() {
            let update = who_types(&self.server, room, user);
            self.send(link, update);
        }
    }

    pub(super) fn unwatch_typing(&mut self, device: usize, room: usize) {
        let app = self.devices[device].app.as_ref();
        let socket = app.and_then(|app| self.sockets.get_mut(&app.link?));
        if let Some(socket) = socket {
            socket.watches.remove(&room);
        }
    }

    /// In order, and at some time; unless the connection breaks or has fallen silent.
    fn send(&mut self, link: u64, update: Update) {
        let delay = self.faults.delay(&mut self.random) / 2;
        let (cut, half_open) = (self.faults.cut, self.faults.half_open);
        let breaks = self.random.random_bool(cut);
        let falls_silent = self.random.random_bool(half_open);
        let Some(socket) = self.sockets.get_mut(&link) else {
            return;
        };
        let device = socket.device;
        if socket.is_silent {
            return;
        }
        if breaks {
            socket.is_silent = true;
            return self.after(delay, Step::Broken(link, device, lost("broke off")));
        }
        if falls_silent {
            socket.is_silent = true;
            self.tell(|| format!("network: the connection of {device} falls silent"));
            let silent = lost("no sign of life");
            return self.after(SILENCE, Step::Broken(link, device, silent));
        }
        socket.last_arrival = socket.last_arrival.max(self.now + delay);
        let delay = socket.last_arrival.saturating_sub(self.now);
        self.after(delay, Step::Deliver(link, update));
    }

    /// A connection that has fallen silent is noticed soon when it is asked for a sign of life.
    pub(super) fn probe(&mut self, device: usize) {
        let app = self.devices[device].app.as_ref();
        let Some(link) = app.and_then(|app| app.link) else {
            return;
        };
        let Some(socket) = self.sockets.get(&link) else {
            return;
        };
        if socket.is_silent {
            let silent = lost("no sign of life");
            return self.after(PROBE, Step::Broken(link, device, silent));
        }
        let delay = self.faults.delay(&mut self.random);
        self.after(delay, Step::Alive(link));
    }

    pub(super) fn broken(&mut self, link: u64, device: usize, failure: Failure) {
        self.sockets.remove(&link);
        let app = self.devices[device].app.as_mut();
        if let Some(app) = app.filter(|app| app.link == Some(link)) {
            app.link = None;
            self.input(device, Input::Failed(failure));
        }
    }

    /// The server closes connections with a code, all or one device's.
    pub(super) fn close(&mut self, device: Option<usize>, code: u16) {
        let sockets = self.sockets.iter();
        let closing: Vec<(u64, usize)> = sockets
            .filter(|(_, socket)| device.is_none_or(|device| socket.device == device))
            .filter(|(_, socket)| !socket.is_silent)
            .map(|(link, socket)| (*link, socket.device))
            .collect();
        for (link, device) in closing {
            if let Some(socket) = self.sockets.get_mut(&link) {
                socket.tail = None;
                let delay = socket.last_arrival.saturating_sub(self.now);
                self.after(delay, Step::Broken(link, device, closed(code)));
            }
        }
    }
}

fn lost(reason: &str) -> Failure {
    Failure::Connection(Ended::Lost {
        reason: reason.to_owned(),
    })
}

fn closed(code: u16) -> Failure {
    Failure::Connection(Ended::Closed {
        code,
        reason: String::new(),
    })
}

fn who_types(server: &Server, room: usize, user: usize) -> Update {
    let users = server.others_typing(room, user);
    let users = users.into_iter().map(|user| User {
        id: UserId::from(format!("usr_{user}")),
        username: format!("usr{user}"),
        display_name: server.people[user].name.clone(),
        is_deleted: false,
        created_at: at(Duration::ZERO),
    });
    Update::Typing(room_id(room), users.collect())
}

fn read_up_to(room: usize, user: usize, seq: u64) -> Update {
    Update::Read(ReadUpTo {
        room: room_id(room),
        user: UserId::from(format!("usr_{user}")),
        seq,
    })
}
