//! The use cases over a database of their own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::auth::keys::Keys;
use crate::auth::password::Passwords;
use crate::auth::rate_limit::RateLimits;
use crate::auth::refresh::RefreshTokens;
use crate::auth::tokens::AccessTokens;
use crate::model::{Clock, IdGenerator, Message, Room, RoomId, RoomKind, SystemClock, Timestamp};
use crate::realtime::{Attendance, Hub, LiveSessions, ReadMarks, Typing};
use crate::services::accounts::Registration;
use crate::services::error::Result;
use crate::services::messages::MessageDraft;
use crate::services::rooms::{RoomDraft, RoomReference};
use crate::services::sessions::SignedIn;
use crate::services::{Core, Services, Viewer};
use crate::storage::fixture::{Backend, Fixture};

/// Makes each named case, an `async fn(World)`, into two tests, one a database.
macro_rules! on_both {
    ($($case:ident)+) => {$(
        mod $case {
            use crate::services::tests::world::World;
            use crate::storage::fixture::Backend;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                if let Some(world) = World::open(Backend::Sqlite).await {
                    super::$case(world).await;
                }
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if let Some(world) = World::open(Backend::Postgres).await {
                    super::$case(world).await;
                }
            }
        }
    )+};
}

pub(super) use on_both;

/// The system's clock, which can be put forward.
#[derive(Default)]
pub struct Hands(AtomicI64);

impl Hands {
    pub fn forward(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).expect("a short time");
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::Relaxed);
        Timestamp::from_micros(SystemClock.now().as_micros() + ahead)
    }
}

pub struct World {
    pub services: Services,
    /// Follows the log.
    pub hub: JoinHandle<()>,
    pub fixture: Fixture,
    pub clock: Arc<Hands>,
}

async fn serve(fixture: &Fixture, clock: &Arc<Hands>, seed: u8) -> (Services, JoinHandle<()>) {
    let database = Arc::clone(&fixture.database);
    let live_sessions = Arc::new(LiveSessions::default());
    let hands: Arc<dyn Clock> = Arc::clone(clock) as _;
    let sessions = Arc::clone(&live_sessions);
    let started = Hub::start(Arc::clone(&database), sessions, hands, 1).await;
    let (hub, feed, task) = started.expect("a hub");
    let keys = Keys::for_tests(1);
    let clock: Arc<dyn Clock> = Arc::clone(clock) as _;
    let services = Services::new(Core {
        database,
        typing: Typing::new(Arc::clone(&hub)),
        read_marks: ReadMarks::new(Arc::clone(&hub)),
        attendance: Attendance::new(Arc::clone(&clock)),
        clock,
        ids: IdGenerator::from_seed([seed; 32]),
        passwords: Passwords::new(1),
        access_tokens: AccessTokens::new(&keys),
        refresh_tokens: RefreshTokens::new(&keys),
        rate_limits: RateLimits::new(0),
        hub,
        feed,
        live_sessions,
    });
    (services, task)
}

impl World {
    /// `None` without a PostgreSQL server.
    pub async fn open(backend: Backend) -> Option<Self> {
        let fixture = Fixture::open(backend).await?;
        let clock = Arc::new(Hands::default());
        let (services, hub) = serve(&fixture, &clock, 1).await;
        Some(Self {
            services,
            hub,
            fixture,
            clock,
        })
    }

    /// Another server over the same database: neither tells the other what it does.
    pub async fn beside(&self) -> Services {
        serve(&self.fixture, &self.clock, 2).await.0
    }

    pub async fn register(&self, username: &str) -> SignedIn {
        let new = Registration {
            username: username.to_owned(),
            password: "correct horse battery".to_owned(),
            display_name: None,
            device: None,
        };
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let registered = self.services.accounts.register(new, address).await;
        registered.expect("a new account")
    }

    pub async fn person(&self, username: &str) -> Viewer {
        let signed_in = self.register(username).await;
        Viewer {
            user_id: signed_in.session.user_id,
            session_id: signed_in.session.id,
        }
    }

    pub async fn send(
        &self,
        author: Viewer,
        room: RoomId,
        body: &str,
        client_id: Option<&str>,
    ) -> Result<Message> {
        let draft = MessageDraft {
            room_id: room,
            thread_root: None,
            body: body.to_owned(),
            client_id: client_id.map(ToOwned::to_owned),
            reply_to: None,
        };
        self.services.messages.send(author, draft).await
    }

    pub async fn channel(&self, owner: Viewer, name: &str) -> Room {
        let draft = RoomDraft {
            kind: RoomKind::Channel,
            name: name.to_owned(),
            topic: None,
            members: Vec::new(),
        };
        let created = self.services.rooms.create(owner, draft).await;
        created.expect("a channel")
    }

    pub async fn join(&self, viewer: Viewer, room: &Room) {
        let channel = RoomReference::Channel(room.id);
        let joined = self.services.rooms.join(viewer, channel).await;
        joined.expect("a membership");
    }
}
