//! One subscriber's way through the event log.
//!
//! A tail is always in one of two states. *Reading*, it takes pages of the log after its
//! position. When a page comes up short it registers with the hub, reads once more (so that
//! nothing falls between the page and the registration) and is *live*: events come from its
//! queue. When the queue overflows the hub closes it, and the tail goes back to reading from its
//! position. In both states it delivers each event at most once, in log order, and only events
//! of rooms that its person is in, from when they joined.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::hub::{Hub, Registration};
use crate::model::{Event, EventKind, Position, RoomId, UserId};
use crate::storage::{self, Database};

const PAGE: i64 = 100;

/// Why a tail ends.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The person is not, or no longer, in the one room that the tail follows.
    #[error("not a member")]
    NotAMember,
}

pub struct Tail {
    database: Arc<Database>,
    hub: Arc<Hub>,
    user: UserId,
    /// The one room to follow, or all of the person's.
    room: Option<RoomId>,
    /// Everything up to here was delivered or does not concern the person.
    position: Position,
    /// Read from the log and not yet delivered.
    page: VecDeque<Event>,
    live: Option<Live>,
}

struct Live {
    registration: Registration,
    /// The rooms that the person is in, and since when.
    rooms: HashMap<RoomId, Position>,
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
            hub,
            user,
            room,
            position: after,
            page: VecDeque::new(),
            live: None,
        }
    }

    /// The next event, waiting for it when there is none yet.
    pub async fn next(&mut self) -> Result<Arc<Event>, TailError> {
        loop {
            if let Some(event) = self.page.pop_front() {
                self.position = event.position;
                return Ok(Arc::new(event));
            }
            let Some(live) = &mut self.live else {
                self.read_on().await?;
                continue;
            };
            let Some(event) = live.registration.queue.recv().await else {
                self.live = None;
                continue;
            };
            if event.position > self.position {
                self.position = event.position;
                if self.admit(&event)? {
                    return Ok(event);
                }
            }
        }
    }

    async fn read_on(&mut self) -> Result<(), TailError> {
        self.page = self.read_page_after(self.position).await?;
        if (self.page.len() as i64) < PAGE {
            let live = self.register().await?;
            let after = self
                .page
                .back()
                .map_or(self.position, |event| event.position);
            let rest = self.read_page_after(after).await?;
            if (rest.len() as i64) < PAGE {
                self.live = Some(live);
            }
            self.page.extend(rest);
        }
        Ok(())
    }

    async fn register(&self) -> Result<Live, TailError> {
        let registration = self.hub.register(self.user);
        let mut connection = self.database.read().await?;
        let memberships = match self.room {
            None => connection.list_memberships(self.user).await?,
            Some(room) => match connection.find_member(room, self.user).await? {
                Some(member) => vec![member],
                None => return Err(TailError::NotAMember),
            },
        };
        let rooms: HashMap<_, _> = memberships
            .iter()
            .map(|member| (member.room_id, member.joined_position))
            .collect();
        registration.follow_rooms(rooms.keys().copied());
        Ok(Live {
            registration,
            rooms,
        })
    }

    async fn read_page_after(&self, after: Position) -> storage::Result<VecDeque<Event>> {
        let mut connection = self.database.read().await?;
        let events = connection
            .list_events_for_user(self.user, self.room, after, PAGE)
            .await?;
        Ok(events.into())
    }

    /// Whether a live event is for this subscriber; takes note of where the person is.
    fn admit(&mut self, event: &Event) -> Result<bool, TailError> {
        let Some(live) = &mut self.live else {
            return Ok(false);
        };
        match event.kind {
            EventKind::MemberJoined(user)
                if user == self.user && self.room.is_none_or(|room| room == event.room_id) =>
            {
                live.rooms.insert(event.room_id, event.position);
            }
            // An earlier leave may still be on its way when the person has joined again.
            EventKind::MemberLeft(user)
                if user == self.user
                    && live
                        .rooms
                        .get(&event.room_id)
                        .is_some_and(|at| *at <= event.position) =>
            {
                live.rooms.remove(&event.room_id);
                if self.room == Some(event.room_id) {
                    return Err(TailError::NotAMember);
                }
            }
            _ => {}
        }
        Ok(live
            .rooms
            .get(&event.room_id)
            .is_some_and(|joined| *joined <= event.position))
    }
}
