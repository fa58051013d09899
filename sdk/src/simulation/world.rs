//! Everything that is: the server, the devices, what travels between them, and what is to happen when.

use super::brief;
use super::client::{Damage, Device};
use super::network::{Faults, Socket, carry_out, refusal};
use super::script::Said;
use super::server::{Server, Sizes, index};
use crate::Error;
use crate::live::Failure;
use crate::store::{self, Entry};
use crate::sync::{Answer, Call, CallId, Effect, Input, Moment, Update};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::time::Duration;

/// Whoever looks for how a thing came about has these many lines to read, or all of them with `CAUSERIE_TEST_STORY=whole`.
const STORY: usize = 80;

pub(super) struct World {
    pub(super) random: StdRng,
    pub(super) now: Duration,
    queue: BTreeMap<(Duration, u64), Step>,
    numbers: u64,
    pub(super) server: Server,
    pub(super) devices: Vec<Device>,
    pub(super) sockets: BTreeMap<u64, Socket>,
    /// How far people have read: when, which room, who, up to where.
    pub(super) marks: Vec<(Duration, usize, usize, u64)>,
    pub(super) faults: Faults,
    pub(super) acts_left: u32,
    pub(super) said: Said,
    story: Option<Vec<String>>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// Somebody does something, or something breaks.
    Act,
    /// The app is started again.
    Launch(usize),
    /// A request is at the server.
    Arrive {
        sender: Sender,
        call: Call,
        is_heard: bool,
    },
    Answer(Sender, Result<Answer, Error>),
    Tick(usize, u64),
    Connected(u64, Result<usize, Failure>),
    Subscribe(u64, String),
    Read(u64),
    Deliver(u64, Update),
    Broken(u64, usize, Failure),
    Alive(u64),
}

/// Which app asked, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sender {
    device: usize,
    user: usize,
    session: u64,
    start: u64,
    id: CallId,
}

impl World {
    pub(super) fn new(seed: u64, is_told: bool) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let sizes = Sizes {
            rooms: random.random_range(1..5),
            messages: random.random_range(2..12),
        };
        let faults = Faults::random(&mut random);
        let mut world = Self {
            server: Server::new(&["Ada", "Bea", "Cy"], sizes),
            random,
            now: Duration::ZERO,
            queue: BTreeMap::new(),
            numbers: 0,
            devices: Vec::new(),
            sockets: BTreeMap::new(),
            marks: Vec::new(),
            faults,
            acts_left: 0,
            said: Said::default(),
            story: is_told.then(Vec::new),
        };
        world.set_up();
        world
    }

    pub(super) fn tell(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(story) = &mut self.story {
            story.push(format!("{:>10.3}  {}", now.as_secs_f64(), line()));
        }
    }

    pub(super) fn story(&self) -> String {
        let story = self.story.as_deref().unwrap_or_default();
        let from = match super::setting("CAUSERIE_TEST_STORY") {
            Some(_) => 0,
            None => story.len().saturating_sub(STORY),
        };
        story[from..].join("\n")
    }

    pub(super) fn whole_story(&self) -> &[String] {
        self.story.as_deref().unwrap_or_default()
    }

    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn after(&mut self, delay: Duration, step: Step) {
        let number = self.number();
        let micros = (self.now + delay).as_nanos().div_ceil(1000);
        let time = Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        self.queue.insert((time, number), step);
    }

    /// Goes on until nothing is to happen any more. The number of steps.
    pub(super) fn run(&mut self, most: u32) -> Result<u32, String> {
        for steps in 0..most {
            let Some(((time, _), step)) = self.queue.pop_first() else {
                return Ok(steps);
            };
            self.now = time;
            self.server.now = time;
            self.take(step)?;
        }
        Err(format!(
            "there is no end to it: {:?}",
            self.queue.first_key_value()
        ))
    }

    fn take(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Act => self.act(),
            Step::Launch(device) => self.launch(device),
            Step::Arrive {
                sender,
                call,
                is_heard,
            } => self.arrive(sender, call, is_heard),
            Step::Answer(sender, answer) => {
                if self.devices[sender.device].starts == sender.start {
                    self.input(sender.device, Input::Answered(sender.id, answer));
                }
            }
            Step::Tick(device, start) => {
                let now = self.now;
                let found = &mut self.devices[device];
                let app = found.app.as_mut().filter(|_| found.starts == start);
                if let Some(app) = app.filter(|app| app.wakes_at.is_some_and(|at| at <= now)) {
                    app.wakes_at = None;
                    self.input(device, Input::Tick);
                }
            }
            Step::Connected(link, device) => self.connected(link, device),
            Step::Subscribe(link, after) => self.subscribe(link, &after),
            Step::Read(link) => self.read_log(link),
            Step::Deliver(link, update) => {
                if let Some(socket) = self.sockets.get(&link) {
                    self.input(socket.device, Input::Received(update));
                }
            }
            Step::Broken(link, device, failure) => self.broken(link, device, failure),
            Step::Alive(link) => {
                if let Some(socket) = self.sockets.get(&link) {
                    self.input(socket.device, Input::Alive);
                }
            }
        }
        Ok(())
    }

    pub(super) fn launch(&mut self, device: usize) {
        if self.devices[device].app.is_some() {
            return;
        }
        self.sign_in(device);
        let seed = self.random.random();
        let now = self.now;
        self.devices[device].put_out_fuse();
        let damage = self.some_damage(device);
        self.tell(|| format!("{device}: the app starts, {damage:?}"));
        let found = &mut self.devices[device];
        found.start_app(now, seed, damage).expect("the store opens");
        if let Some(damage) = damage {
            self.note_what_is_lost(device, damage);
        }
        if self.random.random_bool(0.3) {
            self.change_unsent(device);
        }
        if !self.random.random_bool(self.faults.offline) {
            self.input(device, Input::Start);
        }
    }

    /// Whoever had it, or somebody else.
    fn sign_in(&mut self, device: usize) {
        let is_another = self.random.random_bool(0.3);
        let user = self.random.random_range(0..self.server.people.len());
        let found = &mut self.devices[device];
        if !std::mem::take(&mut found.session.is_over) {
            return;
        }
        found.session.number += 1;
        if is_another && found.user != user {
            let lost = std::mem::take(&mut found.left);
            self.forget(device, lost);
            self.devices[device].user = user;
            self.tell(|| format!("{device}: {user} signs in"));
        }
    }

    fn some_damage(&mut self, device: usize) -> Option<Damage> {
        let is_damaged = self.random.random_bool(self.faults.damaged);
        let damage = Damage::random(&mut self.random);
        let is_possible = self.devices[device].can_have(damage);
        Some(damage).filter(|_| is_damaged && is_possible)
    }

    /// What could be read of the damaged file is there, in order; the rest is not expected any more.
    fn note_what_is_lost(&mut self, device: usize, damage: Damage) {
        let found = &mut self.devices[device];
        let app = found.app.as_ref().expect("an app");
        let kept = app.core.store().read().list_entries().expect("entries");
        let mut kept = kept.into_iter().peekable();
        let is_same = |one: &Entry, other: &Entry| {
            (&one.key, &one.task, one.created_at) == (&other.key, &other.task, other.created_at)
        };
        let mut lost = std::mem::take(&mut found.left);
        lost.retain(|entry| kept.next_if(|kept| is_same(kept, entry)).is_none());
        assert!(kept.next().is_none(), "what nobody did is not made up");
        let is_whole = matches!(damage, Damage::Newer);
        assert!(
            !is_whole || lost.is_empty(),
            "nothing stood in the way of {lost:?}"
        );
        self.tell(|| format!("{device}: lost {lost:?}"));
        self.forget(device, lost);
    }

    pub(super) fn kill(&mut self, device: usize, why: &str) {
        self.tell(|| format!("{device}: the app is killed {why}"));
        self.devices[device].kill_app();
        self.sockets.retain(|_, socket| socket.device != device);
        let delay = Duration::from_millis(self.random.random_range(1..10_000));
        self.after(delay, Step::Launch(device));
    }

    pub(super) fn input(&mut self, device: usize, input: Input) {
        if self.devices[device].app.is_none() {
            return;
        }
        self.tell(|| format!("{device}: {}", brief::input(&input)));
        let (is_start, is_stop) = (matches!(input, Input::Start), matches!(input, Input::Stop));
        self.with_core(device, |core, at| core.handle(input, at));
        if let Some(app) = &mut self.devices[device].app {
            app.is_wanted = (app.is_wanted || is_start) && !is_stop;
        }
    }

    /// Lets a core do something, and carries out what it says; unless the app is killed before, between or after.
    pub(super) fn with_core(
        &mut self,
        device: usize,
        work: impl FnOnce(&mut crate::sync::Core, Moment) -> store::Result<Vec<Effect>>,
    ) {
        let at = self.devices[device].moment(self.now);
        let Some(app) = &mut self.devices[device].app else {
            return;
        };
        match work(&mut app.core, at) {
            Ok(effects) => {
                if self.random.random_bool(self.faults.killed / 20.0) {
                    return self.kill(device, "before anything comes of it");
                }
                for effect in effects {
                    self.carry_out(device, effect);
                }
                self.look_after(device);
            }
            Err(store::Error::Sqlite(error)) => {
                self.kill(device, &format!("between two writes ({error})"));
            }
            Err(error) => panic!("the store fails: {error}"),
        }
    }

    fn look_after(&mut self, device: usize) {
        let is_looking = self.random.random_bool(0.7);
        let found = &mut self.devices[device];
        let start = found.starts;
        let Some(app) = &mut found.app else { return };
        if is_looking {
            app.follow();
        }
        let wakes_at = app.wakes_at();
        if wakes_at != app.wakes_at {
            app.wakes_at = wakes_at;
            if let Some(at) = wakes_at {
                let delay = at.saturating_sub(self.now);
                self.after(delay, Step::Tick(device, start));
            }
        }
    }

    fn carry_out(&mut self, device: usize, effect: Effect) {
        self.tell(|| format!("{device}:    → {}", brief::effect(&effect)));
        match effect {
            Effect::Connect { renew, after } => self.connect(device, renew, after.as_str()),
            Effect::Disconnect => self.disconnect(device),
            Effect::Probe => self.probe(device),
            Effect::Call(id, call) => self.call(device, id, call),
            Effect::WatchTyping(room) => self.watch_typing(device, index(room.as_str())),
            Effect::UnwatchTyping(room) => self.unwatch_typing(device, index(room.as_str())),
            Effect::State(_) | Effect::Watch(..) | Effect::Unwatch(..) => {}
        }
    }

    fn call(&mut self, device: usize, id: CallId, call: Call) {
        let journey = self.faults.journey(&mut self.random);
        let sender = Sender {
            device,
            user: self.devices[device].user,
            session: self.devices[device].session.number,
            start: self.devices[device].starts,
            id,
        };
        let is_heard = journey.no_answer.is_none();
        for delay in journey.arrives {
            let arrive = Step::Arrive {
                sender,
                call: call.clone(),
                is_heard,
            };
            self.after(delay, arrive);
        }
        if let Some(delay) = journey.no_answer {
            let error = Error::Network {
                reason: "no answer".to_owned(),
            };
            self.after(delay, Step::Answer(sender, Err(error)));
        }
    }

    fn arrive(&mut self, sender: Sender, call: Call, is_heard: bool) {
        let device = &self.devices[sender.device];
        let session = &device.session;
        let answer = if session.is_over || session.number != sender.session {
            Err(Error::SignedOut)
        } else if self.random.random_bool(self.faults.refused) {
            Err(refusal(&mut self.random))
        } else {
            let user = sender.user;
            let change = call.clone();
            let session = (sender.device, sender.session);
            let answer = carry_out(&mut self.server, (user, session), call);
            self.note(user, &change, answer.as_ref().err());
            answer
        };
        self.tell(|| {
            format!(
                "server: answers {} {:?} {}",
                sender.device,
                sender.id,
                brief::answer(&answer)
            )
        });
        if is_heard {
            let delay = self.faults.delay(&mut self.random);
            self.after(delay, Step::Answer(sender, answer));
        }
        self.broadcast();
    }
}
