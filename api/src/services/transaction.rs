//! A change and its events as one: both are committed, then the events are announced.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::core::Core;
use super::error::Result;
use crate::model::{Event, EventKind, Message, NewEvent, Position, RoomId};
use crate::realtime::{Entry, Feed, LiveSessions};
use crate::storage::{self, Connection};

/// Dropped without [`Transaction::commit`], it undoes the change and forgets the events.
pub(super) struct Transaction {
    inner: storage::Transaction,
    events: Vec<NewEvent>,
    /// What each event is about.
    messages: Vec<Option<Message>>,
    feed: Feed,
    live_sessions: Arc<LiveSessions>,
}

impl Core {
    pub(super) async fn begin(&self) -> Result<Transaction> {
        Ok(Transaction {
            inner: self.database.begin().await?,
            events: Vec::new(),
            messages: Vec::new(),
            feed: self.feed.clone(),
            live_sessions: Arc::clone(&self.live_sessions),
        })
    }

    /// A connection for reading.
    pub(super) async fn read(&self) -> Result<Connection> {
        Ok(self.database.read().await?)
    }
}

impl Transaction {
    pub(super) fn record(&mut self, event: NewEvent) {
        self.events.push(event);
        self.messages.push(None);
    }

    /// Records what happened to a message, as the transaction leaves it.
    pub(super) fn record_about(&mut self, event: NewEvent, message: Message) {
        self.events.push(event);
        self.messages.push(Some(message));
    }

    /// Appending comes last, since it holds up everyone else's commits.
    pub(super) async fn commit(mut self) -> Result<()> {
        if self.events.is_empty() {
            return Ok(self.inner.commit().await?);
        }
        let placed = self.inner.append_events(self.events).await?;
        for (room, first) in first_joinings(&placed) {
            self.inner.place_new_members(room, first).await?;
        }
        self.inner.commit().await?;
        forget_ended_sessions(&self.live_sessions, &placed);
        let entries = placed.into_iter().zip(self.messages);
        let entries = entries.map(|(event, message)| Entry { event, message });
        self.feed.announce(entries.collect());
        Ok(())
    }
}

/// The rooms that people joined, and where in the log the first of them did.
fn first_joinings(placed: &[Event]) -> Vec<(RoomId, Position)> {
    let joinings = placed.iter().filter_map(|event| match event.kind {
        EventKind::MemberJoined { room, .. } => Some((room, event.position)),
        _ => None,
    });
    let mut first: Vec<_> = joinings.collect();
    first.dedup_by_key(|(room, _)| *room);
    first
}

/// The log tells this node too, but only after whoever ended a session has their answer.
fn forget_ended_sessions(live: &LiveSessions, committed: &[Event]) {
    for event in committed {
        if let EventKind::SessionEnded { session } = event.kind {
            live.known.forget(session);
        }
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.inner
    }
}
