//! What must be true once everything has come to rest.

use super::client::OpenTimeline;
use super::server::{Server, at, index};
use super::world::World;
use crate::store::Timeline;
use crate::sync::views::{MessageTarget, SendState, TimelineContent, TimelineMessage};
use crate::{Message, UserId};
use std::collections::{BTreeMap, BTreeSet};

type Verdict = Result<(), String>;

fn equal<T: PartialEq + std::fmt::Debug>(what: impl Fn() -> String, is: T, should: T) -> Verdict {
    match is == should {
        true => Ok(()),
        false => Err(format!("{}\n  is     {is:?}\n  should {should:?}", what())),
    }
}

impl World {
    pub(super) fn check(&mut self) -> Verdict {
        for device in &mut self.devices {
            let app = device.app.as_mut().ok_or("an app does not run")?;
            app.follow();
        }
        self.check_what_was_typed()?;
        self.check_order()?;
        self.check_last_words()?;
        for device in 0..self.devices.len() {
            self.check_outbox(device)?;
            self.check_rooms(device)?;
            self.check_room_list(device)?;
            self.check_store(device)?;
            let app = self.devices[device].app.as_ref().expect("an app");
            for open in &app.timelines {
                self.check_timeline(device, open)?;
            }
        }
        Ok(())
    }

    /// What is on the screen is what would be there if it were opened now.
    pub(super) fn check_views(&mut self) -> Verdict {
        for device in 0..self.devices.len() {
            let app = self.devices[device].app.as_mut().ok_or("no app")?;
            app.follow();
            let shown = |app: &super::client::App| {
                let timelines = app.timelines.iter();
                let timelines: Vec<_> = timelines.map(|open| open.items.shown.clone()).collect();
                (app.rooms.shown.clone(), timelines)
            };
            let before = shown(app);
            self.with_core(device, |core, at| core.look_again(at));
            let app = self.devices[device].app.as_mut().ok_or("no app")?;
            app.follow();
            let now = shown(app);
            for (before, now) in before.0.into_iter().zip(now.0) {
                equal(|| format!("a room on device {device}"), before, now)?;
            }
            for (number, (before, now)) in before.1.into_iter().zip(now.1).enumerate() {
                let timeline = app.timelines[number].timeline.clone();
                let lines = before.into_iter().zip(now.clone());
                for (before, now) in lines {
                    let what = || format!("a line of {timeline:?} on device {device}");
                    equal(what, before, now)?;
                }
            }
        }
        Ok(())
    }

    /// Everything is there once, unless its person gave it up or the server refused it and they still have it.
    fn check_what_was_typed(&self) -> Verdict {
        for typed in &self.said.messages {
            let sent = self.server.messages.iter();
            let sent = sent.filter(|message| typed.texts.contains(&message.first.0));
            let sent = sent.count();
            let app = self.devices[typed.device].app.as_ref().expect("an app");
            let entries = app.core.store().read().list_entries().expect("entries");
            let mut entries = entries.into_iter();
            let kept = entries.find(|entry| entry.key.as_ref() == Some(&typed.key));
            let is_kept = kept.is_some();
            let what = || format!("{:?} of device {} is", typed.texts, typed.device);
            match (sent, is_kept) {
                (0, false) if typed.is_given_up => {}
                (1, false) => {}
                (0, true) if typed.was_refused => {}
                _ => return Err(format!("{} {sent} times there, kept: {kept:?}", what())),
            }
        }
        Ok(())
    }

    /// What was typed on a device in a room was sent in that order, apart from what was refused and tried again later.
    fn check_order(&self) -> Verdict {
        let mut last: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for typed in self.said.messages.iter().filter(|typed| !typed.was_refused) {
            let key = Some(typed.key.as_str());
            let mut messages = self.server.messages.iter();
            let Some(place) = messages.position(|message| message.key.as_deref() == key) else {
                continue;
            };
            let before = last.insert((typed.device, typed.room), place);
            if before.is_some_and(|before| before > place) {
                return Err(format!("{:?} was sent too early", typed.texts));
            }
        }
        Ok(())
    }

    /// Where one device alone has said what a message or a draft is to be, it is what was said last.
    fn check_last_words(&self) -> Verdict {
        let is_alone =
            |words: &[(usize, String)]| words.iter().all(|(device, _)| *device == words[0].0);
        for (key, edits) in &self.said.edits {
            let mut messages = self.server.messages.iter();
            let found = messages.find(|message| message.key.as_deref() == Some(key.as_str()));
            let is_spoilt = self.said.spoilt.contains(key.as_str()) || !is_alone(edits);
            if let (Some(found), Some((_, last)), false) = (found, edits.last(), is_spoilt) {
                equal(|| format!("what {key} says"), &found.body, last)?;
            }
        }
        for ((user, room), drafts) in &self.said.drafts {
            let is_spoilt = self.said.spoilt.contains(&format!("{user} in {room}"));
            let member = self.server.rooms[*room].members.get(user);
            if let (Some(member), Some((_, last)), false, true) =
                (member, drafts.last(), is_spoilt, is_alone(drafts))
            {
                let draft = member.draft.as_ref().map(|(body, _)| body.as_str());
                equal(
                    || format!("what {user} began in {room}"),
                    draft.unwrap_or_default(),
                    last,
                )?;
            }
        }
        for ((user, room), seq) in &self.said.read {
            let is_spoilt = self.said.spoilt.contains(&format!("{user} in {room}"));
            let member = self.server.rooms[*room].members.get(user);
            if let Some(member) = member.filter(|member| !is_spoilt && member.read < *seq) {
                let read = member.read;
                return Err(format!("{user} has read {room} up to {seq}, not {read}"));
            }
        }
        Ok(())
    }

    fn check_outbox(&self, device: usize) -> Verdict {
        let app = self.devices[device].app.as_ref().expect("an app");
        let entries = app.core.store().read().list_entries().expect("entries");
        let sent: BTreeSet<&str> = self
            .server
            .messages
            .iter()
            .filter_map(|message| message.key.as_deref())
            .collect();
        for entry in entries {
            let is_there = entry
                .key
                .as_ref()
                .is_some_and(|key| sent.contains(key.as_str()));
            if is_there {
                return Err(format!("device {device} keeps what is sent: {entry:?}"));
            }
            // What is done to a message that was refused waits for that one.
            let waits = matches!(&entry.target, Some(crate::store::Target::Unsent(_)));
            if entry.failure.is_none() && !waits {
                return Err(format!("device {device} still wants to say {entry:?}"));
            }
        }
        Ok(())
    }

    fn own_rooms(&self, user: usize) -> BTreeSet<usize> {
        let rooms = (0..self.server.rooms.len()).collect::<BTreeSet<_>>();
        let is_in = |room: &usize| self.server.rooms[*room].members.contains_key(&user);
        rooms.into_iter().filter(is_in).collect()
    }

    /// What is kept of rooms is what the server has.
    fn check_rooms(&self, device: usize) -> Verdict {
        let user = self.devices[device].user;
        let app = self.devices[device].app.as_ref().expect("an app");
        let rooms = app.core.store().read().list_rooms().expect("rooms");
        let ids: BTreeSet<usize> = rooms.iter().map(|room| index(room.id.as_str())).collect();
        equal(
            || format!("the rooms of device {device}"),
            ids,
            self.own_rooms(user),
        )?;
        for kept in rooms {
            let id = index(kept.id.as_str());
            let room = &self.server.rooms[id];
            let what = |part: &str| format!("{part} of room {id} on device {device}");
            let own = kept.membership.ok_or_else(|| what("no membership"))?;
            let member = &room.members[&user];
            equal(|| what("what is read"), own.last_read_seq, member.read)?;
            let unread = (own.unread.messages, own.unread.mentions);
            equal(|| what("unread"), unread, self.server.unread(id, user))?;
            let draft = own.draft.map(|draft| draft.body);
            let should = member.draft.as_ref().map(|(body, _)| body.clone());
            equal(|| what("the draft"), draft, should)?;
            let count = kept.member_count as usize;
            equal(|| what("how many are in it"), count, room.members.len())?;
            let archived = room.archived_at.map(at);
            equal(|| what("archived"), kept.archived_at, archived)?;
            let name = self.server.room_name(id, user);
            equal(|| what("the name"), kept.name, name)?;
            let newest = self.server.timeline(id, None).last().copied();
            let last = kept.last_message.as_ref();
            let last_id = last.map(|message| index(message.id.as_str()));
            equal(|| what("the newest message"), last_id, newest)?;
            if let Some(last) = last {
                let message = &self.server.messages[index(last.id.as_str())];
                let is = (last.seq, last.body.as_str(), last.is_deleted);
                let is_deleted = message.deleted_at.is_some();
                let should = (message.seq, message.body.as_str(), is_deleted);
                equal(|| what("the newest message"), is, should)?;
            }
        }
        Ok(())
    }

    fn check_room_list(&self, device: usize) -> Verdict {
        let user = self.devices[device].user;
        let app = self.devices[device].app.as_ref().expect("an app");
        let entries = app.core.store().read().list_entries().expect("entries");
        let shown: Vec<usize> = app
            .rooms
            .shown
            .iter()
            .map(|item| index(item.id.as_str()))
            .collect();
        let set: BTreeSet<usize> = shown.iter().copied().collect();
        let what = || format!("the list of rooms of device {device}");
        equal(what, set.len(), shown.len())?;
        equal(what, set, self.own_rooms(user))?;
        let mut times = Vec::new();
        for item in &app.rooms.shown {
            let id = index(item.id.as_str());
            let what = |part: &str| format!("{part} of room {id} in the list of device {device}");
            equal(
                || what("the name"),
                &item.name,
                &self.server.room_name(id, user),
            )?;
            let unread = (item.unread.messages, item.unread.mentions);
            equal(|| what("unread"), unread, self.server.unread(id, user))?;
            let member = &self.server.rooms[id].members[&user];
            let draft = member.draft.as_ref().map(|(body, _)| body.as_str());
            equal(|| what("the draft"), item.draft.as_deref(), draft)?;
            let is_kept = entries.iter().any(|entry| {
                entry.key.is_some() && entry.timeline == Timeline::Room(item.id.clone())
            });
            let newest = self.server.timeline(id, None).last().copied();
            let last = item.last_message.as_ref();
            let time = last.map(|last| last.at).unwrap_or(at(Default::default()));
            times.push(std::cmp::Reverse((time, item.id.clone())));
            if !is_kept {
                let message = newest.map(|id| &self.server.messages[id]);
                let should = message.map(|message| {
                    let author = self.server.people[message.author].name.as_str();
                    (message.body.as_str(), author, at(message.sent_at))
                });
                let is = last.map(|last| {
                    let author = last.author.display_name.as_str();
                    (last.body.as_str(), author, last.at)
                });
                equal(|| what("the last message"), is, should)?;
            }
        }
        let mut sorted = times.clone();
        sorted.sort();
        equal(|| "the order of rooms".to_owned(), times, sorted)
    }

    /// Whatever is kept is as the server has it.
    fn check_store(&self, device: usize) -> Verdict {
        let user = self.devices[device].user;
        let app = self.devices[device].app.as_ref().expect("an app");
        let rows = app.core.store().read();
        for id in 0..self.server.messages.len() {
            let message_id = format!("msg_{id}").as_str().into();
            if let Some(message) = rows.find_message(&message_id).expect("a message") {
                let what = format!("kept by device {device}");
                check_message(&what, &self.server, user, &message)?;
            }
            let kept = rows.find_thread(&message_id).expect("a thread");
            let is_in = self
                .own_rooms(user)
                .contains(&self.server.messages[id].room);
            let known = kept.filter(|thread| thread.following || thread.last_read_seq > 0);
            if let Some(thread) = known {
                let what = || format!("the thread of {id} on device {device}");
                let own = self.server.threads[&id].members.get(&user).copied();
                let is = (thread.following, thread.last_read_seq);
                equal(what, Some(is).filter(|_| is_in), own)?;
                let unread = (thread.unread.messages, thread.unread.mentions);
                equal(what, unread, self.server.unread_in_thread(id, user))?;
            }
        }
        Ok(())
    }

    fn check_timeline(&self, device: usize, open: &OpenTimeline) -> Verdict {
        let user = self.devices[device].user;
        let what = |part: &str| format!("{part} of {:?} on device {device}", open.timeline);
        let items = &open.items.shown;
        let keys: BTreeSet<&str> = items.iter().map(|item| item.key.as_str()).collect();
        equal(|| what("how many lines"), items.len(), keys.len())?;
        let shown: Vec<&TimelineMessage> = items
            .iter()
            .filter_map(|item| match &item.content {
                TimelineContent::Message(message) => Some(message.as_ref()),
                _ => None,
            })
            .collect();
        let room = index(open.timeline.room().as_str());
        let root = open.timeline.root().map(|root| index(root.as_str()));
        let is_in = self.server.rooms[room].members.contains_key(&user);
        let should = match is_in {
            true => self.server.timeline(room, root),
            false => Vec::new(),
        };
        let sent = shown.iter().filter(|message| message.seq.is_some());
        let sent: Vec<&TimelineMessage> = sent.copied().collect();
        let seqs: Vec<u64> = sent.iter().filter_map(|message| message.seq).collect();
        if open.is_whole {
            let should: Vec<u64> = (1..=should.len() as u64).collect();
            equal(|| what("the messages"), &seqs, &should)?;
        }
        let is_run = seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        equal(|| what(&format!("a gap in {seqs:?}")), is_run, true)?;
        for message in sent {
            let seq = message.seq.unwrap_or_default() as usize;
            let id = *should.get(seq - 1).ok_or_else(|| what("too much"))?;
            self.check_line(&what(&format!("line {seq}")), user, id, message)?;
        }
        for message in shown.iter().filter(|message| message.seq.is_none()) {
            let is_refused = matches!(message.state, SendState::Failed { .. });
            equal(|| what("still being sent"), is_refused, true)?;
        }
        Ok(())
    }

    fn check_line(&self, what: &str, user: usize, id: usize, line: &TimelineMessage) -> Verdict {
        let message = &self.server.messages[id];
        let part = |part: &str| format!("{part} of {what}");
        let target = MessageTarget::Sent(format!("msg_{id}").as_str().into());
        equal(|| part("the id"), &line.target, &target)?;
        equal(|| part("the text"), &line.body, &message.body)?;
        equal(
            || part("edited"),
            line.is_edited,
            message.edited_at.is_some(),
        )?;
        equal(
            || part("deleted"),
            line.is_deleted,
            message.deleted_at.is_some(),
        )?;
        let name = &self.server.people[message.author].name;
        equal(|| part("the author"), &line.author.display_name, name)?;
        equal(|| part("own"), line.is_own, message.author == user)?;
        let reactions = line.reactions.iter();
        let reactions = reactions
            .map(|reaction| (reaction.emoji.as_str(), reaction.count, reaction.is_own))
            .collect();
        equal(|| part("reactions"), reactions, reactions_of(message, user))?;
        let quote = line.reply_to.as_ref().map(|quote| quote.body.as_str());
        let quoted = message
            .first
            .1
            .map(|id| self.server.messages[id].body.as_str());
        equal(|| part("what it answers"), quote, quoted)?;
        let replies = line.thread.as_ref().map(|thread| thread.reply_count);
        let has_thread = self.server.threads.contains_key(&id);
        let should = has_thread.then(|| self.server.reply_count(id) as u64);
        equal(|| part("replies"), replies, should)?;
        equal(|| part("state"), &line.state, &SendState::Sent)
    }
}

/// A message that is kept is the server's.
fn check_message(what: &str, server: &Server, user: usize, kept: &Message) -> Verdict {
    let id = index(kept.id.as_str());
    let message = &server.messages[id];
    let part = |part: &str| format!("{part} of message {id}, {what}");
    equal(|| part("the text"), &kept.body, &message.body)?;
    equal(|| part("seq"), kept.seq, message.seq)?;
    equal(|| part("edited"), kept.edited_at, message.edited_at.map(at))?;
    equal(
        || part("deleted"),
        kept.deleted_at,
        message.deleted_at.map(at),
    )?;
    let author = UserId::from(format!("usr_{}", message.author));
    equal(|| part("the author"), &kept.author.id, &author)?;
    let name = &server.people[message.author].name;
    equal(
        || part("the author's name"),
        &kept.author.display_name,
        name,
    )?;
    let reactions = kept.reactions.iter();
    let reactions = reactions
        .map(|reaction| (reaction.emoji.as_str(), reaction.count, reaction.is_own))
        .collect();
    equal(|| part("reactions"), reactions, reactions_of(message, user))?;
    let replies = kept.thread.as_ref().map(|thread| thread.reply_count);
    let has_thread = server.threads.contains_key(&id);
    let should = has_thread.then(|| server.reply_count(id) as u64);
    equal(|| part("replies"), replies, should)
}

fn reactions_of(message: &super::server::Message, user: usize) -> Vec<(&str, u64, bool)> {
    let reactions = message.reactions.iter();
    reactions
        .map(|(emoji, users)| (emoji.as_str(), users.len() as u64, users.contains(&user)))
        .collect()
}
