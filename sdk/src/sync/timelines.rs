//! Pages of history: which are wanted, and what is asked for to get them.

use super::calls::{Calls, Purpose};
use super::{Call, Core, Moment};
use crate::history::History;
use crate::operations::sync::HistoryPage;
use crate::store::{self, Timeline};
use crate::{Message, MessageId, RoomId};
use std::collections::{BTreeMap, BTreeSet};
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
    given_up: BTreeSet<Timeline>,
}

impl Pages {
    pub(super) fn want(&mut self, timeline: &Timeline, missing: Missing) {
        if !self.given_up.contains(timeline) {
            self.wanted.insert(timeline.clone(), missing);
        }
    }

    pub(super) fn give_up(&mut self, timeline: &Timeline) {
        self.wanted.remove(timeline);
        self.given_up.insert(timeline.clone());
    }

    pub(super) fn ask_again(&mut self, timeline: &Timeline) {
        self.given_up.remove(timeline);
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(super) fn forget_room(&mut self, room: &RoomId) {
        self.wanted.retain(|timeline, _| timeline.room() != room);
        self.asked.retain(|timeline, _| timeline.room() != room);
        self.given_up.retain(|timeline| timeline.room() != room);
    }

    pub(super) fn wakes_at(&self, calls: &Calls) -> Option<Duration> {
        let mut wanted = self.wanted.keys().cloned();
        let waits = wanted.any(|timeline| !calls.is_under_way(&Purpose::Page(timeline)));
        waits.then(|| calls.pace.next())
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
                let before = match missing {
                    Missing::Before(first) => rows.nearest_older_cursor(timeline, first.seq)?,
                    Missing::Newest | Missing::After(_) | Missing::Around(_) => None,
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
        if !leads_on && !asked.is_some_and(|missing| missing.is_in(&page.messages)) {
            self.pages.give_up(timeline);
        }
        let first = page.messages.first().map(|first| first.id.clone());
        let newer: Vec<Message> = page
            .messages
            .into_iter()
            .map(|message| self.told.newest(message, begun, &self.viewer))
            .collect();
        self.store.write(|rows| {
            newer
                .iter()
                .try_for_each(|message| rows.put_message(message))?;
            self.told
                .people(begun)
                .try_for_each(|user| rows.put_user(user))?;
            match (first, &page.older) {
                (Some(first), Some(older)) => rows.set_older_cursor(&first, older),
                _ => Ok(()),
            }
        })?;
        self.timeline_changed(timeline);
        Ok(())
    }
}
