//! What the devices keep is what the server has.

use super::super::server::{Server, at, index};
use super::super::world::World;
use super::{Verdict, equal, reactions_of};
use crate::store::Timeline;
use crate::{Message, UserId};
use std::cmp::Reverse;
use std::collections::BTreeSet;

impl World {
    fn own_rooms(&self, user: usize) -> BTreeSet<usize> {
        let rooms = (0..self.server.rooms.len()).collect::<BTreeSet<_>>();
        let is_in = |room: &usize| self.server.rooms[*room].members.contains_key(&user);
        rooms.into_iter().filter(is_in).collect()
    }

    /// What is kept of rooms is what the server has.
    pub(super) fn check_rooms(&self, device: usize) -> Verdict {
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
            let muted = self.server.mutes.get(&(id, user));
            equal(
                || what("muted"),
                own.muted_until,
                muted.map(|until| at(*until)),
            )?;
            let count = kept.member_count as usize;
            equal(|| what("how many are in it"), count, room.members.len())?;
            let active = at(room.last_active);
            equal(|| what("active"), kept.last_active_at, active)?;
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

    pub(super) fn check_room_list(&self, device: usize) -> Verdict {
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
        let mut order = shown.clone();
        order.sort_by_key(|room| {
            let timeline = Timeline::Room(format!("room_{room}").as_str().into());
            let unsent = entries
                .iter()
                .rfind(|entry| entry.timeline == timeline && entry.key.is_some());
            let typed = unsent.map(|entry| entry.created_at);
            let active = at(self.server.rooms[*room].last_active);
            Reverse((typed.max(Some(active)), *room))
        });
        equal(|| format!("the order, {}", what()), shown, order)?;
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
        Ok(())
    }

    /// Whatever is kept is as the server has it.
    pub(super) fn check_store(&self, device: usize) -> Verdict {
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
    let pinned = message.pinned_at.map(at);
    equal(|| part("pinned"), kept.pinned_at, pinned)?;
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
