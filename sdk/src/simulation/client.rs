//! A device: its app, which drives a core as the real driver does, and its disk, which outlives the app.

use crate::store::{Store, Timeline};
use crate::sync::views::{RoomListItem, TimelineItem, ViewId};
use crate::sync::{Core, Moment};
use crate::{UserId, store};
use eyeball_im::{VectorDiff, VectorSubscriber, VectorSubscriberBatchedStream};
use futures_util::{FutureExt, StreamExt};
use imbl::Vector;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub(super) struct Device {
    pub(super) user: usize,
    /// Not there while the app runs.
    disk: Option<Connection>,
    pub(super) app: Option<App>,
    /// How often the app was started.
    pub(super) starts: u64,
    fuse: Arc<AtomicI64>,
    /// How far its clock is wrong, in seconds.
    pub(super) clock: i64,
    pub(super) session: Session,
}

/// What the server says to the device's token.
pub(super) struct Session {
    pub(super) is_over: bool,
    pub(super) token_until: Duration,
}

pub(super) struct App {
    pub(super) core: Core,
    begun: Duration,
    pub(super) wakes_at: Option<Duration>,
    /// The connection that the core asked for last.
    pub(super) link: Option<u64>,
    pub(super) is_wanted: bool,
    pub(super) rooms: Mirror<RoomListItem>,
    pub(super) timelines: Vec<OpenTimeline>,
}

pub(super) struct OpenTimeline {
    pub(super) id: ViewId,
    pub(super) timeline: Timeline,
    pub(super) is_whole: bool,
    pub(super) items: Mirror<TimelineItem>,
}

/// A list as somebody sees it who only hears of its changes.
pub(super) struct Mirror<T: Clone + 'static> {
    pub(super) shown: Vector<T>,
    steps: VectorSubscriberBatchedStream<T>,
}

impl<T: Clone + Send + Sync + 'static> Mirror<T> {
    pub(super) fn of(subscriber: VectorSubscriber<T>) -> Self {
        let (shown, steps) = subscriber.into_values_and_batched_stream();
        Self { shown, steps }
    }

    pub(super) fn follow(&mut self) {
        while let Some(Some(steps)) = self.steps.next().now_or_never() {
            for step in steps {
                self.check(&step);
                step.apply(&mut self.shown);
            }
        }
    }

    /// What a list view would crash at.
    fn check(&self, step: &VectorDiff<T>) {
        let len = self.shown.len();
        match step {
            VectorDiff::Set { index, .. } | VectorDiff::Remove { index } => assert!(*index < len),
            VectorDiff::Insert { index, .. } => assert!(*index <= len),
            _ => {}
        }
    }
}

impl Device {
    pub(super) fn new(user: usize) -> Self {
        let disk = Connection::open_in_memory().expect("a database");
        let fuse = Arc::new(AtomicI64::new(i64::MAX));
        let burning = Arc::clone(&fuse);
        let hook = move || burning.fetch_sub(1, Ordering::Relaxed) <= 0;
        disk.commit_hook(Some(hook)).expect("a hook");
        Self {
            user,
            disk: Some(disk),
            app: None,
            starts: 0,
            fuse,
            clock: 0,
            session: Session {
                is_over: false,
                token_until: Duration::ZERO,
            },
        }
    }

    /// The app is killed at the write after so many more.
    pub(super) fn light_fuse(&self, writes: i64) {
        self.fuse.store(writes, Ordering::Relaxed);
    }

    pub(super) fn put_out_fuse(&self) {
        self.fuse.store(i64::MAX, Ordering::Relaxed);
    }

    pub(super) fn start_app(&mut self, now: Duration, seed: u64) -> store::Result<()> {
        let disk = self.disk.take().expect("an app runs already");
        let store = Store::set_up(disk)?;
        let user = UserId::from(format!("usr_{}", self.user));
        let mut core = Core::new(store, user, TimeZone::UTC, seed)?;
        let rooms = Mirror::of(core.watch_rooms()?);
        self.starts += 1;
        self.app = Some(App {
            core,
            begun: now,
            wakes_at: None,
            link: None,
            is_wanted: false,
            rooms,
            timelines: Vec::new(),
        });
        Ok(())
    }

    pub(super) fn kill_app(&mut self) {
        if let Some(app) = self.app.take() {
            self.put_out_fuse();
            self.disk = Some(app.core.into_store().into_connection());
        }
    }

    /// When it is for the app.
    pub(super) fn moment(&self, now: Duration) -> Moment {
        let begun = self.app.as_ref().map(|app| app.begun);
        let wall = super::server::at(now);
        let clock = jiff::SignedDuration::from_secs(self.clock);
        Moment {
            since_start: now.saturating_sub(begun.unwrap_or_default()),
            wall: wall.checked_add(clock).expect("an instant"),
        }
    }
}

impl App {
    pub(super) fn follow(&mut self) {
        self.rooms.follow();
        for open in &mut self.timelines {
            open.items.follow();
        }
    }

    /// When it wants to be woken, on everyone's clock.
    pub(super) fn wakes_at(&self) -> Option<Duration> {
        self.core.wakes_at().map(|since| self.begun + since)
    }
}
