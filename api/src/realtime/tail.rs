//! One subscriber's way through the event log.
//!
//! A subscriber is always in one of two states. *Reading*, it takes pages of the log after its
//! position. When a page reaches the end of the log it takes a place in the hub, which holds
//! what happens from then on, reads once more (so that nothing falls between the page and the
//! place), and is *live*: the hub's writers send to it. When it reads too slowly, or its person
//! leaves a room, it goes back to reading from its position. In both states it gets each event
//! at most once, in log order, and only events of rooms that its person is in, from when they
//! joined; that they have left is the last that they hear of a room.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::audience::{Audience, Render};
use super::ended::{Ended, Failure, Patience};
use super::entries::read_entries;
use super::hub::{AudienceKey, Departures, Hub, Place};
use super::subscriber::Outlet;
use super::update::{Batch, Entry, Interest, Update};
use crate::model::{Event, EventKind, Position, RoomId, UserId};
use crate::storage::{Connection, Database};

const PAGE: i64 = 256;

/// How many pages that tell a person nothing are read before others get their turn.
const QUIET_PAGES: usize = 16;

/// How long the texts in one batch are, give or take the last.
const BATCH_BYTES: usize = 64 * 1024;

/// What someone follows, from where.
#[derive(Clone)]
pub struct Follow {
    pub database: Arc<Database>,
    pub hub: Arc<Hub>,
    pub user: UserId,
    /// The one room to follow, or all of the person's.
    pub room: Option<RoomId>,
    pub interest: Interest,
    pub after: Position,
}

/// What a reading subscriber does next.
pub enum Step {
    /// Sends this.
    Send(Update),
    /// Lets others go first: there was much to read, and nothing to send.
    Rest,
    /// Waits: from now on the hub sends.
    Live(Place),
}

/// A subscriber that reads.
pub struct Tail<O> {
    follow: Follow,
    audience: Arc<Audience>,
    outlet: O,
    departures: Departures,
    /// Everything up to here was sent, or is not for the person.
    sent: Position,
    /// The same before the last update.
    sent_before: Position,
    /// What the last update tells of, and what the last one did that could not be rendered.
    told: Vec<Position>,
    refused: Vec<Position>,
    /// Everything up to here was read.
    read_to: Position,
    /// The rooms that the person is in, and since when.
    rooms: HashMap<RoomId, Position>,
    /// Read and not yet sent.
    updates: VecDeque<Update>,
    /// Held since before the last page was read.
    place: Option<Place>,
    /// Whether the log is known to reach back to where reading began.
    checked: bool,
}

impl Follow {
    /// Starts reading. Once live, the subscriber is one of the audience of that key.
    pub fn read<R, O>(self, key: AudienceKey, render: impl FnOnce() -> R, outlet: O) -> Tail<O>
    where
        R: Render,
    {
        Tail {
            audience: self.hub.audience(key, self.interest, render),
            outlet,
            departures: self.hub.departures(self.user),
            sent: self.after,
            sent_before: self.after,
            told: Vec::new(),
            refused: Vec::new(),
            read_to: self.after,
            rooms: HashMap::new(),
            updates: VecDeque::new(),
            place: None,
            checked: false,
            follow: self,
        }
    }
}

impl<O: Outlet + Clone> Tail<O> {
    /// What to do next, after everything that was to be sent is sent. A database that fails is
    /// asked again until it answers.
    pub async fn next(&mut self) -> Result<Step, Ended> {
        let (mut patience, mut pages) = (Patience::default(), 0);
        loop {
            if self.departures.take() {
                self.forget_what_was_read();
            }
            if let Some(update) = self.updates.pop_front() {
                self.sent_before = self.sent;
                self.sent = update.position().unwrap_or(self.sent);
                let entries = update.entries().iter();
                self.told = entries.map(|entry| entry.event.position).collect();
                return Ok(Step::Send(update));
            }
            self.sent = self.read_to;
            if let Some(place) = self.place.take()
                && place.release(self.read_to)
            {
                return Ok(Step::Live(place));
            }
            if pages == QUIET_PAGES {
                return Ok(self.rest());
            }
            pages += 1;
            let read = self.read_on().await;
            patience.wait_if_failed(read).await?;
        }
    }

    /// Goes back to before the last update, which cannot be shown to the person: they may have
    /// left a room since it was read. False if it tells of what it did before, and there is no
    /// point.
    pub fn read_again(&mut self) -> bool {
        let told = std::mem::take(&mut self.told);
        let again = self.refused.iter().all(|position| told.contains(position));
        if told.is_empty() || again && !self.refused.is_empty() {
            return false;
        }
        self.refused = told;
        self.sent = self.sent_before;
        self.forget_what_was_read();
        true
    }

    /// Whoever keeps a cursor need not read all of that again.
    fn rest(&mut self) -> Step {
        self.told.clear();
        match self.follow.interest {
            Interest::Everything => Step::Send(Update::Batch(Batch {
                entries: Vec::new(),
                cursor: self.read_to,
                live: false,
                reset: false,
            })),
            _ => Step::Rest,
        }
    }

    /// What was read may be of the room that the person has left.
    fn forget_what_was_read(&mut self) {
        self.updates.clear();
        self.place = None;
        self.read_to = self.sent;
    }

    async fn read_on(&mut self) -> Result<(), Failure> {
        if !self.read_page().await? {
            return Ok(());
        }
        let follow = &self.follow;
        let (audience, outlet) = (Arc::clone(&self.audience), Box::new(self.outlet.clone()));
        let place = follow
            .hub
            .enter(follow.user, follow.room, None, audience, outlet);
        loop {
            place.follow(self.rooms.keys());
            let followed: HashSet<RoomId> = self.rooms.keys().copied().collect();
            if !self.read_page().await? {
                return Ok(());
            }
            // What happened in a room before it was followed is only in the log.
            if self.rooms.keys().all(|room| followed.contains(room)) {
                self.level();
                self.place = Some(place);
                return Ok(());
            }
        }
    }

    /// Reads on from the end of what was read. True when that reached the end of the log.
    async fn read_page(&mut self) -> Result<bool, Failure> {
        let mut connection = self.follow.database.read().await?;
        if !self.checked {
            self.check_reach(&mut connection).await?;
        }
        // The events first: memberships that are newer than them know of every room in them.
        let events = match self.follow.room {
            Some(room) => {
                connection
                    .list_room_events(room, self.read_to, PAGE)
                    .await?
            }
            None => connection.list_events(self.read_to, PAGE).await?,
        };
        self.read_memberships(&mut connection).await?;
        let at_the_end = (events.len() as i64) < PAGE;
        let read_to = events.last().map_or(self.read_to, |event| event.position);
        let mut concerning = events;
        concerning.retain(|event| self.concerns(event));
        let mut entries = read_entries(&mut connection, concerning).await?;
        entries.retain(|entry| self.follow.interest.includes(entry));
        self.read_to = read_to;
        self.take(entries);
        Ok(at_the_end)
    }

    async fn read_memberships(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        let user = self.follow.user;
        let memberships = match self.follow.room {
            Some(room) => Vec::from_iter(connection.find_member(room, user).await?),
            None => connection.list_memberships(user).await?,
        };
        if self.follow.room.is_some() && memberships.is_empty() {
            return Err(Failure::Ended(Ended::NotAMember));
        }
        let joined = |member: &crate::model::Member| (member.room_id, member.joined_position);
        self.rooms = memberships.iter().map(joined).collect();
        Ok(())
    }

    /// Positions are contiguous, so a gap after the cursor means that the log was trimmed.
    async fn check_reach(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        let (first, head) = connection.log_bounds().await?;
        let reaches = (first.0 - 1..=head.0).contains(&self.read_to.0);
        match self.follow.interest {
            _ if reaches => {}
            Interest::Messages
            | Interest::Thread(_)
            | Interest::Typing
            | Interest::Receipts
            | Interest::OwnReceipts
            | Interest::Presence => {
                return Err(Failure::Ended(Ended::OutOfLog));
            }
            Interest::Everything => {
                self.read_to = head;
                self.updates.push_back(Update::Batch(Batch {
                    entries: Vec::new(),
                    cursor: head,
                    live: false,
                    reset: true,
                }));
            }
        }
        self.checked = true;
        Ok(())
    }

    fn concerns(&self, event: &Event) -> bool {
        let user = self.follow.user;
        let is_private = |to| to != user;
        if !self.follow.interest.may_include(&event.kind)
            || event.kind.private_to().is_some_and(is_private)
        {
            return false;
        }
        if let EventKind::MemberLeft { user: left, .. } = event.kind
            && left == user
        {
            return true;
        }
        let room = event.kind.room();
        let joined = room.and_then(|room| self.rooms.get(&room));
        joined.is_some_and(|joined| *joined <= event.position)
    }

    fn take(&mut self, entries: Vec<Entry>) {
        let entries: Vec<Arc<Entry>> = entries.into_iter().map(Arc::new).collect();
        match self.follow.interest {
            Interest::Messages
            | Interest::Thread(_)
            | Interest::Typing
            | Interest::Receipts
            | Interest::OwnReceipts
            | Interest::Presence => {
                let updates = entries.into_iter().map(Update::Entry);
                self.updates.extend(updates);
            }
            Interest::Everything if entries.is_empty() => {}
            Interest::Everything => self.take_in_batches(entries),
        }
    }

    /// Somebody with a slow connection should get on by every batch.
    fn take_in_batches(&mut self, entries: Vec<Arc<Entry>>) {
        let mut rest = entries.into_iter().peekable();
        while rest.peek().is_some() {
            let mut size = 0;
            let mut batch = Vec::new();
            while let Some(entry) = rest.next_if(|_| size < BATCH_BYTES) {
                size += entry
                    .message
                    .as_ref()
                    .map_or(0, |message| message.body.len());
                batch.push(entry);
            }
            let last = batch.last().map(|entry| entry.event.position);
            let cursor = match rest.peek() {
                Some(_) => last.unwrap_or(self.read_to),
                None => self.read_to,
            };
            self.updates.push_back(Update::Batch(Batch {
                entries: batch,
                cursor,
                live: false,
                reset: false,
            }));
        }
    }

    /// The client learns that it is level with the log, from the last batch or an empty one.
    fn level(&mut self) {
        if self.follow.interest != Interest::Everything {
            return;
        }
        if let Some(Update::Batch(last)) = self.updates.back_mut()
            && !last.reset
        {
            last.live = true;
            last.cursor = self.read_to;
            return;
        }
        self.updates.push_back(Update::Batch(Batch {
            entries: Vec::new(),
            cursor: self.read_to,
            live: true,
            reset: false,
        }));
    }
}
