//! What people do on their devices, by chance.

use super::client::App;
use super::script::{EMOJI, Typed, room_id};
use super::world::World;
use crate::store::{Target, Timeline};
use crate::sync::views::Place;
use crate::sync::{Core, Moment};
use crate::{ClientId, Message, store};
use rand::Rng;

impl World {
    /// What came of it, if it was kept. The app may be killed afterwards all the same.
    pub(super) fn deed<T>(
        &mut self,
        device: usize,
        deed: impl FnOnce(&mut Core, Moment) -> store::Result<T>,
    ) -> Option<T> {
        let mut done = None;
        let interrupted = self.random.random_bool(self.faults.killed / 10.0);
        self.with_core(device, |core, at| {
            done = Some(deed(core, at)?);
            match interrupted {
                true => Err(rusqlite::Error::InvalidQuery.into()),
                false => core.go_on(at),
            }
        });
        done
    }

    fn some_room(&mut self, device: usize) -> Option<usize> {
        let app = self.devices[device].app.as_ref()?;
        let rooms = app.core.store().read().list_rooms().ok()?;
        if rooms.is_empty() {
            return None;
        }
        let room = &rooms[self.random.random_range(0..rooms.len())];
        Some(super::server::index(room.id.as_str()))
    }

    /// A message of a timeline that the device has.
    fn some_message(&mut self, device: usize, timeline: &Timeline) -> Option<Message> {
        let app = self.devices[device].app.as_ref()?;
        let rows = app.core.store().read();
        let newest = rows.newest_seq(timeline).ok()??;
        let run = rows.run_before(timeline, newest, 20).ok()?;
        let place = self.random.random_range(0..run.len());
        run.into_iter().nth(place)
    }

    fn some_timeline(&mut self, device: usize) -> Option<(usize, Timeline)> {
        let room = self.some_room(device)?;
        let main = Timeline::Room(room_id(room));
        if self.random.random_bool(0.75) {
            return Some((room, main));
        }
        match self.some_message(device, &main) {
            Some(root) => Some((room, Timeline::Thread(room_id(room), root.id))),
            None => Some((room, main)),
        }
    }

    pub(super) fn do_something(&mut self, device: usize) {
        let Some((room, timeline)) = self.some_timeline(device) else {
            return;
        };
        let reply_to = match self.random.random_bool(0.2) {
            true => self
                .some_message(device, &timeline)
                .map(|message| message.id),
            false => None,
        };
        for _ in 0..self.random.random_range(1..4) {
            let (text, reply_to) = (self.text(), reply_to.clone());
            self.tell(|| format!("{device}: types {text:?} in {timeline:?}"));
            let body = text.clone();
            let sent = self.deed(device, |core, at| {
                core.send(timeline.clone(), body, reply_to, at)
            });
            if let Some(key) = sent {
                self.said.messages.push(Typed {
                    device,
                    room,
                    key,
                    texts: vec![text],
                    is_given_up: false,
                    was_refused: false,
                });
            }
        }
    }

    /// One's own message, sent or not.
    fn some_target(&mut self, device: usize) -> Option<(Timeline, Target, Option<ClientId>)> {
        let (_, timeline) = self.some_timeline(device)?;
        let app = self.devices[device].app.as_ref()?;
        let unsent = unsent(app);
        if !unsent.is_empty() && self.random.random_bool(0.4) {
            let (timeline, key) = unsent[self.random.random_range(0..unsent.len())].clone();
            return Some((timeline, Target::Unsent(key.clone()), Some(key)));
        }
        self.some_sent_target(device, timeline)
    }

    fn some_sent_target(
        &mut self,
        device: usize,
        timeline: Timeline,
    ) -> Option<(Timeline, Target, Option<ClientId>)> {
        let message = self.some_message(device, &timeline)?;
        let is_own = super::server::index(message.author.id.as_str()) == self.devices[device].user;
        let key = message.client_id.filter(|_| is_own);
        Some((timeline, Target::Known(message.id), key))
    }

    pub(super) fn change_something(&mut self, device: usize) {
        let Some((timeline, target, key)) = self.some_target(device) else {
            return;
        };
        match self.random.random_range(0..10) {
            0..5 => {
                let Some(key) = key else { return };
                self.edit(device, timeline, target, key);
            }
            5..7 => {
                let Some(key) = key else { return };
                self.delete(device, timeline, target, key);
            }
            _ => {
                let emoji = EMOJI[self.random.random_range(0..EMOJI.len())].to_owned();
                let remove = self.random.random_bool(0.4);
                self.tell(|| format!("{device}: reacts to {target:?} with {emoji}, {remove}"));
                self.deed(device, |core, at| {
                    core.react(timeline, target, emoji, remove, at)
                });
            }
        }
    }

    /// What somebody does who finds that something was not sent yet when the app starts again.
    pub(super) fn change_unsent(&mut self, device: usize) {
        let Some(app) = self.devices[device].app.as_ref() else {
            return;
        };
        let unsent = unsent(app);
        if unsent.is_empty() {
            return;
        }
        let (timeline, key) = unsent[self.random.random_range(0..unsent.len())].clone();
        let target = Target::Unsent(key.clone());
        match self.random.random_bool(0.7) {
            true => self.edit(device, timeline, target, key),
            false => self.delete(device, timeline, target, key),
        }
    }

    fn edit(&mut self, device: usize, timeline: Timeline, target: Target, key: ClientId) {
        let text = self.text();
        self.tell(|| format!("{device}: edits {target:?} to {text:?}"));
        let body = text.clone();
        let edited = self.deed(device, |core, at| core.edit(timeline, target, body, at));
        if edited.is_some() {
            self.note_edit(device, key, text);
        }
    }

    fn delete(&mut self, device: usize, timeline: Timeline, target: Target, key: ClientId) {
        self.tell(|| format!("{device}: deletes {target:?}"));
        let deleted = self.deed(device, |core, at| core.delete(timeline, target, at));
        if deleted.is_none() {
            return;
        }
        self.give_up(&key);
        let mut typed = self.said.messages.iter();
        let typed = typed.find(|typed| typed.key == key);
        // What was refused may still be under way a second time.
        if typed.is_some_and(|typed| !typed.was_refused) {
            self.said.deleted.insert(key);
        }
    }

    fn note_edit(&mut self, device: usize, key: ClientId, text: String) {
        let typed = self.said.messages.iter_mut();
        for typed in typed.filter(|typed| typed.key == key) {
            typed.texts.push(text.clone());
        }
        self.said.edits.entry(key).or_default().push((device, text));
    }

    pub(super) fn keep_something(&mut self, device: usize) {
        let Some((room, timeline)) = self.some_timeline(device) else {
            return;
        };
        let user = self.devices[device].user;
        if self.random.random_bool(0.6) {
            let Some(message) = self.some_message(device, &timeline) else {
                return;
            };
            let seq = message.seq;
            self.tell(|| format!("{device}: has read {timeline:?} up to {seq}"));
            let is_main = timeline.root().is_none();
            let read = self.deed(device, |core, at| core.mark_read(timeline, seq, at));
            if read.is_some() && is_main {
                let known = self.said.read.entry((user, room)).or_default();
                *known = seq.max(*known);
            }
            return;
        }
        let text = match self.random.random_bool(0.8) {
            true => self.text(),
            false => String::new(),
        };
        self.tell(|| format!("{device}: begins to write {text:?} in {room}"));
        let body = text.clone();
        let saved = self.deed(device, |core, at| {
            core.save_draft(room_id(room), body, None, at)
        });
        if saved.is_some() {
            let drafts = self.said.drafts.entry((user, room)).or_default();
            drafts.push((device, text));
        }
    }

    pub(super) fn look_at_something(&mut self, device: usize) {
        if self.random.random_bool(0.3) {
            return self.settle_refusals(device);
        }
        let Some((_, timeline)) = self.some_timeline(device) else {
            return;
        };
        let Some(app) = self.devices[device].app.as_ref() else {
            return;
        };
        let open: Vec<_> = app.timelines.iter().map(|open| open.id).collect();
        let one = self.random.random_range(0..open.len().max(1));
        match (open.get(one).copied(), self.random.random_range(0..10)) {
            (Some(id), 0..3) => {
                self.deed(device, |core, _| {
                    core.close_timeline(id);
                    Ok(())
                });
                if let Some(app) = self.devices[device].app.as_mut() {
                    app.timelines.retain(|open| open.id != id);
                }
            }
            (Some(id), 3..5) => {
                let count = self.random.random_range(1..30);
                self.deed(device, |core, _| core.load_older(id, count));
            }
            (Some(id), 5) => {
                let count = self.random.random_range(1..30);
                self.deed(device, |core, _| core.load_newer(id, count));
            }
            (_, number) => {
                let around = self.some_message(device, &timeline);
                let place = match (around, number % 2) {
                    (Some(message), 1) => Place::At(message.id),
                    _ => Place::End,
                };
                self.open(device, timeline, place, false);
            }
        }
    }

    /// What the server refused is tried again, or given up.
    fn settle_refusals(&mut self, device: usize) {
        let Some(app) = self.devices[device].app.as_ref() else {
            return;
        };
        let entries = app.core.store().read().list_entries().expect("entries");
        let refused = entries.into_iter().find(|entry| entry.failure.is_some());
        let Some(refused) = refused else { return };
        if self.random.random_bool(0.6) {
            self.tell(|| format!("{device}: tries again {refused:?}"));
            self.deed(device, |core, at| core.retry(refused.id, at));
            return;
        }
        self.tell(|| format!("{device}: gives up {refused:?}"));
        let given_up = self.deed(device, |core, _| core.discard(refused.id));
        if given_up.is_some() {
            self.forget(device, vec![refused]);
        }
    }
}

/// What was typed and is not known to be sent.
fn unsent(app: &App) -> Vec<(Timeline, ClientId)> {
    let entries = app.core.store().read().list_entries().expect("entries");
    let unsent = entries.into_iter();
    unsent
        .filter_map(|entry| Some((entry.timeline, entry.key?)))
        .collect()
}
