//! What people do to messages, and what they keep for themselves.

use super::{Event, Made, Message, Outcome, Refusal, Server, Subject};
use jiff::Timestamp;
use std::collections::BTreeSet;

pub(super) const NOT_FOUND: Refusal = Refusal("NOT_FOUND", None);
pub(super) const FORBIDDEN: Refusal = Refusal("FORBIDDEN", None);
const CONFLICT: Refusal = Refusal("CONFLICT", None);

pub(in crate::simulation) struct NewMessage {
    pub(in crate::simulation) room: usize,
    pub(in crate::simulation) root: Option<usize>,
    pub(in crate::simulation) reply_to: Option<usize>,
    pub(in crate::simulation) key: Option<String>,
    pub(in crate::simulation) body: String,
    /// The message whose words these are.
    pub(in crate::simulation) forwarded_from: Option<usize>,
}

impl Server {
    pub(in crate::simulation) fn send(&mut self, user: usize, new: NewMessage) -> Outcome<usize> {
        if let Some(before) = self.sent_before(user, &new) {
            return before;
        }
        self.check_sending(user, &new)?;
        let now = self.now;
        if let Some(member) = self.rooms[new.room].members.get_mut(&user) {
            member.last_sent = Some(now);
        }
        let mut message = self.new_message(new.room, user, new.body);
        message.root = new.root;
        message.key = new.key;
        message.first.1 = new.reply_to;
        message.forwarded_from = new.forwarded_from;
        Ok(self.insert(message))
    }

    /// The words of whoever said them first.
    pub(in crate::simulation) fn forward(
        &mut self,
        user: usize,
        source: usize,
        room: usize,
    ) -> Outcome<usize> {
        let found = self.readable(user, source).ok();
        if found.is_some_and(|found| found.notice.is_some()) {
            return Err(FORBIDDEN);
        }
        let first = found.and_then(|found| found.forwarded_from);
        let new = NewMessage {
            room,
            root: None,
            reply_to: None,
            key: None,
            body: found.map(|found| found.body.clone()).unwrap_or_default(),
            forwarded_from: first.or(Some(source)),
        };
        self.send(user, new)
    }

    fn sent_before(&self, user: usize, new: &NewMessage) -> Option<Outcome<usize>> {
        let key = new.key.as_ref()?;
        let mut messages = self.messages.iter();
        let before = messages
            .position(|message| message.author == user && message.key.as_ref() == Some(key))?;
        let message = &self.messages[before];
        let first = (
            &message.first.0,
            message.first.1,
            message.room,
            message.root,
        );
        let is_same = first == (&new.body, new.reply_to, new.room, new.root);
        Some(if is_same { Ok(before) } else { Err(CONFLICT) })
    }

    fn check_sending(&self, user: usize, new: &NewMessage) -> Outcome<()> {
        let room = self.rooms.get(new.room).ok_or(NOT_FOUND)?;
        let Some(member) = room.members.get(&user) else {
            return Err(if room.kind == "CHANNEL" {
                FORBIDDEN
            } else {
                NOT_FOUND
            });
        };
        for reference in new.root.iter().chain(&new.reply_to) {
            let found = self.messages.get(*reference);
            found
                .filter(|message| message.room == new.room)
                .ok_or(NOT_FOUND)?;
        }
        if room.archived_at.is_some() {
            return Err(FORBIDDEN);
        }
        self.check_not_muted(new.room, user)?;
        let seconds = room.slow_mode_seconds;
        let again = member.last_sent.map(|last| last.as_secs() + seconds);
        match again.filter(|again| !member.is_owner && seconds > 0 && *again > self.now.as_secs()) {
            Some(again) => Err(Refusal(
                "RATE_LIMITED",
                Some((again - self.now.as_secs()).max(1)),
            )),
            // What was to be forwarded is gone, or not for them to see.
            None if new.body.is_empty() => Err(NOT_FOUND),
            None => Ok(()),
        }
    }

    pub(super) fn new_message(&self, room: usize, author: usize, body: String) -> Message {
        Message {
            room,
            root: None,
            author,
            seq: 0,
            key: None,
            first: (body.clone(), None),
            body,
            sent_at: self.now,
            edited_at: None,
            deleted_at: None,
            reactions: Vec::new(),
            mentions: BTreeSet::new(),
            pinned_at: None,
            forwarded_from: None,
            notice: None,
        }
    }

    /// Numbers it, and tells of it.
    pub(super) fn insert(&mut self, mut message: Message) -> usize {
        let id = self.messages.len();
        message.mentions = self.mentioned(&message);
        match message.root {
            Some(root) => {
                let root_author = self.messages[root].author;
                let author_is_there = self.rooms[message.room].members.contains_key(&root_author);
                let thread = self.threads.entry(root).or_default();
                thread.last_seq += 1;
                thread.last_reply_at = self.now;
                message.seq = thread.last_seq;
                let own = thread.members.entry(message.author);
                own.or_insert((true, message.seq)).0 = true;
                let root_author = Some(root_author).filter(|_| author_is_there);
                for other in root_author.into_iter().chain(message.mentions.clone()) {
                    let other = thread.members.entry(other);
                    other.or_insert((true, message.seq - 1));
                }
            }
            None => {
                let room = &mut self.rooms[message.room];
                room.last_seq += 1;
                if message.notice.is_none() {
                    room.last_active = self.now;
                }
                message.seq = room.last_seq;
            }
        }
        self.messages.push(message);
        self.log.push(Event::Sent(id));
        id
    }

    fn mentioned(&self, message: &Message) -> BTreeSet<usize> {
        let members = self.rooms[message.room].members.keys().copied();
        let is_own = message.forwarded_from.is_none() && message.notice.is_none();
        let others = members.filter(|user| *user != message.author && is_own);
        others
            .filter(|user| message.body.contains(&format!("@usr{user} ")))
            .collect()
    }

    /// The message, if it is in a room that they are in.
    pub(super) fn readable(&self, user: usize, id: usize) -> Outcome<&Message> {
        let message = self.messages.get(id).ok_or(NOT_FOUND)?;
        let members = &self.rooms[message.room].members;
        members.get(&user).map(|_| message).ok_or(NOT_FOUND)
    }

    pub(super) fn check_open(&self, room: usize) -> Outcome<()> {
        match self.rooms[room].archived_at {
            Some(_) => Err(FORBIDDEN),
            None => Ok(()),
        }
    }

    fn is_to_be_made(&mut self, subject: Subject, made: Option<Made>) -> Outcome<bool> {
        let Some((session, at)) = made else {
            return Ok(true);
        };
        let latest = self.latest_changes.entry((session, subject));
        let latest = latest.or_insert(Timestamp::MIN);
        if *latest > at {
            return Err(Refusal("EXPIRED", None));
        }
        Ok(std::mem::replace(latest, at) < at)
    }

    pub(in crate::simulation) fn edit(
        &mut self,
        user: usize,
        id: usize,
        body: String,
        made: Option<Made>,
    ) -> Outcome<usize> {
        let message = self.readable(user, id)?;
        let is_own = message.notice.is_none() && message.forwarded_from.is_none();
        if message.author != user || !is_own {
            return Err(FORBIDDEN);
        }
        if message.deleted_at.is_some() {
            return Err(CONFLICT);
        }
        self.check_open(message.room)?;
        self.check_not_muted(message.room, user)?;
        if self.is_to_be_made(Subject::Message(id), made)? && self.messages[id].body != body {
            let now = self.now;
            let message = &mut self.messages[id];
            (message.body, message.edited_at) = (body, Some(now));
            self.messages[id].mentions = self.mentioned(&self.messages[id]);
            self.log.push(Event::Edited(id));
        }
        Ok(id)
    }

    pub(in crate::simulation) fn delete(&mut self, user: usize, id: usize) -> Outcome<usize> {
        let message = self.readable(user, id)?;
        let room = &self.rooms[message.room];
        let keeps = room.members.get(&user).is_some_and(|own| own.is_owner);
        if message.author != user && (!keeps || room.kind == "DIRECT") {
            return Err(FORBIDDEN);
        }
        if message.deleted_at.is_none() {
            let now = self.now;
            let message = &mut self.messages[id];
            message.deleted_at = Some(now);
            message.body.clear();
            message.reactions.clear();
            message.mentions.clear();
            message.pinned_at = None;
            self.log.push(Event::Deleted(id));
        }
        Ok(id)
    }

    pub(in crate::simulation) fn react(
        &mut self,
        user: usize,
        id: usize,
        emoji: &str,
        remove: bool,
        made: Option<Made>,
    ) -> Outcome<usize> {
        let message = self.readable(user, id)?;
        self.check_not_muted(message.room, user)?;
        self.check_open(message.room)?;
        let is_deleted = message.deleted_at.is_some();
        if !self.is_to_be_made(Subject::Message(id), made)? {
            return Ok(id);
        }
        let message = &mut self.messages[id];
        let given = message.reactions.iter().position(|(one, _)| one == emoji);
        let users = given.map(|place| &mut message.reactions[place].1);
        let is_given = users.as_ref().is_some_and(|users| users.contains(&user));
        if is_given != remove {
            return Ok(id);
        }
        if !remove && is_deleted {
            return Err(CONFLICT);
        }
        match (users, remove) {
            (Some(users), true) => users.retain(|other| *other != user),
            (Some(users), false) => users.push(user),
            (None, _) => message.reactions.push((emoji.to_owned(), vec![user])),
        }
        message.reactions.retain(|(_, users)| !users.is_empty());
        self.log.push(Event::Reacted(id));
        Ok(id)
    }

    pub(in crate::simulation) fn mark_read(
        &mut self,
        user: usize,
        room: usize,
        seq: u64,
    ) -> Outcome<()> {
        let found = self.rooms.get_mut(room).ok_or(NOT_FOUND)?;
        let newest = found.last_seq;
        let is_channel = found.kind == "CHANNEL";
        let outside = if is_channel { FORBIDDEN } else { NOT_FOUND };
        let member = found.members.get_mut(&user).ok_or(outside)?;
        if seq.min(newest) > member.read {
            member.read = seq.min(newest);
            self.receipts.push((room, user, member.read));
        }
        Ok(())
    }

    pub(in crate::simulation) fn mark_thread_read(
        &mut self,
        user: usize,
        room: usize,
        root: usize,
        seq: u64,
    ) -> Outcome<()> {
        let message = self.readable(user, root)?;
        if message.room != room {
            return Err(NOT_FOUND);
        }
        let invalid = Refusal("INVALID", None);
        let thread = self.threads.get_mut(&root).ok_or(invalid)?;
        let newest = thread.last_seq;
        let known = thread.members.get(&user).copied();
        let (following, read) = known.unwrap_or((false, 0));
        if seq.min(newest) > read {
            thread.members.insert(user, (following, seq.min(newest)));
            self.log.push(Event::Thread { room, user, root });
        }
        Ok(())
    }

    pub(in crate::simulation) fn save_draft(
        &mut self,
        user: usize,
        room: usize,
        body: String,
        reply_to: Option<usize>,
        made: Option<Made>,
    ) -> Outcome<()> {
        if let Some(reply_to) = reply_to {
            let replied = self.messages.get(reply_to);
            replied
                .filter(|message| message.room == room)
                .ok_or(NOT_FOUND)?;
        }
        let found = self.rooms.get(room).ok_or(NOT_FOUND)?;
        let is_channel = found.kind == "CHANNEL";
        let outside = if is_channel { FORBIDDEN } else { NOT_FOUND };
        found.members.get(&user).ok_or(outside)?;
        if !self.is_to_be_made(Subject::Draft(room), made)? {
            return Ok(());
        }
        let draft = Some((body, reply_to)).filter(|(body, _)| !body.trim().is_empty());
        let own = self.rooms[room].members.get_mut(&user);
        if let Some(own) = own.filter(|own| own.draft != draft) {
            own.draft = draft;
            self.log.push(Event::Draft { room, user });
        }
        Ok(())
    }
}
