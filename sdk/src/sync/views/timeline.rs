//! A timeline that is open: a stretch of messages without a gap, and what is being sent.

use super::diff::become_like;
use super::items::{TimelineContent, TimelineItem, TimelineMessage};
use super::{ViewId, Views, lines};
use crate::store::{self, Task, Timeline};
use crate::sync::timelines::{Missing, TimelineState};
use crate::sync::{Core, Effect};
use crate::{Message, MessageId, RoomId, User};
use eyeball_im::{ObservableVector, VectorSubscriber};
use std::collections::HashMap;
use tokio::sync::watch;

/// How many messages a timeline begins with, where there are so many.
const AT_FIRST: usize = 50;

/// The key of the line that tells who is writing.
const TYPING: &str = "typing";

/// Where a timeline is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At its end, following what comes.
    End,
    /// With a message in its middle.
    At(MessageId),
}

pub(super) struct View {
    pub(super) timeline: Timeline,
    items: ObservableVector<TimelineItem>,
    pub(super) state: watch::Sender<TimelineState>,
    place: Place,
    /// The first and the last `seq` that is wanted; the last one is open at the end.
    from: Option<u64>,
    to: Option<u64>,
    /// How many more than at first are wanted before, as long as nothing is there to count from.
    more: u64,
    /// The last `seq` that was shown at the end.
    shown_to: Option<u64>,
    /// What the viewer had read when they opened it.
    read: u64,
}

impl Core {
    /// The timeline in which a message is, if it is known to be in another one: a reply is in its thread.
    pub(crate) fn timeline_at(&self, timeline: Timeline, place: &Place) -> store::Result<Timeline> {
        let known = match place {
            Place::At(message) => self.store.read().find_message(message)?,
            Place::End => None,
        };
        Ok(known.map_or(timeline, |message| Timeline::of(&message)))
    }

    pub(crate) fn open_timeline(
        &mut self,
        timeline: Timeline,
        place: Place,
    ) -> store::Result<ViewId> {
        let id = ViewId(self.views.next);
        self.views.next += 1;
        self.pages.ask_again(&timeline);
        let is_first = !self
            .views
            .rooms_with_open_timelines()
            .contains(timeline.room());
        if let (Timeline::Room(room), true, true) = (&timeline, is_first, self.link.is_open()) {
            self.effects.push(Effect::WatchTyping(room.clone()));
        }
        let view = View {
            read: self.last_read_seq(&timeline)?,
            timeline,
            items: ObservableVector::new(),
            state: watch::Sender::new(TimelineState::Idle),
            place,
            from: None,
            to: None,
            more: 0,
            shown_to: None,
        };
        self.views.timelines.insert(id, view);
        if let Err(error) = self.refresh_timeline(id) {
            self.close_timeline(id);
            return Err(error);
        }
        Ok(id)
    }

    /// The lines as they are, and how they change from now on; `None` when the timeline is closed.
    pub(crate) fn watch_timeline(&self, id: ViewId) -> Option<VectorSubscriber<TimelineItem>> {
        let view = self.views.timelines.get(&id)?;
        Some(view.items.subscribe())
    }

    pub(crate) fn watch_timeline_state(&self, id: ViewId) -> watch::Receiver<TimelineState> {
        match self.views.timelines.get(&id) {
            Some(view) => view.state.subscribe(),
            None => watch::channel(TimelineState::Idle).1,
        }
    }

    pub(crate) fn close_timeline(&mut self, id: ViewId) {
        let Some(view) = self.views.timelines.remove(&id) else {
            return;
        };
        let room = view.timeline.room();
        if !self.views.rooms_with_open_timelines().contains(room) {
            self.views.typing.remove(room);
            self.effects.push(Effect::UnwatchTyping(room.clone()));
        }
    }

    /// Wants so many more messages before what is there. What is on its way is not there yet: whoever asks twice wants
    /// the same.
    pub(crate) fn load_older(&mut self, id: ViewId, count: u64) -> store::Result<()> {
        if let Some(view) = self.views.timelines.get_mut(&id) {
            let first = view.items.iter().find_map(|item| item.message()?.seq);
            match (view.from, first) {
                (Some(from), Some(first)) => {
                    view.from = Some(from.min(first.saturating_sub(count)).max(1));
                }
                (None, _) => view.more = view.more.max(count),
                (Some(_), None) => {}
            }
            self.pages.ask_again(&view.timeline);
        }
        self.refresh_timeline(id)
    }

    /// Wants so many more messages after what is there, where it does not reach the end.
    pub(crate) fn load_newer(&mut self, id: ViewId, count: u64) -> store::Result<()> {
        if let Some(view) = self.views.timelines.get_mut(&id) {
            view.to = view.to.map(|to| to.saturating_add(count));
            self.pages.ask_again(&view.timeline);
        }
        self.refresh_timeline(id)
    }

    pub(super) fn refresh_timeline(&mut self, id: ViewId) -> store::Result<()> {
        let Some(mut view) = self.views.timelines.remove(&id) else {
            return Ok(());
        };
        let shown = self.stretch(&mut view);
        let shown = shown.and_then(|run| self.lines(&view, &run));
        let done = shown.map(|items| {
            become_like(&mut view.items, items, |item| item.key.clone());
        });
        self.views.timelines.insert(id, view);
        done
    }

    /// The messages to show, and the wish for those that are missing.
    fn stretch(&mut self, view: &mut View) -> store::Result<Vec<Message>> {
        let newest = self.store.read().newest_seq(&view.timeline)?;
        if let (Place::At(message), None) = (&view.place, view.from) {
            let Some(message) = self.store.read().find_message(message)? else {
                let missing = Missing::Around(message.clone());
                self.pages.want(&view.timeline, missing);
                return Ok(Vec::new());
            };
            let half = AT_FIRST as u64 / 2;
            view.from = Some(
                message
                    .seq
                    .saturating_sub(view.more.saturating_add(half))
                    .max(1),
            );
            view.to = Some(message.seq + half);
        }
        let told = self.newest_that_was_told(&view.timeline);
        if view.to.is_some_and(|to| Some(to) >= newest.max(told)) {
            (view.to, view.place) = (None, Place::End);
        }
        let run = match (view.place.clone(), newest) {
            (Place::End, None) => Vec::new(),
            (Place::End, Some(newest)) => self.stretch_to(view, newest)?,
            (Place::At(message), _) => self.stretch_around(view, &message)?,
        };
        if view.place == Place::End && (newest.is_none() || newest < told) {
            self.pages.want(&view.timeline, Missing::Newest);
        }
        Ok(run)
    }

    /// What is kept may end before the room does: where only an old piece of it was looked at.
    fn newest_that_was_told(&self, timeline: &Timeline) -> Option<u64> {
        match timeline {
            Timeline::Room(room) => {
                let last = self
                    .rooms
                    .get(room)
                    .and_then(|room| room.last_message.as_ref());
                last.map(|last| last.seq)
            }
            Timeline::Thread(..) => None,
        }
    }

    fn stretch_to(&mut self, view: &mut View, newest: u64) -> store::Result<Vec<Message>> {
        // A server that was restored from a backup ends before.
        view.from = view.from.filter(|from| *from <= newest);
        let wanted = match view.from {
            Some(from) => newest - from + 1,
            None => view.more.saturating_add(AT_FIRST as u64),
        };
        let mut wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let rows = self.store.read();
        let mut run = rows.run_before(&view.timeline, newest, wanted)?;
        let first = run.first().map(|first| first.seq);
        // The end that was known before is far above: what is between is there for whoever goes back. As many are shown
        // as where it is opened now.
        if view.shown_to.is_some_and(|shown| Some(shown + 1) < first) {
            view.from = None;
            wanted = AT_FIRST;
            run.drain(..run.len().saturating_sub(AT_FIRST));
        }
        view.shown_to = Some(newest);
        let Some(first) = run.first() else {
            return Ok(run);
        };
        let missing = wanted.saturating_sub(run.len()) as u64;
        let from = first.seq.saturating_sub(missing).max(1);
        view.from.get_or_insert(from);
        self.want_before(view, first.clone(), from);
        Ok(run)
    }

    fn stretch_around(
        &mut self,
        view: &mut View,
        message: &MessageId,
    ) -> store::Result<Vec<Message>> {
        let (from, to) = (view.from.unwrap_or(1), view.to.unwrap_or(u64::MAX));
        let rows = self.store.read();
        let Some(middle) = rows.find_message(message)? else {
            return Ok(Vec::new());
        };
        let count = |wanted: u64| usize::try_from(wanted).unwrap_or(usize::MAX);
        let before = count(middle.seq.saturating_sub(from) + 1);
        let after = count(to.saturating_sub(middle.seq) + 1);
        let mut run = rows.run_before(&view.timeline, middle.seq, before)?;
        let rest = rows.run_after(&view.timeline, middle.seq, after)?;
        run.extend(rest.into_iter().skip(1));
        if let Some(first) = run.first() {
            self.want_before(view, first.clone(), from);
        }
        if let Some(last) = run.last().filter(|last| last.seq < to) {
            let missing = Missing::After(last.id.clone());
            self.pages.want(&view.timeline, missing);
        }
        Ok(run)
    }

    fn want_before(&mut self, view: &View, first: Message, from: u64) {
        if first.seq > from {
            let missing = Missing::Before(Box::new(first));
            self.pages.want(&view.timeline, missing);
        }
    }

    fn lines(&self, view: &View, run: &[Message]) -> store::Result<Vec<TimelineItem>> {
        let own = self.viewer_as_user()?;
        let mut lines = lines::Lines::new(&self.time_zone, view.read);
        if run.first().is_some_and(|first| first.seq == 1) {
            lines.start();
        }
        for message in run {
            lines.push(message.seq, self.shown(message, &own)?);
        }
        if view.place == Place::End {
            for entry in &self.outbox.entries {
                let is_here = entry.timeline == view.timeline;
                let is_there =
                    entry.key.is_some() && run.iter().any(|message| message.client_id == entry.key);
                if let (Task::Send { body, reply_to }, true, false) =
                    (&entry.task, is_here, is_there)
                {
                    let shown = self.shown_unsent(entry, body, reply_to.as_ref(), &own)?;
                    lines.push(u64::MAX, shown);
                }
            }
        }
        let mut items = lines.into_items();
        items.extend(view.typing_line(&self.views.typing));
        Ok(items)
    }
}

impl Views {
    /// Where a message is in the middle, nothing is known of its surroundings any more.
    pub(in crate::sync) fn look_around_again(&mut self) {
        let views = self.timelines.values_mut();
        for view in views.filter(|view| view.place != Place::End) {
            (view.from, view.to) = (None, None);
        }
    }

    /// Touches nothing but the line itself: it comes and goes while people write.
    pub(super) fn refresh_typing(&mut self, room: &RoomId) {
        let views = self.timelines.values_mut();
        for view in views.filter(|view| view.timeline.room() == room) {
            view.show_typing(view.typing_line(&self.typing));
        }
    }
}

impl View {
    fn typing_line(&self, typing: &HashMap<RoomId, Vec<User>>) -> Option<TimelineItem> {
        let is_there = self.place == Place::End && self.timeline.root().is_none();
        let users = typing.get(self.timeline.room());
        let users = users.filter(|users| is_there && !users.is_empty())?;
        Some(TimelineItem {
            key: TYPING.to_owned(),
            content: TimelineContent::Typing(users.clone()),
        })
    }

    fn show_typing(&mut self, line: Option<TimelineItem>) {
        let last = self.items.len().checked_sub(1);
        let shown = last.filter(|index| self.items[*index].key == TYPING);
        match (shown, line) {
            (Some(index), Some(line)) if self.items[index] != line => {
                self.items.set(index, line);
            }
            (Some(index), None) => {
                self.items.remove(index);
            }
            (None, Some(line)) => self.items.push_back(line),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

impl TimelineItem {
    pub(super) fn message(&self) -> Option<&TimelineMessage> {
        match &self.content {
            TimelineContent::Message(message) => Some(message),
            _ => None,
        }
    }
}
