//! Pages of history: which are wanted, and what is asked for to get them.

use super::calls::{Calls, Purpose};
use super::{Call, Core, Moment};
use crate::history::History;
use crate::operations::sync::HistoryPage;
use crate::store::{self, Timeline};
use crate::{Error, Message, MessageId, RoomId};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is missing of a timeline, seen from what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Newest,
    Before(Box<Message>),
    After(MessageId),
    Around(MessageId),
}

impl Missing {
    /// Whether a page has something of it. What was asked for in vain would be again.
    fn is_in(&self, page: &[Message]) -> bool {
        match self {
            Self::Newest => !page.is_empty(),
            Self::Before(first) => page.iter().any(|message| message.seq < first.seq),
            Self::After(last) => page
                .split_last()
                .is_some_and(|(_, before)| before.iter().any(|message| message.id == *last)),
            Self::Around(id) => page.iter().any(|message| message.id == *id),
        }
    }
}

#[derive(Default)]
pub(super) struct Pages {
    wanted: BTreeMap<Timeline, Missing>,
    /// What the pages under way were asked for; more may be known by the time they come.
    asked: BTreeMap<Timeline, Missing>,
    /// Asked for in vain: not again before somebody asks for more.
    given_up: BTreeMap<Timeline, Option<Error>>,
}

/// Whether what is wanted of a timeline is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineState {
    /// It is.
    Idle,
    /// Not yet: it comes as soon as the network lets it.
    Loading,
    /// It cannot be had: the room or the message is gone, or not for the person to see. Asking for more tries again.
    Failed(Error),
}

impl Pages {
    pub(super) fn want(&mut self, timeline: &Timeline, missing: Missing) {
        if !self.given_up.contains_key(timeline) {
            self.wanted.insert(timeline.clone(), missing);
        }
    }

    /// With an error where what is missing is not to be had.
    pub(super) fn give_up(&mut self, timeline: &Timeline, error: Option<Error>) {
        self.wanted.remove(timeline);
        self.given_up.insert(timeline.clone(), error);
    }

    pub(super) fn state(&self, timeline: &Timeline) -> TimelineState {
        match self.given_up.get(timeline) {
            Some(Some(error)) => TimelineState::Failed(error.clone()),
            None if self.wanted.contains_key(timeline) => TimelineState::Loading,
            Some(None) | None => TimelineState::Idle,
        }
    }

    pub(super) fn ask_again(&mut self, timeline: &Timeline) {
        self.given_up.remove(timeline);
    }

    /// What could not be seen by whoever was not in the room.
    pub(super) fn ask_again_in(&mut self, room: &RoomId) {
        self.given_up.retain(|timeline, _| timeline.room() != room);
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(super) fn forget_room(&mut self, room: &RoomId) {
        self.wanted.retain(|timeline, _| timeline.room() != room);
        self.asked.retain(|timeline, _| timeline.room() != room);
        self.ask_again_in(room);
    }

    pub(super) fn wakes_at(&self, calls: &Calls) -> Option<Duration> {
        let mut wanted = self.wanted.keys().cloned();
        let waits = wanted.any(|timeline| !calls.is_under_way(&Purpose::Page(timeline)));
        waits.then(|| calls.pace.next())
    }
}

fn gone() -> Error {
    Error::NotFound {
        reason: "There is no such message.".to_owned(),
    }
}

impl Core {
    /// Not before there is a cursor: what changes after the answer must come as an event.
    pub(super) fn ask_for_pages(&mut self, at: Moment) -> store::Result<()> {
        if self.cursor.is_none() || self.calls.pace.next() > at.since_start {
            return Ok(());
        }
        for (timeline, missing) in self.pages.wanted.clone() {
            let purpose = Purpose::Page(timeline.clone());
            if !self.calls.is_under_way(&purpose) {
                let call = self.page_call(&timeline, missing.clone())?;
                self.pages.asked.insert(timeline, missing);
                self.call(purpose, call);
            }
        }
        Ok(())
    }

    fn page_call(&self, timeline: &Timeline, missing: Missing) -> store::Result<Call> {
        let rows = self.store.read();
        Ok(match timeline {
            Timeline::Room(room) => {
                let page = match missing {
                    Missing::Newest => History::Newest,
                    Missing::After(id) | Missing::Around(id) => History::Around(id),
                    Missing::Before(first) => match rows.older_cursor(&first.id)? {
                        Some(cursor) => History::Before(cursor),
                        None => History::Around(first.id),
                    },
                };
                let room = room.clone();
                Call::History { room, page }
            }
            Timeline::Thread(_, root) => {
                // What comes after something is on the way there from the end.
                let beyond = match missing {
                    Missing::Newest => None,
                    Missing::Before(first) => Some(first.seq),
                    Missing::After(last) => rows.find_message(&last)?.map(|last| last.seq + 1),
                    Missing::Around(_) => Some(0),
                };
                let before = match beyond {
                    Some(seq) => rows.nearest_older_cursor(timeline, seq)?,
                    None => None,
                };
                let root = root.clone();
                Call::Thread { root, before }
            }
        })
    }

    pub(super) fn take_page(
        &mut self,
        timeline: &Timeline,
        page: HistoryPage,
        begun: u64,
    ) -> store::Result<()> {
        self.pages.wanted.remove(timeline);
        let asked = self.pages.asked.remove(timeline);
        if !self.rooms.contains_key(timeline.room()) {
            return Ok(());
        }
        // A thread is gone through from its end, what is kept already included.
        let leads_on = timeline.root().is_some() && page.older.is_some();
        let is_found = |missing: &Missing| missing.is_in(&page.messages);
        if !leads_on && !asked.as_ref().is_some_and(is_found) {
            let is_gone = matches!(asked, Some(Missing::Around(_)));
            self.pages.give_up(timeline, is_gone.then(gone));
        }
        let first = page.messages.first().map(|first| first.id.clone());
        let newer: Vec<Message> = page
            .messages
            .into_iter()
            .map(|message| self.told.newest(message, begun, &self.viewer))
            .collect();
        let room = timeline.room();
        let are_pins_stale = self.told.are_pins_newer(room, begun);
        self.store.write(|rows| {
            if are_pins_stale {
                rows.set_pins_stale(room)?;
            }
            newer
                .iter()
                .try_for_each(|message| rows.put_message(message))?;
            // What was refused once may have come there by another attempt, of which no event tells any more.
            let own = newer
                .iter()
                .filter(|message| message.author.id == self.viewer);
            for message in own {
                self.outbox.arrived(rows, message)?;
            }
            self.told
                .people(begun)
                .try_for_each(|user| rows.put_user(user))?;
            match (first, &page.older) {
                (Some(first), Some(older)) => rows.set_older_cursor(&first, older),
                _ => Ok(()),
            }
        })?;
        if are_pins_stale {
            self.standing.pins_are_stale(room);
        }
        self.timeline_changed(timeline);
        Ok(())
    }
}
