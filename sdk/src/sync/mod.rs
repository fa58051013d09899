//! What keeps the store in step with the server: state and input in, effects out. No clock, no socket and no thread in
//! it; the store it owns, so that what it decides and what it keeps are one.

pub(crate) mod call;
mod calls;
mod deeds;
mod events;
mod link;
mod outbox;
mod pace;
mod standing;
mod state;
#[cfg(test)]
mod tests;
mod timelines;
mod told;
pub(crate) mod views;
mod watches;

use crate::live::Failure;
use crate::model::Room;
use crate::operations::sync::{Batch, ReadUpTo};
use crate::store::{self, Store, Timeline};
use crate::{Cursor, Error, Message, RoomId, User, UserId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::time::Duration;

pub(crate) use call::{Answer, Call, Carrier};
pub(crate) use calls::CallId;
pub use state::SyncState;
pub use timelines::TimelineState;
pub(crate) use watches::{Shown, Sight, Subject, WatchId};

/// When something is handled: by a clock that only goes forward, and by the one that people read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) since_start: Duration,
    pub(crate) wall: Timestamp,
}

/// What happens to the core.
#[derive(Debug)]
pub(crate) enum Input {
    /// The app wants to be in step from now on.
    Start,
    /// The app does not want to be in step any more.
    Stop,
    /// Somebody wants to be in step once, until as many [`Self::EndSync`] have come. They hurry.
    BeginSync,
    EndSync,
    /// The network is back, or the app is in the foreground: whatever waits is tried at once, and what is under way may
    /// be in vain.
    Hurry,
    /// The connection gave the sign of life that it was asked for.
    Alive,
    /// The connection stands, and the events were asked for.
    Opened,
    /// It does not stand, or not any more.
    Failed(Failure),
    Received(Update),
    Answered(CallId, Result<Answer, Error>),
    /// The session has ended, here or at the server.
    SignedOut,
    /// The person has a session, which may be another one than before.
    SignedIn,
    /// Time has passed.
    Tick,
}

/// What comes through the connection.
#[derive(Clone, Debug)]
pub(crate) enum Update {
    Events(Batch),
    Read(ReadUpTo),
    Typing(RoomId, Vec<User>),
    Watched(WatchId, Sight),
}

/// What is to be done for the core.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Open a connection, with a token that was not refused yet if `renew`, and ask for the events after a cursor.
    Connect {
        renew: bool,
        after: Cursor,
    },
    Disconnect,
    /// Ask the connection for a sign of life, and give it little time.
    Probe,
    /// Tell who types there, as long as the connection stands.
    WatchTyping(RoomId),
    UnwatchTyping(RoomId),
    /// Tell how this changes, as long as the connection stands.
    Watch(WatchId, Subject),
    Unwatch(WatchId, Subject),
    /// Ask the server. One that was made before under the same id is not waited for any more.
    Call(CallId, Call),
    State(SyncState),
}

pub(crate) struct Core {
    store: Store,
    viewer: UserId,
    cursor: Option<Cursor>,
    rooms: HashMap<RoomId, Room>,
    link: link::Link,
    calls: calls::Calls,
    standing: standing::Standing,
    outbox: outbox::Outbox,
    pages: timelines::Pages,
    views: views::Views,
    told: told::Told,
    state: SyncState,
    /// After the store failed.
    pause: Option<Pause>,
    /// When the last thing happened.
    now: Duration,
    time_zone: TimeZone,
    random: StdRng,
    effects: Vec<Effect>,
}

/// What is on the screen, and who wants to be in step.
pub(crate) struct Open {
    pub(crate) views: views::Views,
    pub(crate) wanted: link::Wanted,
}

/// Nothing is said and heard before a time, and why.
pub(crate) struct Pause {
    pub(crate) until: Duration,
    pub(crate) reason: String,
}

impl Pause {
    fn is_on(&self, at: Moment) -> bool {
        self.until > at.since_start
    }
}

impl Core {
    /// What a store holds of another person is forgotten.
    pub(crate) fn new(
        mut store: Store,
        viewer: UserId,
        time_zone: TimeZone,
        seed: u64,
    ) -> store::Result<Self> {
        if store.read().viewer()?.as_ref() != Some(&viewer) {
            store.write(|rows| {
                rows.forget_everything()?;
                rows.set_viewer(&viewer)
            })?;
        }
        let rooms = store.read().list_rooms()?;
        Ok(Self {
            cursor: store.read().cursor()?,
            rooms: rooms
                .into_iter()
                .map(|room| (room.id.clone(), room))
                .collect(),
            outbox: outbox::Outbox::new(store.read().list_entries()?),
            link: link::Link::new(),
            calls: calls::Calls::default(),
            standing: standing::Standing::new(
                store.read().list_stale_threads()?,
                store.read().list_stale_pins()?,
            ),
            pages: timelines::Pages::default(),
            views: views::Views::default(),
            told: told::Told::default(),
            state: SyncState::Stopped,
            pause: None,
            now: Duration::ZERO,
            random: StdRng::seed_from_u64(seed),
            effects: Vec::new(),
            store,
            viewer,
            time_zone,
        })
    }

    /// Takes something in, keeps what is to be kept, and says what is to be done. After an error nothing here counts any
    /// more: what is kept does.
    pub(crate) fn handle(&mut self, input: Input, at: Moment) -> store::Result<Vec<Effect>> {
        self.now = at.since_start;
        match input {
            Input::Start | Input::Stop | Input::BeginSync | Input::EndSync => self.want(&input),
            Input::Hurry => self.hurry(),
            Input::Alive => self.link.is_alive(),
            Input::Opened => self.opened(at),
            Input::Failed(failure) => self.failed(failure, at),
            Input::Received(update) => {
                let taken = self.receive(update);
                self.or_begin_anew(taken, at)?;
            }
            Input::Answered(id, answer) => {
                let taken = self.answered(id, answer, at);
                self.or_begin_anew(taken, at)?;
            }
            Input::SignedOut => self.signed_out(),
            Input::SignedIn => self.link.signed_in(),
            Input::Tick => {}
        }
        self.go_on(at)
    }

    /// Does whatever can be done now.
    pub(crate) fn go_on(&mut self, at: Moment) -> store::Result<Vec<Effect>> {
        self.now = at.since_start;
        let is_paused = self.pause.as_ref().is_some_and(|pause| pause.is_on(at));
        if self.link.is_wanted() && !is_paused {
            self.pause = None;
            self.connect(at);
            if !self.is_cut_off() {
                self.ask_how_rooms_stand(at);
                self.ask_for_pages(at)?;
                self.ask_for_what_is_watched(at);
                self.say_what_waits(at)?;
            }
        }
        self.report_state(at);
        self.refresh_views()?;
        Ok(std::mem::take(&mut self.effects))
    }

    #[cfg(test)]
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Everything that is open is made anew, which shows what was not kept up to date.
    #[cfg(test)]
    pub(crate) fn look_again(&mut self, at: Moment) -> store::Result<Vec<Effect>> {
        self.views.names_changed();
        self.go_on(at)
    }

    #[cfg(test)]
    pub(crate) fn into_store(self) -> Store {
        self.store
    }

    /// When [`Input::Tick`] is due.
    pub(crate) fn wakes_at(&self) -> Option<Duration> {
        if !self.link.is_wanted() {
            return None;
        }
        if let Some(pause) = &self.pause {
            return Some(pause.until);
        }
        if self.is_cut_off() {
            return self.link.wakes_at();
        }
        let waits = [
            self.link.wakes_at(),
            self.standing.wakes_at(self.link.is_live(), &self.calls),
            self.pages
                .wakes_at(&self.calls)
                .filter(|_| self.cursor.is_some()),
            self.views
                .watches
                .wakes_at(&self.calls)
                .filter(|_| self.link.is_open()),
            self.outbox.wakes_at(),
        ];
        waits.into_iter().flatten().min()
    }

    /// Whether everything was heard and said that there is to hear and to say.
    pub(crate) fn is_settled(&self) -> bool {
        self.link.is_live()
            && !self.link.is_doubted
            && self.calls.is_idle()
            && self.standing.is_settled()
            && self.outbox.is_idle()
    }

    pub(crate) fn search(
        &self,
        words: &str,
        room: Option<&RoomId>,
        limit: usize,
    ) -> store::Result<Vec<Message>> {
        self.store.read().search(words, room, limit)
    }

    /// Whether everything here is as it was before a deed that failed like this.
    pub(crate) fn is_unharmed(&self, error: &store::Error) -> bool {
        !self.store.has_failed() && !error.is_damage()
    }

    /// What is open and wanted, and the store: for a core that goes on from what is kept.
    pub(crate) fn into_what_is_open(self) -> (Open, Store) {
        let open = Open {
            views: self.views,
            wanted: self.link.wanted,
        };
        (open, self.store)
    }

    /// Goes on with what was open, after a pause if need be.
    pub(crate) fn take_over(&mut self, open: Open, pause: Option<Pause>) {
        self.views = open.views;
        self.views.names_changed();
        self.views.nobody_types();
        self.link.wanted = open.wanted;
        self.standing.is_due = true;
        self.pause = pause;
    }

    /// Why nothing is tried any more.
    pub(crate) fn end(&self) -> Option<&Error> {
        match &self.link.state {
            link::State::Ended(error) => Some(error),
            _ => None,
        }
    }

    fn want(&mut self, input: &Input) {
        if matches!(self.end(), Some(Error::SignedOut)) {
            return;
        }
        let was_wanted = self.link.is_wanted();
        self.link.wanted.change(input);
        match (was_wanted, self.link.is_wanted()) {
            (false, true) => self.begin(),
            (true, false) => self.cease(),
            _ if matches!(input, Input::BeginSync) => self.hurry(),
            _ if matches!(input, Input::Start) && self.end().is_some() => self.begin(),
            _ => {}
        }
    }

    fn begin(&mut self) {
        if self.end().is_some() {
            self.link.state = link::State::Down { renew: false };
        }
        self.standing.is_due = true;
        self.hurry();
    }

    fn cease(&mut self) {
        self.link.state = link::State::Down { renew: false };
        self.link.is_doubted = false;
        self.views.nobody_types();
        self.effects.push(Effect::Disconnect);
    }

    fn hurry(&mut self) {
        self.pause = None;
        if self.link.hurry(self.now) {
            self.effects.push(Effect::Probe);
        }
        self.call_again();
        self.calls.pace.hurry();
        self.outbox.hurry();
    }

    /// Without a cursor, an overview comes first: it says where to begin.
    fn connect(&mut self, at: Moment) {
        let Some(after) = self.cursor.clone() else {
            return;
        };
        if let Some(renew) = self.link.connect(at.since_start) {
            self.standing.is_due |= self.link.attempts == 1;
            self.effects.push(Effect::Connect { renew, after });
        }
    }

    fn opened(&mut self, at: Moment) {
        if !self.link.is_wanted() {
            return;
        }
        // The answer to what was asked with an earlier attempt is old by now.
        self.standing.is_due |= self.link.attempts > 1;
        self.link.opened(at.since_start);
        self.calls.pace.hurry();
        self.outbox.hurry();
        let rooms = self.views.rooms_with_open_timelines();
        self.effects
            .extend(rooms.into_iter().map(Effect::WatchTyping));
        self.views.watches.are_stale();
        self.watch(self.views.watches.subjects());
    }

    fn failed(&mut self, failure: Failure, at: Moment) {
        let random = self.random.random();
        self.link.failed(failure, at.since_start, random);
        self.views.nobody_types();
    }

    /// The session has ended: nothing more is tried, and everything is kept for whoever signs in again.
    fn signed_out(&mut self) {
        self.link.wanted = link::Wanted::default();
        self.cease();
        self.link.state = link::State::Ended(Error::SignedOut);
    }

    /// Nothing gets through, as far as is known: everything waits for the next attempt to connect.
    fn is_cut_off(&self) -> bool {
        self.calls.is_unheard && self.link.is_waiting()
    }

    fn timeline_changed(&mut self, timeline: &Timeline) {
        self.views.changed.insert(timeline.clone());
    }
}
