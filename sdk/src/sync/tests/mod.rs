//! The core by itself, in situations that chance rarely makes.

mod link;
mod order;
mod outbox;
mod rooms;
mod timelines;
mod watches;

use super::*;
use crate::model::{Membership, Role, RoomKind, Unread};
use crate::operations::sync::{Change, Event, HistoryPage, Overview};
use crate::store::Location;
use crate::sync::call;
use crate::sync::views::{Place, TimelineItem, ViewId};
use crate::{ClientId, SendState, TimelineContent, TimelineMessage};

const ME: &str = "usr_me";
const ROOM: &str = "room_1";

/// A device, its clock, and what it wants done.
struct Phone {
    core: Core,
    now: Duration,
    effects: Vec<Effect>,
}

impl Phone {
    fn new() -> Self {
        Self::with(Store::open(&Location::Memory).expect("a store"))
    }

    fn with(store: Store) -> Self {
        Self {
            core: Core::new(store, ME.into(), TimeZone::UTC, 7).expect("a core"),
            now: Duration::ZERO,
            effects: Vec::new(),
        }
    }

    /// Connected, with these rooms, and told of everything.
    fn in_step(rooms: Vec<Room>) -> Self {
        let mut phone = Self::new();
        phone.input(Input::Start);
        phone.get_in_step(rooms);
        phone
    }

    fn get_in_step(&mut self, rooms: Vec<Room>) {
        self.answer_overviews(&rooms);
        self.input(Input::Opened);
        self.answer_overviews(&rooms);
        self.hear(Vec::new());
    }

    fn answer_overviews(&mut self, rooms: &[Room]) {
        while let Some((id, Call::Overview { .. })) =
            self.take_call(|call| matches!(call, Call::Overview { .. }))
        {
            let overview = Overview {
                user: user(ME),
                cursor: "c1".into(),
                rooms: rooms.to_vec(),
                next: None,
            };
            self.answer(id, Ok(Answer::Overview(Box::new(overview))));
        }
    }

    fn killed_and_started_again(self) -> Self {
        Self::with(self.core.into_store())
    }

    fn at(&self) -> Moment {
        let seconds = i64::try_from(self.now.as_secs()).expect("not for ever");
        Moment {
            since_start: self.now,
            wall: time(seconds),
        }
    }

    fn input(&mut self, input: Input) {
        let effects = self.core.handle(input, self.at()).expect("kept");
        self.effects.extend(effects);
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.input(Input::Tick);
    }

    fn hear(&mut self, changes: Vec<Change>) {
        let event = |change| Event {
            room: ROOM.into(),
            member_count: 2,
            change,
        };
        let batch = Batch {
            events: changes.into_iter().map(event).collect(),
            cursor: "c2".into(),
            live: true,
            reset: false,
        };
        self.input(Input::Received(Update::Events(batch)));
    }

    fn hear_of(&mut self, message: Message) {
        self.hear(vec![Change::Sent(Box::new(message), None)]);
    }

    fn lose_connection(&mut self) {
        let reason = "gone".to_owned();
        let lost = crate::transport::socket::Ended::Lost { reason };
        self.input(Input::Failed(Failure::Connection(lost)));
    }

    fn deed<T>(&mut self, deed: impl FnOnce(&mut Core, Moment) -> store::Result<T>) -> T {
        let at = self.at();
        let done = deed(&mut self.core, at).expect("kept");
        let effects = self.core.go_on(at).expect("kept");
        self.effects.extend(effects);
        done
    }

    fn send(&mut self, body: &str) -> ClientId {
        self.deed(|core, at| core.send(main_line(), body.to_owned(), None, at))
    }

    fn delete(&mut self, key: &ClientId) {
        let target = store::Target::Unsent(key.clone());
        self.deed(|core, at| core.delete(main_line(), target, at))
            .expect("its message is there");
    }

    fn react(&mut self, target: store::Target) {
        self.deed(|core, at| core.react(main_line(), target, "👍".to_owned(), false, at))
            .expect("its message is there");
    }

    fn answer(&mut self, id: CallId, answer: Result<Answer, Error>) {
        self.input(Input::Answered(id, answer));
    }

    /// The next call of a kind that was made and not taken yet.
    fn take_call(&mut self, is_it: impl Fn(&Call) -> bool) -> Option<(CallId, Call)> {
        let is_it = |effect: &Effect| matches!(effect, Effect::Call(_, call) if is_it(call));
        let place = self.effects.iter().position(is_it)?;
        match self.effects.remove(place) {
            Effect::Call(id, call) => Some((id, call)),
            _ => None,
        }
    }

    fn take_change(&mut self) -> Option<(CallId, call::Change)> {
        let (id, call) = self.take_call(|call| matches!(call, Call::Change(_)))?;
        match call {
            Call::Change(change) => Some((id, change)),
            _ => None,
        }
    }

    fn take_send(&mut self) -> Option<CallId> {
        let is_send = |call: &Call| matches!(call, Call::Change(call::Change::Send(_)));
        self.take_call(is_send).map(|(id, _)| id)
    }

    /// What is missing shows when the lines are made, and is asked for right after that.
    fn take_page(&mut self) -> Option<(CallId, Call)> {
        self.input(Input::Tick);
        self.take_call(|call| matches!(call, Call::History { .. } | Call::Thread { .. }))
    }

    fn answer_page(&mut self, id: CallId, messages: Vec<Message>, older: Option<&str>) {
        let page = HistoryPage {
            messages,
            older: older.map(str::to_owned),
            newer: None,
        };
        self.answer(id, Ok(Answer::Page(page)));
    }

    fn open(&mut self, timeline: Timeline, place: Place) -> ViewId {
        self.deed(|core, _| core.open_timeline(timeline, place))
    }

    fn lines(&self, view: ViewId) -> Vec<TimelineItem> {
        let watched = self.core.watch_timeline(view).expect("open");
        watched.values().into_iter().collect()
    }

    fn messages(&self, view: ViewId) -> Vec<TimelineMessage> {
        let messages = self.lines(view).into_iter();
        let messages = messages.filter_map(|item| match item.content {
            TimelineContent::Message(message) => Some(*message),
            _ => None,
        });
        messages.collect()
    }

    fn seqs(&self, view: ViewId) -> Vec<u64> {
        let messages = self.messages(view).into_iter();
        messages.filter_map(|message| message.seq).collect()
    }

    fn unsaid(&self) -> usize {
        let entries = self.core.store.read().list_entries();
        entries.expect("read").len()
    }
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("an instant")
}

fn main_line() -> Timeline {
    Timeline::Room(ROOM.into())
}

fn user(id: &str) -> User {
    User {
        id: id.into(),
        username: id.to_owned(),
        display_name: id.to_owned(),
        is_deleted: false,
        created_at: time(0),
    }
}

/// By somebody else, sent at as many seconds as its `seq`.
fn message(seq: u64) -> Message {
    Message {
        id: format!("msg_{seq}").as_str().into(),
        room_id: ROOM.into(),
        author: user("usr_other"),
        seq,
        client_id: None,
        body: format!("text {seq}"),
        sent_at: time(i64::try_from(seq).expect("small")),
        edited_at: None,
        deleted_at: None,
        pinned_at: None,
        reply_to: None,
        thread_root: None,
        thread: None,
        mentions: Vec::new(),
        mentions_room: false,
        forwarded_from: None,
        notice: None,
        reactions: Vec::new(),
    }
}

fn own(seq: u64, key: &ClientId) -> Message {
    Message {
        author: user(ME),
        client_id: Some(key.clone()),
        ..message(seq)
    }
}

fn reply(seq: u64, root: &str) -> Message {
    Message {
        id: format!("reply_{seq}").as_str().into(),
        thread_root: Some(root.into()),
        ..message(seq)
    }
}

fn room(id: &str, last: Option<&Message>) -> Room {
    Room {
        id: id.into(),
        kind: RoomKind::Group,
        name: id.to_owned(),
        topic: None,
        other_user: None,
        slow_mode_seconds: 0,
        announcement_only: false,
        announces_members: false,
        archived_at: None,
        created_at: time(0),
        last_active_at: last.map_or(time(0), |last| last.sent_at),
        member_count: 2,
        last_message: last.map(Into::into),
        membership: Some(Membership {
            role: Role::Member,
            joined_at: time(0),
            last_read_seq: 0,
            unread: Unread::default(),
            muted_until: None,
            draft: None,
        }),
    }
}

fn muted() -> Error {
    Error::Muted {
        reason: "not now".to_owned(),
    }
}

fn lost() -> Error {
    Error::Network {
        reason: "no answer".to_owned(),
    }
}

fn slow_mode() -> Error {
    Error::RateLimited {
        reason: "slow mode".to_owned(),
        retry_after: Some(Duration::from_secs(6 * 60 * 60)),
    }
}

fn blocked() -> Error {
    Error::Blocked {
        reason: "HTTP status 413".to_owned(),
    }
}
