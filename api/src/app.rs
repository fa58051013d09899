//! The server as a whole: every part built once, and put together.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rand::TryRngCore;
use rand::rngs::OsRng;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::auth::keys::{KeyError, Keys};
use crate::auth::password::Passwords;
use crate::auth::rate_limit::RateLimits;
use crate::auth::refresh::RefreshTokens;
use crate::auth::tokens::AccessTokens;
use crate::config::{Config, DatabaseUrl};
use crate::graphql;
use crate::http::{
    AllowedOrigins, Authenticator, Drain, HttpParts, Limits, Login, LoginRefused, OperationData,
    Readiness, TrustedProxies,
};
use crate::model::{IdGenerator, SystemClock};
use crate::realtime::{Hub, LiveSessions};
use crate::services::{Core, Services};
use crate::storage::{self, Database, Location, OpenError};

/// How many events wait for one subscriber before it reads the log instead.
const SUBSCRIBER_QUEUE: usize = 64;

/// Why the server does not start. One line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: std::net::SocketAddr,
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
    #[error("cannot {0}: {1}")]
    System(&'static str, io::Error),
}

/// Serves until the process is told to stop.
pub async fn serve(config: Config) -> Result<(), StartError> {
    let address = config.listen;
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    make_data_folder(&config.data_dir)?;
    let keys = Keys::load_or_create(&config.data_dir)?;
    let database = Arc::new(open_database(&config.database).await?);
    let services = build_services(&keys, Arc::clone(&database)).await?;
    let drain = Drain::default();
    let router = crate::http::router(HttpParts {
        executor: graphql::build(Arc::clone(&services)),
        authenticator: Arc::new(Logins(services)),
        readiness: readiness(database),
        origins: AllowedOrigins::parse(config.allowed_origins.iter().map(|origin| origin.as_str()))
            .map_err(StartError::Setting)?,
        trusted_proxies: TrustedProxies::parse(
            config.trusted_proxies.iter().map(ToString::to_string),
        )
        .map_err(StartError::Setting)?,
        sdl: graphql::sdl(),
        jwks: keys.jwks(),
        limits: Limits::default(),
        drain: drain.clone(),
    });
    let stop = stop_signal()?;
    println!("Causerie is ready at http://{address}");
    println!("  App         http://{address}/");
    println!("  Playground  http://{address}/playground");
    println!("  Schema      http://{address}/schema.graphql");
    crate::http::serve(listener, router, drain, stop).await;
    Ok(())
}

async fn open_database(url: &DatabaseUrl) -> Result<Database, StartError> {
    let location = match url {
        DatabaseUrl::Sqlite(path) => Location::Sqlite(path.clone()),
        DatabaseUrl::Postgres(url) => Location::Postgres(url.clone()),
    };
    Database::open(&location)
        .await
        .map_err(|source| StartError::Database {
            location: url.clone(),
            source,
        })
}

async fn build_services(keys: &Keys, database: Arc<Database>) -> Result<Arc<Services>, StartError> {
    let mut seed = [0; 32];
    OsRng.try_fill_bytes(&mut seed).map_err(|error| {
        StartError::System("get randomness", io::Error::other(error.to_string()))
    })?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (hub, feed) = Hub::start(Arc::clone(&database), SUBSCRIBER_QUEUE).await?;
    Ok(Arc::new(Services::new(Core {
        database,
        clock: Arc::new(SystemClock),
        ids: IdGenerator::from_seed(seed),
        passwords: Passwords::new(cores),
        access_tokens: AccessTokens::new(keys),
        refresh_tokens: RefreshTokens::new(keys),
        rate_limits: RateLimits::new(),
        hub,
        feed,
        live_sessions: Arc::new(LiveSessions::default()),
    })))
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

fn readiness(database: Arc<Database>) -> Readiness {
    Readiness::new(move || {
        let database = Arc::clone(&database);
        async move {
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
                    tracing::error!(%error, "cannot check a login");
                    return Err(LoginRefused::Unavailable);
                }
            };
            let services = Arc::clone(&self.0);
            let ended = async move { services.sessions.ended(viewer.session_id).await };
            let (session, user) = (*viewer.session_id.as_uuid(), *viewer.user_id.as_uuid());
            Ok(Login::new(session, user, viewer, ended))
        })
    }

    fn prepare(&self, data: &mut OperationData) {
        graphql::prepare(&self.0, data);
    }
}
