//! What people do with rooms and with what is said there, as an operation asks for it.

use super::deeds::{FORBIDDEN, NOT_FOUND};
use super::{Outcome, Server, index};
use serde_json::{Value, json};
use std::time::Duration;

impl Server {
    /// What came of it: the payload's field, and what is in it.
    pub(super) fn keep_room(&mut self, user: usize, name: &str, input: &Value) -> Outcome<Value> {
        let id = |name: &str| input[name].as_str().map(index);
        let (room, whom) = (id("roomId"), id("userId"));
        let (room, whom) = (room.unwrap_or(usize::MAX), whom.unwrap_or(usize::MAX));
        match name {
            "PinMessage" | "ForwardMessage" => {
                let message = id("messageId").unwrap_or(usize::MAX);
                let pinned = input["pinned"].as_bool().unwrap_or(true);
                let done = match name {
                    "PinMessage" => self.pin(user, message, pinned),
                    _ => self.forward(user, message, room),
                };
                return Ok(json!({ "message": self.message(done?, user) }));
            }
            "JoinRoom" if self.rooms[room].kind == "CHANNEL" => self.join(room, user)?,
            "JoinRoom" => {
                let is_there = self.rooms[room].members.contains_key(&user);
                Some(()).filter(|()| is_there).ok_or(NOT_FOUND)?;
            }
            "LeaveRoom" => self.leave(room, user)?,
            "AddMember" => self.add(user, room, whom)?,
            "RemoveMember" => self.remove(user, room, whom)?,
            "BanMember" => self.ban(user, room, whom)?,
            "UnbanMember" => self.unban(user, room, whom)?,
            "MuteMember" => {
                let hour = Duration::from_secs(3600);
                let until = input["until"].is_string().then_some(self.now + hour);
                self.mute(user, room, whom, until)?;
            }
            "UpdateRoom" => self.update(user, room, input)?,
            other => panic!("the model does not know {other}"),
        }
        let is_seen = self.can_see(room, user);
        Ok(json!({ "room": is_seen.then(|| self.room(room, user)) }))
    }

    fn update(&mut self, user: usize, room: usize, input: &Value) -> Outcome<()> {
        let found = &self.rooms[room];
        let Some(member) = found.members.get(&user) else {
            return Err(match found.kind {
                "CHANNEL" => FORBIDDEN,
                _ => NOT_FOUND,
            });
        };
        if found.kind == "DIRECT" || !member.is_owner {
            return Err(FORBIDDEN);
        }
        if let Some(archived) = input["archived"].as_bool() {
            self.archive(room, archived);
            return Ok(());
        }
        let is_same = match (&input["name"], &input["announcesMembers"]) {
            (Value::String(name), _) => *name == found.name,
            (_, announces) => *announces == found.announces_members,
        };
        if is_same {
            return Ok(());
        }
        self.check_open(room)?;
        match (&input["name"], &input["announcesMembers"]) {
            (Value::String(name), _) => self.rename_room(room, user, name.clone()),
            (_, announces) => self.announce_members(room, *announces == true),
        }
        Ok(())
    }
}
