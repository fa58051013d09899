//! A device: its app, which drives a core as the real driver does, and its disk, which outlives the app.

use crate::store::{Entry, Key, Location, Store, Timeline};
use crate::sync::views::{RoomListItem, TimelineItem, ViewId};
use crate::sync::{Core, Moment};
use crate::{UserId, store};
use eyeball_im::{VectorDiff, VectorSubscriber, VectorSubscriberBatchedStream};
use futures_util::{FutureExt, StreamExt};
use imbl::Vector;
use jiff::tz::TimeZone;
use rand::Rng;
use rand::rngs::StdRng;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(super) struct Device {
    pub(super) user: usize,
    disk: Disk,
    /// What was still to be said when the app ran last.
    pub(super) left: Vec<Entry>,
    pub(super) app: Option<App>,
    /// How often the app was started.
    pub(super) starts: u64,
    fuse: Arc<AtomicI64>,
    /// How far its clock is wrong, in seconds.
    pub(super) clock: i64,
    pub(super) session: Session,
}

/// Memory is fast; a file can be encrypted and damaged. The connection is not there while the app runs.
enum Disk {
    Memory(Option<Connection>),
    File(TempDir, Location),
}

/// What becomes of a file while no app has it open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Damage {
    /// A newer version of the app has had it.
    Newer,
    /// Something else is where a page was.
    Page { page: u64, content: u8 },
    /// The end is not there any more.
    End { pages: u64 },
}

impl Damage {
    pub(super) fn random(random: &mut StdRng) -> Self {
        let page = random.random();
        match random.random_range(0..4) {
            0 => Self::Newer,
            1 => Self::End { pages: page },
            2 => Self::Page { page, content: 0 },
            _ => Self::Page {
                page,
                content: 0xA5,
            },
        }
    }

    fn happens_to(self, file: &Path) -> std::io::Result<()> {
        const PAGE: usize = 4096;
        let mut content = std::fs::read(file)?;
        let pages = (content.len() / PAGE).max(1) as u64;
        match self {
            Self::Newer => {}
            Self::Page {
                page,
                content: byte,
            } => {
                let from = (page % pages) as usize * PAGE;
                let end = content.len().min(from + PAGE);
                content[from..end].fill(byte);
            }
            Self::End { pages: kept } => content.truncate((kept % pages) as usize * PAGE + 100),
        }
        std::fs::write(file, content)
    }
}

/// What the server says to the device's token.
pub(super) struct Session {
    /// A person who signs in has another one.
    pub(super) number: u64,
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
    pub(super) fn in_memory(user: usize) -> Self {
        let disk = Connection::open_in_memory().expect("a database");
        Self::new(user, Disk::Memory(Some(disk)))
    }

    pub(super) fn on_disk(user: usize, is_encrypted: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let location = Location::File {
            path: folder.path().join("chat.db"),
            key: is_encrypted.then(|| Key::from([7; 32])),
        };
        Self::new(user, Disk::File(folder, location))
    }

    fn new(user: usize, disk: Disk) -> Self {
        Self {
            user,
            disk,
            left: Vec::new(),
            app: None,
            starts: 0,
            fuse: Arc::new(AtomicI64::new(i64::MAX)),
            clock: 0,
            session: Session {
                number: 0,
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

    /// A page of an encrypted file that is damaged looks like another key.
    pub(super) fn can_have(&self, damage: Damage) -> bool {
        match &self.disk {
            Disk::File(_, Location::File { key: Some(_), .. }) => matches!(damage, Damage::Newer),
            Disk::File(..) => self.starts > 0,
            Disk::Memory(_) => false,
        }
    }

    pub(super) fn start_app(
        &mut self,
        now: Duration,
        seed: u64,
        damage: Option<Damage>,
    ) -> store::Result<()> {
        let store = self.open(damage)?;
        let connection = store.connection();
        let burning = Arc::clone(&self.fuse);
        let hook = move || burning.fetch_sub(1, Ordering::Relaxed) <= 0;
        connection.commit_hook(Some(hook))?;
        // Here a battery is never taken out.
        connection.pragma_update(None, "synchronous", "OFF")?;
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

    /// Damage that is not noticed at once is noticed as soon as something is read that lies there.
    fn open(&mut self, damage: Option<Damage>) -> store::Result<Store> {
        let (folder, location) = match &mut self.disk {
            Disk::Memory(disk) => {
                return Store::set_up(disk.take().expect("an app runs already"));
            }
            Disk::File(folder, location) => (folder, location),
        };
        let Some(damage) = damage else {
            return Store::open(location);
        };
        if let Damage::Newer = damage {
            let store = Store::open(location)?;
            store.connection().pragma_update(None, "user_version", 99)?;
        } else {
            damage
                .happens_to(&folder.path().join("chat.db"))
                .expect("a file");
        }
        let store = Store::open(location)?;
        let found = store
            .connection()
            .pragma_query_value(None, "integrity_check", |row| row.get::<_, String>(0));
        if found.is_ok_and(|found| found == "ok") {
            return Ok(store);
        }
        drop(store);
        Store::open_again(location, &store::Error::damage())
    }

    pub(super) fn kill_app(&mut self) {
        if let Some(app) = self.app.take() {
            self.put_out_fuse();
            let store = app.core.into_store();
            self.left = store.read().list_entries().expect("entries");
            if let Disk::Memory(disk) = &mut self.disk {
                *disk = Some(store.into_connection());
            }
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
