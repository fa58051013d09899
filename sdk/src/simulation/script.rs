//! What people do and what breaks, by chance, and what must have come of it.

use super::client::{Mirror, OpenTimeline};
use super::server::NewMessage;
use super::world::{Step, World};
use crate::store::{Target, Timeline};
use crate::sync::call::Change;
use crate::sync::views::Place;
use crate::sync::{Call, Core, Input, Moment};
use crate::{ClientId, Error, Message, RoomId, store};
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const EMOJI: [&str; 3] = ["👍", "❤️", "🎉"];

/// What was said through the devices.
#[derive(Default)]
pub(super) struct Said {
    /// In the order in which it was typed.
    pub(super) messages: Vec<Typed>,
    /// Each text is said once only.
    texts: u32,
    /// What people want a message to say, in order, and whose device said it.
    pub(super) edits: BTreeMap<ClientId, Vec<(usize, String)>>,
    pub(super) drafts: BTreeMap<(usize, usize), Vec<(usize, String)>>,
    /// How far somebody has said that they have read a room.
    pub(super) read: BTreeMap<(usize, usize), u64>,
    /// Of what the network or another person has made something else.
    pub(super) spoilt: BTreeSet<String>,
}

pub(super) struct Typed {
    pub(super) device: usize,
    pub(super) room: usize,
    pub(super) key: ClientId,
    pub(super) texts: Vec<String>,
    /// Its person gave it up.
    pub(super) is_given_up: bool,
    /// The server refused it once.
    pub(super) was_refused: bool,
}

pub(super) fn room_id(room: usize) -> RoomId {
    RoomId::from(format!("room_{room}"))
}

impl World {
    pub(super) fn set_up(&mut self) {
        let rooms = self.random.random_range(1..4);
        for room in 0..rooms {
            let kind = ["CHANNEL", "GROUP", "DIRECT"][room % 3];
            match kind {
                "DIRECT" => self.server.open_room(kind, &[0, 1]),
                _ => self.server.open_room(kind, &[1, 0, 2]),
            };
        }
        for _ in 0..self.random.random_range(0..25) {
            let (room, user) = (
                self.random.random_range(0..rooms),
                self.random.random_range(0..2),
            );
            self.say_elsewhere(room, user);
        }
        for (device, user) in [0, 0, 1, 2].into_iter().enumerate() {
            if device == 3 && self.random.random_bool(0.5) {
                break;
            }
            let name = format!("device {device}");
            self.devices.push(super::client::Device::new(name, user));
            let delay = Duration::from_millis(self.random.random_range(0..3000));
            self.after(delay, Step::Launch(device));
        }
        self.acts_left = self.random.random_range(20..90);
        self.after(Duration::ZERO, Step::Act);
    }

    pub(super) fn act(&mut self) {
        let Some(left) = self.acts_left.checked_sub(1) else {
            return self.calm_down();
        };
        self.acts_left = left;
        let most = [50, 500, 5_000, 20_000][self.random.random_range(0..4)];
        let delay = Duration::from_millis(self.random.random_range(1..most));
        self.after(delay, Step::Act);
        self.break_something();
        let device = self.random.random_range(0..self.devices.len());
        match self.random.random_range(0..100) {
            0..40 => self.do_something(device),
            40..55 => self.change_something(device),
            55..65 => self.keep_something(device),
            65..75 => self.look_at_something(device),
            75..92 => self.something_happens_elsewhere(),
            92..95 => self.input(device, Input::Hurry),
            95..97 => self.input(device, Input::Stop),
            _ => self.input(device, Input::Start),
        }
    }

    fn text(&mut self) -> String {
        self.said.texts += 1;
        let mention = match self.random.random_range(0..8) {
            user @ 0..3 => format!(" @usr{user} "),
            _ => String::new(),
        };
        format!("text {}{mention}.", self.said.texts)
    }

    // What breaks.

    fn break_something(&mut self) {
        let device = self.random.random_range(0..self.devices.len());
        let faults = self.faults.clone();
        if self.random.random_bool(faults.killed) && self.devices[device].app.is_some() {
            match self.random.random_range(0..3) {
                0 => self.kill(device, "at some time"),
                _ => {
                    let writes = self.random.random_range(0..8);
                    self.devices[device].light_fuse(writes);
                }
            }
        }
        if self.random.random_bool(faults.clock) {
            self.devices[device].clock = self.random.random_range(-200_000..200_000);
        }
        if self.random.random_bool(faults.revoked) {
            self.tell(|| format!("server: the session of {device} ends"));
            self.devices[device].session.is_over = true;
            self.close(Some(device), 4403);
        }
        if self.random.random_bool(faults.revoked) && self.devices[device].session.is_over {
            self.kill(device, "and somebody signs in again");
        }
        if self.random.random_bool(faults.trimmed) {
            let kept = self.random.random_range(0..10);
            self.server.trim(kept);
            self.tell(|| format!("server: forgets all but {kept} events"));
        }
        if self.random.random_bool(faults.restarted) {
            self.tell(|| "server: restarts".to_owned());
            self.close(None, 1012);
        }
    }

    /// Whatever was broken is mended, and everyone looks at everything.
    fn calm_down(&mut self) {
        self.tell(|| "quiet returns".to_owned());
        self.faults = super::network::Faults::default();
        for device in 0..self.devices.len() {
            self.devices[device].put_out_fuse();
            if self.devices[device].session.is_over {
                self.devices[device].kill_app();
            }
            self.launch(device);
            self.input(device, Input::Start);
            self.input(device, Input::Hurry);
            if self.random.random_bool(0.3) {
                self.open_everything(device);
            }
        }
    }

    fn open_everything(&mut self, device: usize) {
        for room in 0..self.server.rooms.len() {
            self.open_whole(device, Timeline::Room(room_id(room)));
        }
        let roots: Vec<usize> = self.server.threads.keys().copied().collect();
        for root in roots {
            let room = room_id(self.server.messages[root].room);
            let root = format!("msg_{root}").as_str().into();
            self.open_whole(device, Timeline::Thread(room, root));
        }
    }

    /// A timeline that was far behind begins at its new end.
    pub(super) fn look_back(&mut self) {
        for device in 0..self.devices.len() {
            let app = self.devices[device].app.as_ref();
            let open = app.iter().flat_map(|app| &app.timelines);
            let whole: Vec<_> = open.filter(|open| open.is_whole).map(|o| o.id).collect();
            if whole.is_empty() {
                self.open_everything(device);
            }
            for id in whole {
                self.deed(device, |core, _| core.load_older(id, 10_000));
            }
        }
    }

    fn open_whole(&mut self, device: usize, timeline: Timeline) {
        self.open(device, timeline, Place::End, true);
    }

    fn open(&mut self, device: usize, timeline: Timeline, place: Place, is_whole: bool) {
        self.tell(|| format!("{device}: opens {timeline:?} {place:?}"));
        let opened = self.deed(device, |core, _| {
            let id = core.open_timeline(timeline.clone(), place)?;
            if is_whole {
                core.load_older(id, 10_000)?;
            }
            Ok((id, core.watch_timeline(id)))
        });
        let app = self.devices[device].app.as_mut();
        if let (Some((id, Some(subscriber))), Some(app)) = (opened, app) {
            app.timelines.push(OpenTimeline {
                id,
                timeline,
                is_whole,
                items: Mirror::of(subscriber),
            });
        }
    }

    // What people do on their devices.

    /// What came of it, if it was kept. The app may be killed afterwards all the same.
    fn deed<T>(
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

    fn do_something(&mut self, device: usize) {
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
        let entries = app.core.store().read().list_entries().ok()?;
        let mut unsent: Vec<_> = entries.into_iter().filter(|e| e.key.is_some()).collect();
        if !unsent.is_empty() && self.random.random_bool(0.4) {
            let entry = unsent.swap_remove(self.random.random_range(0..unsent.len()));
            let key = entry.key.clone()?;
            return Some((entry.timeline, Target::Unsent(key.clone()), Some(key)));
        }
        let message = self.some_message(device, &timeline)?;
        let is_own = super::server::index(message.author.id.as_str()) == self.devices[device].user;
        let key = message.client_id.filter(|_| is_own);
        Some((timeline, Target::Known(message.id), key))
    }

    fn change_something(&mut self, device: usize) {
        let Some((timeline, target, key)) = self.some_target(device) else {
            return;
        };
        match self.random.random_range(0..10) {
            0..5 => {
                let Some(key) = key else { return };
                let text = self.text();
                self.tell(|| format!("{device}: edits {target:?} to {text:?}"));
                let body = text.clone();
                let edited = self.deed(device, |core, at| core.edit(timeline, target, body, at));
                if edited.is_some() {
                    self.note_edit(device, key, text);
                }
            }
            5..7 => {
                let Some(key) = key else { return };
                self.tell(|| format!("{device}: deletes {target:?}"));
                let deleted = self.deed(device, |core, at| core.delete(timeline, target, at));
                if deleted.is_some() {
                    self.give_up(&key);
                }
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

    fn note_edit(&mut self, device: usize, key: ClientId, text: String) {
        let typed = self.said.messages.iter_mut();
        for typed in typed.filter(|typed| typed.key == key) {
            typed.texts.push(text.clone());
        }
        self.said.edits.entry(key).or_default().push((device, text));
    }

    fn give_up(&mut self, key: &ClientId) {
        let typed = self.said.messages.iter_mut();
        for typed in typed.filter(|typed| typed.key == *key) {
            typed.is_given_up = true;
        }
        self.said.spoilt.insert(key.to_string());
    }

    fn keep_something(&mut self, device: usize) {
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

    fn look_at_something(&mut self, device: usize) {
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
            self.deed(device, |core, _| core.retry(refused.id));
            return;
        }
        self.tell(|| format!("{device}: gives up {refused:?}"));
        let given_up = self.deed(device, |core, _| core.discard(refused.id));
        if let (Some(()), Some(key)) = (given_up, &refused.key) {
            self.give_up(key);
        }
    }

    // What happens without these devices.

    fn say_elsewhere(&mut self, room: usize, user: usize) {
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
        };
        let sent = self.server.send(user, new);
        self.tell(|| format!("server: {user} says in {room}: {sent:?}"));
    }

    fn something_happens_elsewhere(&mut self) {
        let room = self.random.random_range(0..self.server.rooms.len());
        let user = self.random.random_range(0..3);
        let messages = self.server.messages.len();
        let message = self.random.random_range(0..messages.max(1));
        let text = self.text();
        let kind = self.random.random_range(0..22);
        self.tell(|| format!("server: event {kind} in {room} by {user} (message {message})"));
        match kind {
            0..8 => self.say_elsewhere(room, user),
            8..10 if messages > 0 => {
                self.spoil(message);
                let _ = self.server.edit(user, message, text);
            }
            10 if messages > 0 => {
                self.spoil(message);
                let _ = self.server.delete(user, message);
            }
            11 | 12 if messages > 0 => {
                let emoji = EMOJI[self.random.random_range(0..EMOJI.len())];
                let _ = self.server.react(user, message, emoji, kind == 12);
            }
            13 => {
                let newest = self.server.rooms[room].last_seq;
                let _ = self.server.mark_read(user, room, newest);
            }
            14 => self.server.rename_room(room, user, text),
            15 => {
                self.server.rename_person(user, text);
            }
            16 => {
                self.server.leave(room, user);
                self.said.spoilt.insert(format!("{user} in {room}"));
            }
            17 | 18 if self.server.rooms[room].kind != "DIRECT" => self.server.join(room, user),
            19 => self.server.archive(room, true),
            20 => self.server.archive(room, false),
            _ => {
                let seconds = [0, 0, 3][self.random.random_range(0..3)];
                self.server.slow_down(room, seconds);
            }
        }
        self.broadcast();
    }

    fn spoil(&mut self, message: usize) {
        if let Some(key) = &self.server.messages[message].key {
            self.said.spoilt.insert(key.clone());
        }
    }

    /// What came of a request, for what is expected in the end.
    pub(super) fn note(
        &mut self,
        device: usize,
        call: &Call,
        error: Option<&Error>,
        is_echo: bool,
    ) {
        let is_refused = error.is_some_and(|error| !error.is_transient());
        let user = self.devices[device].user;
        match call {
            Call::Change(Change::Send(input)) => {
                let is_conflict = matches!(error, Some(Error::Conflict { .. }));
                assert!(!is_conflict, "sent otherwise under the same key: {input:?}");
                let typed = self
                    .said
                    .messages
                    .iter_mut()
                    .find(|typed| Some(typed.key.as_str()) == input.client_id.as_deref());
                if let Some(typed) = typed.filter(|_| is_refused) {
                    typed.was_refused = true;
                }
            }
            Call::Change(Change::Edit(input)) if is_refused || is_echo => {
                self.spoil(super::server::index(input.message_id.as_str()));
            }
            Call::SaveDraft(input) if is_refused || is_echo => {
                let room = super::server::index(input.room_id.as_str());
                self.said.spoilt.insert(format!("{user} in {room}"));
            }
            Call::MarkRead(input) if is_refused => {
                let room = super::server::index(input.room_id.as_str());
                self.said.spoilt.insert(format!("{user} in {room}"));
            }
            _ => {}
        }
    }
}
