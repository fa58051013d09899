//! What people do who keep a room, and what is pinned, said again and being written there.

use super::deeds::{FORBIDDEN, NOT_FOUND};
use super::{Event, Outcome, Refusal, Server};
use std::time::Duration;

impl Server {
    pub(in crate::simulation) fn pin(
        &mut self,
        user: usize,
        id: usize,
        pinned: bool,
    ) -> Outcome<usize> {
        let message = self.readable(user, id)?;
        let (room, is_deleted) = (message.room, message.deleted_at.is_some());
        let is_pinned = message.pinned_at.is_some();
        self.check_open(room)?;
        self.check_not_muted(room, user)?;
        if is_pinned == pinned {
            return Ok(id);
        }
        if pinned && is_deleted {
            return Err(Refusal("CONFLICT", None));
        }
        self.messages[id].pinned_at = Some(self.now).filter(|_| pinned);
        self.log.push(Event::Room(room));
        if pinned {
            let body = "pinned a message".to_owned();
            self.notify(room, user, ("PINNED", None), body, Some(id));
        }
        Ok(id)
    }

    /// The newest pins first.
    pub(in crate::simulation) fn pins(&self, room: usize) -> Vec<usize> {
        let ids = 0..self.messages.len();
        let is_pinned =
            |id: &usize| self.messages[*id].room == room && self.messages[*id].pinned_at.is_some();
        let mut pins: Vec<usize> = ids.filter(is_pinned).collect();
        pins.sort_by_key(|id| std::cmp::Reverse((self.messages[*id].pinned_at, *id)));
        pins
    }

    /// Its owner keeps a room, and acts on those below them.
    fn check_keeps(&self, by: usize, room: usize) -> Outcome<()> {
        let found = &self.rooms[room];
        let actor = found.members.get(&by);
        if actor.is_none() && found.kind != "CHANNEL" {
            return Err(NOT_FOUND);
        }
        let keeps = actor.is_some_and(|actor| actor.is_owner) && found.kind != "DIRECT";
        Some(()).filter(|()| keeps).ok_or(FORBIDDEN)
    }

    pub(in crate::simulation) fn remove(
        &mut self,
        by: usize,
        room: usize,
        user: usize,
    ) -> Outcome<()> {
        self.check_keeps(by, room)?;
        if self.rooms[room].members.contains_key(&user) {
            if by == user {
                return Err(FORBIDDEN);
            }
            self.dismiss(room, user);
            self.tell_of_member(room, by, ("REMOVED", Some(user)));
        }
        Ok(())
    }

    /// Nothing happens to those who are in it already.
    pub(in crate::simulation) fn add(
        &mut self,
        by: usize,
        room: usize,
        user: usize,
    ) -> Outcome<()> {
        let is_there = self.rooms[room].members.contains_key(&user);
        self.check_keeps(by, room)?;
        if is_there {
            return Ok(());
        }
        self.check_may_come(room, user)?;
        self.admit(room, user);
        self.tell_of_member(room, by, ("ADDED", Some(user)));
        Ok(())
    }

    pub(in crate::simulation) fn ban(
        &mut self,
        by: usize,
        room: usize,
        user: usize,
    ) -> Outcome<()> {
        self.remove(by, room, user)?;
        self.bans.insert((room, user));
        Ok(())
    }

    pub(in crate::simulation) fn unban(
        &mut self,
        by: usize,
        room: usize,
        user: usize,
    ) -> Outcome<()> {
        self.check_keeps(by, room)?;
        self.bans.remove(&(room, user));
        Ok(())
    }

    pub(in crate::simulation) fn mute(
        &mut self,
        by: usize,
        room: usize,
        user: usize,
        until: Option<Duration>,
    ) -> Outcome<()> {
        self.check_keeps(by, room)?;
        if !self.rooms[room].members.contains_key(&user) {
            return Err(NOT_FOUND);
        }
        if by == user {
            return Err(FORBIDDEN);
        }
        match until {
            Some(until) => self.mutes.insert((room, user), until),
            None => self.mutes.remove(&(room, user)),
        };
        self.log.push(Event::Changed(room, user));
        Ok(())
    }

    pub(super) fn check_not_muted(&self, room: usize, user: usize) -> Outcome<()> {
        match self.mutes.get(&(room, user)) {
            Some(until) if *until > self.now => Err(Refusal("MUTED", None)),
            _ => Ok(()),
        }
    }

    pub(in crate::simulation) fn announce_members(&mut self, room: usize, announces: bool) {
        if self.rooms[room].announces_members != announces
            && self.rooms[room].kind != "DIRECT"
            && self.rooms[room].archived_at.is_none()
        {
            self.rooms[room].announces_members = announces;
            self.log.push(Event::Room(room));
        }
    }

    pub(in crate::simulation) fn set_typing(&mut self, room: usize, user: usize, types: bool) {
        let is_in = self.rooms[room].members.contains_key(&user);
        let changed = match types && is_in {
            true => self.typing.insert((room, user)),
            false => self.typing.remove(&(room, user)),
        };
        if changed {
            self.typing_changed.insert(room);
        }
    }

    /// Who else is writing there; nothing for those who are not in it.
    pub(in crate::simulation) fn others_typing(&self, room: usize, user: usize) -> Vec<usize> {
        let is_in = self.rooms[room].members.contains_key(&user);
        let typing = self.typing.iter().filter(|(there, _)| *there == room);
        let others = typing.map(|(_, other)| *other);
        others.filter(|other| is_in && *other != user).collect()
    }
}
