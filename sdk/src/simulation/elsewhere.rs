//! What people do elsewhere: on the web, or on a device that is not looked at here.

use super::script::EMOJI;
use super::server::NewMessage;
use super::world::World;
use rand::Rng;
use std::time::Duration;

impl World {
    pub(super) fn say_elsewhere(&mut self, room: usize, user: usize) {
        let body = self.text();
        let on_thread = self.random.random_bool(0.2);
        let main = self.server.timeline(room, None);
        let root = match main.len() {
            0 => None,
            len => Some(main[self.random.random_range(0..len)]),
        };
        let new = NewMessage {
            room,
            root: root.filter(|_| on_thread),
            reply_to: None,
            key: None,
            body,
            forwarded_from: None,
        };
        let sent = self.server.send(user, new);
        self.tell(|| format!("server: {user} says in {room}: {sent:?}"));
    }

    pub(super) fn something_happens_elsewhere(&mut self) {
        let room = self.random.random_range(0..self.server.rooms.len());
        let user = self.random.random_range(0..3);
        let kind = self.random.random_range(0..34);
        self.tell(|| format!("server: event {kind} in {room} by {user}"));
        match kind {
            0..8 => self.say_elsewhere(room, user),
            8..15 => self.message_changes_elsewhere(kind, room, user),
            15..24 => self.room_changes_elsewhere(kind, room, user),
            24..30 => self.somebody_is_kept_from(kind, room, user),
            _ => {
                let types = self.random.random_bool(0.6);
                self.server.set_typing(room, user, types);
            }
        }
        self.broadcast();
    }

    fn message_changes_elsewhere(&mut self, kind: u32, room: usize, user: usize) {
        let text = self.text();
        let messages = self.server.messages.len();
        if messages == 0 {
            return;
        }
        let message = self.random.random_range(0..messages);
        let is_yes = self.random.random_bool(0.6);
        self.tell(|| format!("server: to {message}, {is_yes}"));
        let _ = match kind {
            8 | 9 => {
                self.spoil(message);
                self.server.edit(user, message, text, None)
            }
            10 => {
                self.spoil(message);
                self.server.delete(user, message)
            }
            11 | 12 => {
                let emoji = EMOJI[self.random.random_range(0..EMOJI.len())];
                self.server.react(user, message, emoji, !is_yes, None)
            }
            13 => self.server.pin(user, message, is_yes),
            _ => self.server.forward(user, message, room),
        };
    }

    fn room_changes_elsewhere(&mut self, kind: u32, room: usize, user: usize) {
        match kind {
            15 | 16 => {
                let newest = self.server.rooms[room].last_seq;
                let _ = self.server.mark_read(user, room, newest);
            }
            17 => {
                let text = self.text();
                self.server.rename_room(room, user, text);
            }
            18 => {
                let text = self.text();
                self.server.rename_person(user, text);
            }
            19 => {
                let announces = self.random.random_bool(0.5);
                self.server.announce_members(room, announces);
            }
            20 => self.server.archive(room, true),
            21 | 22 => self.server.archive(room, false),
            _ => {
                let seconds = [0, 0, 3][self.random.random_range(0..3)];
                self.server.slow_down(room, seconds);
            }
        }
    }

    fn somebody_is_kept_from(&mut self, kind: u32, room: usize, user: usize) {
        let owner = self.random.random_range(0..3);
        let _ = match kind {
            24 => self.server.leave(room, user),
            25 => self.server.remove(owner, room, user),
            26 => self.server.ban(owner, room, user),
            27 => {
                let end = self.now + Duration::from_secs(self.random.random_range(1..60));
                let end = Some(end).filter(|_| self.random.random_bool(0.7));
                self.server.mute(owner, room, user, end)
            }
            _ => {
                let _ = self.server.unban(owner, room, user);
                match self.server.rooms[room].kind {
                    "CHANNEL" => self.server.join(room, user),
                    _ => self.server.add(owner, room, user),
                }
            }
        };
        if !self.server.rooms[room].members.contains_key(&user) {
            self.said.spoilt.insert(format!("{user} in {room}"));
        }
    }
}
