//! One subscriber's way through the event log.
//!
//! A tail is always in one of two states. *Reading*, it takes pages of the log after its
//! position. When a page reaches the end of the log it takes a place in the hub, reads once more
//! (so that nothing falls between the page and the place) and is *live*: events come from its
//! queue. When the queue overflows, or the person leaves a room, the hub closes it, and the tail
//! goes back to reading from its position. In both states it delivers each event at most once,
//! in log order, and only events of rooms that its person is in, from when they joined.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::hub::{Departures, Hub, Place};
use crate::model::{Event, EventKind, Position, RoomId, UserId};
use crate::storage::{self, Database};

const PAGE: i64 = 512;

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

/// The person is not, or no longer, in the one room that the tail follows.
#[derive(Debug)]
pub struct NotAMember;

pub struct Tail {
    database: Arc<Database>,
    hub: Arc<Hub>,
    user: UserId,
    /// The one room to follow, or all of the person's.
    room: Option<RoomId>,
    /// Everything up to here was delivered or is not for the person.
    position: Position,
    /// Read from the log and not yet delivered.
    page: VecDeque<Event>,
    /// The end of what was read: once the page is delivered, the position.
    read_to: Position,
    /// The rooms that the person is in, and since when.
    rooms: HashMap<RoomId, Position>,
    departures: Departures,
    live: Option<Place>,
}

enum Failure {
    NotAMember,
    Storage(storage::Error),
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl Tail {
    pub fn new(
        database: Arc<Database>,
        hub: Arc<Hub>,
        user: UserId,
        room: Option<RoomId>,
        after: Position,
    ) -> Self {
        Self {
            database,
            departures: hub.departures(user),
            hub,
            user,
            room,
            position: after,
            page: VecDeque::new(),
            read_to: after,
            rooms: HashMap::new(),
            live: None,
        }
    }

    /// The next event, waiting for it when there is none yet. A database that fails is asked
    /// again until it answers.
    pub async fn next(&mut self) -> Result<Arc<Event>, NotAMember> {
        let mut retry = FIRST_RETRY;
        loop {
            match self.step().await {
                Ok(Some(event)) => return Ok(event),
                Ok(None) => retry = FIRST_RETRY,
                Err(Failure::NotAMember) => return Err(NotAMember),
                Err(Failure::Storage(error)) => {
                    tracing::warn!(%error, "a subscriber cannot read the log; trying again");
                    tokio::time::sleep(retry).await;
                    retry = LAST_RETRY.min(retry * 2);
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Option<Arc<Event>>, Failure> {
        if self.departures.take() {
            self.go_back_to_reading();
        }
        if let Some(event) = self.page.pop_front() {
            self.position = event.position;
            return Ok(Some(Arc::new(event)));
        }
        self.position = self.position.max(self.read_to);
        let Some(place) = &mut self.live else {
            self.read_on().await?;
            return Ok(None);
        };
        match place.queue.recv().await {
            None => self.go_back_to_reading(),
            // What came before a departure must not be delivered after it.
            Some(_) if self.departures.take() => self.go_back_to_reading(),
            Some(event) => return Ok(self.admit(event)),
        }
        Ok(None)
    }

    /// A live event, if it is for this subscriber and was not read before.
    fn admit(&mut self, event: Arc<Event>) -> Option<Arc<Event>> {
        let room = event.kind.room()?;
        if let EventKind::MemberJoined { user, .. } = event.kind
            && user == self.user
        {
            self.rooms.entry(room).or_insert(event.position);
        }
        if event.position <= self.position {
            return None;
        }
        self.position = event.position;
        self.rooms
            .get(&room)
            .is_some_and(|joined| *joined <= event.position)
            .then_some(event)
    }

    fn go_back_to_reading(&mut self) {
        self.page.clear();
        self.read_to = self.position;
        self.live = None;
    }

    async fn read_on(&mut self) -> Result<(), Failure> {
        if !self.read_page().await? {
            return Ok(());
        }
        let place = self.hub.enter(self.user, self.room);
        loop {
            place.follow(self.rooms.keys());
            let followed: HashSet<RoomId> = self.rooms.keys().copied().collect();
            if !self.read_page().await? {
                return Ok(());
            }
            // What happened in a room before it was followed is only in the log.
            if self.rooms.keys().all(|room| followed.contains(room)) {
                self.live = Some(place);
                return Ok(());
            }
        }
    }

    /// Reads on from the end of what was read. True when that reached the end of the log.
    async fn read_page(&mut self) -> Result<bool, Failure> {
        let mut connection = self.database.read().await?;
        // The events first: memberships that are newer than them know of every room in them.
        let events = match self.room {
            Some(room) => {
                connection
                    .list_room_events(room, self.read_to, PAGE)
                    .await?
            }
            None => connection.list_events(self.read_to, PAGE).await?,
        };
        let memberships = match self.room {
            Some(room) => Vec::from_iter(connection.find_member(room, self.user).await?),
            None => connection.list_memberships(self.user).await?,
        };
        if self.room.is_some() && memberships.is_empty() {
            return Err(Failure::NotAMember);
        }
        let joined = |member: &crate::model::Member| (member.room_id, member.joined_position);
        self.rooms = memberships.iter().map(joined).collect();
        let at_the_end = (events.len() as i64) < PAGE;
        self.read_to = events.last().map_or(self.read_to, |event| event.position);
        let rooms = &self.rooms;
        self.page.extend(events.into_iter().filter(|event| {
            let joined = event.kind.room().and_then(|room| rooms.get(&room));
            joined.is_some_and(|joined| *joined <= event.position)
        }));
        Ok(at_the_end)
    }
}
