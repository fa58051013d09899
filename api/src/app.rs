//! The server as a whole: every part built once, and put together.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use rand::TryRngCore;
use rand::rngs::OsRng;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::auth::keys::{KeyError, Keys};
use crate::auth::password::Passwords;
use crate::auth::rate_limit::RateLimits;
use crate::auth::refresh::RefreshTokens;
use crate::auth::tokens::AccessTokens;
use crate::config::{Config, DatabaseUrl};
use crate::demo::{self, DemoClock, Plan};
use crate::graphql;
use crate::http::{
    AllowedOrigins, Authenticator, Drain, Executors, HttpParts, Limits, Login, LoginRefused,
    OperationData, Readiness, TrustedProxies,
};
use crate::model::{Clock, IdGenerator, SystemClock};
use crate::realtime::{Attendance, Hub, LiveSessions, ReadMarks, Typing};
use crate::services::{Core, Services};
use crate::storage::{self, Database, Location, OpenError};

/// How often people are told what has changed of what only matters now.
const SETTLE: Duration = Duration::from_millis(250);

/// How often it is looked for messages whose time has come.
const DUE: Duration = Duration::from_secs(1);

/// How long writing the messages of those who did not wait for the answer may take at the end.
const LAST_MESSAGES: Duration = Duration::from_secs(5);

/// Why the server does not start. One line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("cannot use the data folder {}: {source}", folder.display())]
    DataFolder { folder: PathBuf, source: io::Error },
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("{location}: {source}")]
    Database {
        location: DatabaseUrl,
        source: OpenError,
    },
    #[error("cannot read the database: {0}")]
    Log(#[from] storage::Error),
    #[error("{0}")]
    Setting(String),
    #[error(transparent)]
    Demo(#[from] demo::Error),
    #[error("cannot {0}: {1}")]
    System(&'static str, io::Error),
}

/// Serves until the process is told to stop.
pub async fn serve(config: Config) -> Result<(), StartError> {
    let origins = AllowedOrigins::parse(&config.allowed_origins).map_err(StartError::Setting)?;
    let trusted_proxies =
        TrustedProxies::parse(&config.trusted_proxies).map_err(StartError::Setting)?;
    let address = config.listen;
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    make_data_folder(&config.data_dir)?;
    let keys = Keys::load_or_create(&config.data_dir)?;
    let location = location(&config.database);
    let opened = Database::open(&location).await;
    let database = Arc::new(opened_at(&config.database, opened)?);
    let limits = RateLimits::new(config.writes_per_second);
    let (services, hub_task) =
        build_services(&keys, Arc::clone(&database), Arc::new(SystemClock), limits).await?;
    look_after(&services);
    let drain = Drain::default();
    let router = crate::http::router(HttpParts {
        executors: Executors {
            strict: graphql::strict(Arc::clone(&services)),
            trusting: graphql::trusting(Arc::clone(&services)),
        },
        authenticator: Arc::new(Logins(Arc::clone(&services))),
        readiness: readiness(database, hub_task),
        origins,
        trusted_proxies,
        sdl: graphql::sdl(),
        jwks: keys.jwks(),
        limits: Limits::default(),
        drain: drain.clone(),
    });
    let stop = stop_signal()?;
    announce(address);
    crate::http::serve(listener, router, drain, stop).await;
    if timeout(LAST_MESSAGES, services.messages.finish())
        .await
        .is_err()
    {
        tracing::warn!("stopping with messages that are not written");
    }
    Ok(())
}

/// Fills an empty database with a made-up community.
pub async fn fill(config: Config, seed: u64, messages: u32) -> Result<(), StartError> {
    make_data_folder(&config.data_dir)?;
    let keys = Keys::load_or_create(&config.data_dir)?;
    let location = location(&config.database);
    let opened = Database::open_for_filling(&location).await;
    let database = Arc::new(opened_at(&config.database, opened)?);
    let (start, now) = (Instant::now(), SystemClock.now());
    let clock = Arc::new(DemoClock::new(now));
    // Nobody waits for people who are made up.
    let limits = RateLimits::new(0);
    let (services, _hub_task) =
        build_services(&keys, database, Arc::clone(&clock) as _, limits).await?;
    let plan = Plan { seed, messages };
    let told = |said: u32| tell(&format!("{said} of {messages} messages\n"));
    let filled = demo::fill(&services, &clock, now, plan, told).await?;
    services.messages.finish().await;
    let seconds = start.elapsed().as_secs();
    tell(&format!(
        "{filled}, after {seconds} s.\nNow start the server, with the same settings.\n"
    ));
    Ok(())
}

fn announce(address: SocketAddr) {
    tell(&format!(
        "Causerie is ready at http://{address}\n  \
         App         http://{address}/\n  \
         Playground  http://{address}/playground\n  \
         Schema      http://{address}/schema.graphql\n"
    ));
}

fn tell(text: &str) {
    // A closed standard output leaves nobody to tell.
    let _ = io::stdout().write_all(text.as_bytes());
}

fn location(url: &DatabaseUrl) -> Location {
    match url {
        DatabaseUrl::Sqlite(path) => Location::Sqlite(path.clone()),
        DatabaseUrl::Postgres(url) => Location::Postgres(url.clone()),
    }
}

fn opened_at(
    url: &DatabaseUrl,
    opened: Result<Database, OpenError>,
) -> Result<Database, StartError> {
    opened.map_err(|source| StartError::Database {
        location: url.clone(),
        source,
    })
}

/// The use cases, and the task that follows the log.
async fn build_services(
    keys: &Keys,
    database: Arc<Database>,
    clock: Arc<dyn Clock>,
    rate_limits: RateLimits,
) -> Result<(Arc<Services>, JoinHandle<()>), StartError> {
    let mut seed = [0; 32];
    OsRng.try_fill_bytes(&mut seed).map_err(|error| {
        StartError::System("get randomness", io::Error::other(error.to_string()))
    })?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let live_sessions = Arc::new(LiveSessions::default());
    let sessions = Arc::clone(&live_sessions);
    let (hub, feed, task) =
        Hub::start(Arc::clone(&database), sessions, Arc::clone(&clock), cores).await?;
    let services = Services::new(Core {
        database,
        typing: Typing::new(Arc::clone(&hub)),
        read_marks: ReadMarks::new(Arc::clone(&hub)),
        attendance: Attendance::new(Arc::clone(&clock)),
        clock,
        ids: IdGenerator::from_seed(seed),
        passwords: Passwords::new(cores),
        access_tokens: AccessTokens::new(keys),
        refresh_tokens: RefreshTokens::new(keys),
        rate_limits,
        hub,
        feed,
        live_sessions,
    });
    Ok((Arc::new(services), task))
}

/// Starts what is to be done by itself, for as long as the process lives.
fn look_after(services: &Arc<Services>) {
    tokio::spawn(settle_signals(Arc::clone(services)));
    let departing = Arc::clone(services);
    tokio::spawn(async move { departing.departures.attend_to().await });
    tokio::spawn(send_scheduled(Arc::clone(services)));
}

/// Looks after what passes by itself, for as long as the process lives.
async fn settle_signals(services: Arc<Services>) {
    let mut ticks = tokio::time::interval(SETTLE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = services.signals.settle().await {
            let cause = std::error::Error::source(&error).unwrap_or(&error);
            tracing::error!(%cause, "cannot tell who is there");
        }
    }
}

/// Sends what is due, for as long as the process lives.
async fn send_scheduled(services: Arc<Services>) {
    let mut ticks = tokio::time::interval(DUE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = services.messages.send_due().await {
            let cause = std::error::Error::source(&error).unwrap_or(&error);
            tracing::error!(%cause, "cannot send what is due; trying again");
        }
    }
}

/// Makes the folder, for its owner only, and finds out whether it can be written to.
fn make_data_folder(folder: &Path) -> Result<(), StartError> {
    let refused = |source| StartError::DataFolder {
        folder: folder.to_owned(),
        source,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(refused)?;
    let probe = folder.join(".writable");
    std::fs::write(&probe, [])
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(refused)
}

fn readiness(database: Arc<Database>, hub: JoinHandle<()>) -> Readiness {
    let hub = Arc::new(hub);
    Readiness::new(move || {
        let (database, hub) = (Arc::clone(&database), Arc::clone(&hub));
        async move {
            if hub.is_finished() {
                return Err("nobody follows the event log".to_owned());
            }
            let mut connection = database.read().await.map_err(|error| error.to_string())?;
            connection
                .log_head()
                .await
                .map_err(|error| error.to_string())?;
            Ok(())
        }
    })
}

/// Resolves at SIGTERM or SIGINT.
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, StartError> {
    let listen = |kind| signal(kind).map_err(|error| StartError::System("wait for signals", error));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// What HTTP needs to know of logins.
struct Logins(Arc<Services>);

impl Authenticator for Logins {
    fn authenticate<'a>(
        &'a self,
        access_token: &'a str,
    ) -> BoxFuture<'a, Result<Login, LoginRefused>> {
        Box::pin(async move {
            let viewer = match self.0.sessions.authenticate(access_token).await {
                Ok(Some(viewer)) => viewer,
                Ok(None) => return Err(LoginRefused::Invalid),
                Err(error) => {
                    let cause = std::error::Error::source(&error).unwrap_or(&error);
                    tracing::error!(%cause, "cannot check a login");
                    return Err(LoginRefused::Unavailable);
                }
            };
            let services = Arc::clone(&self.0);
            // Only sockets wait for the end, and only a socket makes a person present.
            let ended = async move {
                let _lease = services.signals.attend(viewer);
                services.sessions.ended(viewer.session_id).await;
            };
            let (session, user) = (*viewer.session_id.as_uuid(), *viewer.user_id.as_uuid());
            Ok(Login::new(session, user, viewer, ended))
        })
    }

    fn prepare(&self, data: &mut OperationData) {
        graphql::prepare(&self.0, data);
    }
}
