//! Single cases by hand: one core, the model of the server, and nothing that happens by chance.

use super::client::Mirror;
use super::network::{carry_out, read_batch};
use super::script::room_id;
use super::server::{NewMessage, Server, Sizes, Tail, at};
use crate::live::Failure;
use crate::store::{Store, Timeline};
use crate::sync::views::{Place, TimelineContent, TimelineItem, TimelineMessage};
use crate::sync::{Call, CallId, Core, Effect, Input, Moment};
use crate::transport::socket::Ended;
use imbl::Vector;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::time::Duration;

const ADA: usize = 0;
const BEA: usize = 1;

/// Ada's app, which has just come level.
struct Case {
    server: Server,
    core: Core,
    tail: Tail,
    now: Duration,
    /// Not answered yet.
    calls: VecDeque<(CallId, Call)>,
    others: Vec<Effect>,
}

impl Case {
    fn new(said: usize) -> Self {
        let sizes = Sizes {
            rooms: 100,
            messages: 50,
        };
        let mut server = Server::new(&["Ada", "Bea"], sizes);
        server.open_room("CHANNEL", &[BEA, ADA]);
        let store = Store::set_up(Connection::open_in_memory().expect("a database"));
        let core = core_over(store.expect("a store"));
        let mut case = Self {
            server,
            core,
            tail: Tail::after(ADA, "0"),
            now: Duration::ZERO,
            calls: VecDeque::new(),
            others: Vec::new(),
        };
        (0..said).for_each(|_| case.say());
        case.input(Input::Start);
        case.answer();
        case.hear();
        case
    }

    fn say(&mut self) {
        let new = NewMessage {
            room: 0,
            root: None,
            reply_to: None,
            key: None,
            body: "said".to_owned(),
            forwarded_from: None,
        };
        self.server.send(BEA, new).expect("sent");
    }

    fn input(&mut self, input: Input) {
        self.with(|core, at| core.handle(input, at));
    }

    fn with(&mut self, deed: impl FnOnce(&mut Core, Moment) -> crate::store::Result<Vec<Effect>>) {
        let moment = Moment {
            since_start: self.now,
            wall: at(self.now),
        };
        for effect in deed(&mut self.core, moment).expect("kept") {
            match effect {
                Effect::Call(id, call) => self.calls.push_back((id, call)),
                Effect::Connect { after, .. } => {
                    self.tail = Tail::after(ADA, after.as_str());
                    self.input(Input::Opened);
                }
                other => self.others.push(other),
            }
        }
    }

    /// Everything that was asked and is asked by that.
    fn answer(&mut self) {
        while let Some((id, call)) = self.calls.pop_front() {
            let answer = carry_out(&mut self.server, (ADA, (ADA, 0)), call);
            self.input(Input::Answered(id, answer));
        }
    }

    /// What is in the log by now.
    fn hear(&mut self) {
        loop {
            let batch = self.server.read_on(&mut self.tail, 100);
            self.input(Input::Received(read_batch(batch)));
            if self.tail.is_live {
                return;
            }
        }
    }

    fn wait(&mut self) {
        self.now += Duration::from_secs(60);
        self.server.now = self.now;
        self.input(Input::Tick);
    }

    fn open(&mut self) -> Mirror<TimelineItem> {
        let timeline = Timeline::Room(room_id(0));
        let mut opened = None;
        self.with(|core, at| {
            let id = core.open_timeline(timeline, Place::End)?;
            opened = core.watch_timeline(id);
            core.go_on(at)
        });
        Mirror::of(opened.expect("a timeline"))
    }
}

fn core_over(store: Store) -> Core {
    Core::new(store, "usr_0".into(), TimeZone::UTC, 1).expect("a core")
}

fn messages(lines: &Vector<TimelineItem>) -> Vec<&TimelineMessage> {
    let messages = lines.iter().filter_map(|line| match &line.content {
        TimelineContent::Message(message) => Some(message.as_ref()),
        _ => None,
    });
    messages.collect()
}

/// Something was said between a new beginning and the page that was asked for: it stood alone on the screen.
#[test]
fn a_timeline_that_jumps_shows_as_much_as_one_that_is_opened() {
    let mut case = Case::new(60);
    let mut screen = case.open();
    case.answer();
    (0..100).for_each(|_| case.say());
    case.server.trim(0);
    let lost = Ended::Lost {
        reason: "a tunnel".to_owned(),
    };
    case.input(Input::Failed(Failure::Connection(lost)));
    case.wait();
    case.calls.clear();
    case.hear();
    case.say();
    case.hear();
    case.wait();
    case.answer();
    screen.follow();
    let shown = messages(&screen.shown);
    let seqs: Vec<u64> = shown.iter().filter_map(|message| message.seq).collect();
    assert_eq!(seqs, (112..=161).collect::<Vec<_>>());
}

/// Between the answer and the event the former draft was shown.
#[test]
fn a_draft_that_was_saved_stays_on_the_screen() {
    let mut case = Case::new(1);
    let mut rooms = Mirror::of(case.core.watch_rooms().expect("a list"));
    let mut check = |when: &str| {
        rooms.follow();
        let shown = rooms.shown[0].draft.as_deref();
        assert_eq!(shown, Some("I was about"), "{when}");
    };
    case.with(|core, at| {
        core.save_draft(room_id(0), "I was about".to_owned(), None, at)?;
        core.go_on(at)
    });
    check("at once");
    case.answer();
    check("when it is saved");
    case.hear();
    check("when the event has told of it");
}

#[test]
fn what_is_pinned_is_shown_so_until_it_is_not() {
    let mut case = Case::new(3);
    let mut screen = case.open();
    case.answer();
    for pinned in [true, false] {
        case.server.pin(BEA, 1, pinned).expect("pinned");
        case.hear();
        case.wait();
        case.answer();
        screen.follow();
        let is_pinned = |message: &&TimelineMessage| message.is_pinned;
        let shown = messages(&screen.shown);
        let seqs = shown.iter().copied().filter(is_pinned).map(|m| m.seq);
        let should = pinned.then_some(Some(2));
        assert_eq!(seqs.collect::<Vec<_>>(), Vec::from_iter(should));
    }
}

/// The event is not told again.
#[test]
fn pins_are_asked_for_after_a_kill() {
    let mut case = Case::new(3);
    case.open();
    case.answer();
    case.server.pin(BEA, 1, true).expect("pinned");
    case.hear();
    case.calls.clear();
    let store = std::mem::replace(&mut case.core, Case::new(0).core).into_store();
    case.core = core_over(store);
    case.input(Input::Start);
    case.answer();
    case.hear();
    case.wait();
    case.answer();
    let mut screen = case.open();
    screen.follow();
    assert!(messages(&screen.shown)[1].is_pinned);
}

/// The server told no more of it since they had left.
#[test]
fn who_writes_is_told_again_to_somebody_who_comes_back() {
    let mut case = Case::new(1);
    let _screen = case.open();
    case.answer();
    case.server.leave(0, ADA).expect("left");
    case.hear();
    case.others.clear();
    case.server.join(0, ADA).expect("joined");
    case.hear();
    let told = case.others.iter().map(|effect| format!("{effect:?}"));
    let told: Vec<String> = told.filter(|effect| effect.contains("Typing")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("Unwatch") && told[1].starts_with("Watch"),
        "{told:?}"
    );
}
