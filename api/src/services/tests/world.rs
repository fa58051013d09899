//! The use cases over a database of their own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::auth::keys::Keys;
use crate::auth::password::Passwords;
use crate::auth::rate_limit::RateLimits;
use crate::auth::refresh::RefreshTokens;
use crate::auth::tokens::AccessTokens;
use crate::model::{Clock, IdGenerator, SystemClock};
use crate::realtime::{Attendance, Hub, LiveSessions, ReadMarks, Typing};
use crate::services::accounts::Registration;
use crate::services::sessions::SignedIn;
use crate::services::{Core, Services};
use crate::storage::fixture::{Backend, Fixture};

pub struct World {
    pub services: Services,
    /// Follows the log.
    pub hub: JoinHandle<()>,
    pub fixture: Fixture,
}

impl World {
    /// `None` without a PostgreSQL server.
    pub async fn open(backend: Backend) -> Option<Self> {
        let fixture = Fixture::open(backend).await?;
        let database = Arc::clone(&fixture.database);
        let live_sessions = Arc::new(LiveSessions::default());
        let started = Hub::start(Arc::clone(&database), Arc::clone(&live_sessions), 1).await;
        let (hub, feed, task) = started.expect("a hub");
        let keys = Keys::for_tests(1);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let services = Services::new(Core {
            database,
            typing: Typing::new(Arc::clone(&hub)),
            read_marks: ReadMarks::new(Arc::clone(&hub)),
            attendance: Attendance::new(Arc::clone(&clock)),
            clock,
            ids: IdGenerator::from_seed([1; 32]),
            passwords: Passwords::new(1),
            access_tokens: AccessTokens::new(&keys),
            refresh_tokens: RefreshTokens::new(&keys),
            rate_limits: RateLimits::new(0),
            hub,
            feed,
            live_sessions,
        });
        Some(Self {
            services,
            hub: task,
            fixture,
        })
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
}
