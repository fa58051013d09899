//! What people do and what breaks, by chance, and what must have come of it.

use super::client::{Device, Mirror, OpenTimeline};
use super::world::{Step, World};
use crate::store::Timeline;
use crate::sync::Input;
use crate::sync::views::Place;
use crate::{ClientId, RoomId};
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(super) const EMOJI: [&str; 3] = ["👍", "❤️", "🎉"];

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
    /// What its author deleted, unless the server refused that.
    pub(super) deleted: BTreeSet<ClientId>,
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
                _ if self.random.random_bool(0.5) => self.server.open_room(kind, &[0, 1, 2]),
                _ => self.server.open_room(kind, &[1, 0, 2]),
            };
            if self.random.random_bool(0.3) {
                self.server.announce_members(room, true);
            }
        }
        for _ in 0..self.random.random_range(0..25) {
            let (room, user) = (
                self.random.random_range(0..rooms),
                self.random.random_range(0..2),
            );
            self.say_elsewhere(room, user);
        }
        let on_disk = self.random.random_bool(0.15);
        let is_encrypted = self.random.random_bool(0.5) && cfg!(feature = "encryption");
        for (device, user) in [0, 0, 1, 2].into_iter().enumerate() {
            if device == 3 && self.random.random_bool(0.5) {
                break;
            }
            self.devices.push(match on_disk {
                true => Device::on_disk(user, is_encrypted),
                false => Device::in_memory(user),
            });
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

    pub(super) fn text(&mut self) -> String {
        self.said.texts += 1;
        let mention = match self.random.random_range(0..8) {
            user @ 0..3 => format!(" @usr{user} "),
            _ => String::new(),
        };
        format!("text {}{mention}.", self.said.texts)
    }

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

    pub(super) fn open(&mut self, device: usize, timeline: Timeline, place: Place, is_whole: bool) {
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
}
