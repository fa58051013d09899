//! What people said is there, once and in order, as they said it last.

use super::super::script::Typed;
use super::super::world::World;
use super::{Verdict, equal};
use crate::ClientId;
use crate::store::Target;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    /// Everything is there once, unless its person gave it up or the server refused it and they still have it.
    pub(super) fn check_what_was_typed(&self) -> Verdict {
        for typed in &self.said.messages {
            let sent = self.server.messages.iter();
            let sent = sent.filter(|message| message.forwarded_from.is_none());
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

    /// What was typed on a device in a room was sent in that order, apart from what was refused and tried again later, and
    /// from what was lost with its file while an attempt was on its way.
    pub(super) fn check_order(&self) -> Verdict {
        let mut last: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let in_order = |typed: &&Typed| !typed.was_refused && !typed.is_given_up;
        for typed in self.said.messages.iter().filter(in_order) {
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
    pub(super) fn check_last_words(&self) -> Verdict {
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

    pub(super) fn check_deleted(&self) -> Verdict {
        for message in &self.server.messages {
            let key = message.key.as_deref();
            let is_to_be_gone =
                key.is_some_and(|key| self.said.deleted.contains(&ClientId::from(key)));
            if is_to_be_gone && message.deleted_at.is_none() {
                return Err(format!("{key:?} was deleted, and is there"));
            }
        }
        Ok(())
    }

    pub(super) fn check_outbox(&self, device: usize) -> Verdict {
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
            let waits = matches!(&entry.target, Some(Target::Unsent(_)));
            if entry.failure.is_none() && !waits {
                return Err(format!("device {device} still wants to say {entry:?}"));
            }
        }
        Ok(())
    }
}
