//! Carries out what the machine decides: asks the server, keeps the store in step, one refresh at a time.

use super::machine::{Decision, Effect, Machine, Outcome};
use super::{Session, SessionStore, StoreError};
use crate::operations::account::{RefreshSession, RefreshSessionInput, RefreshVariables};
use crate::transport::http::Http;
use crate::{Error, User, environment};
use cynic::MutationBuilder;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

pub(crate) struct Keeper {
    machine: Mutex<Machine>,
    store: Arc<dyn SessionStore>,
    /// Held by whoever changes the session, so that two refreshes never race: the loser would present a token that
    /// the winner has used up.
    gate: tokio::sync::Mutex<()>,
    epoch: watch::Sender<u64>,
}

impl Keeper {
    pub(crate) fn new(store: Arc<dyn SessionStore>) -> Self {
        Self {
            machine: Mutex::default(),
            store,
            gate: tokio::sync::Mutex::new(()),
            epoch: watch::Sender::new(0),
        }
    }

    pub(crate) fn session(&self) -> Option<Session> {
        self.machine().session().cloned()
    }

    /// Changes whenever somebody signs in or out, or is signed out by the server.
    pub(crate) fn epoch(&self) -> watch::Receiver<u64> {
        self.epoch.subscribe()
    }

    pub(crate) async fn sign_in(&self, session: Session) -> Result<(), Error> {
        let _gate = self.gate.lock().await;
        self.machine().sign_in(session.clone());
        self.announce();
        self.store.save(&session).map_err(store_error)
    }

    pub(crate) async fn restore(&self) -> Result<Option<Session>, Error> {
        let _gate = self.gate.lock().await;
        let session = self.store.load().map_err(store_error)?;
        if let Some(session) = &session {
            self.machine().sign_in(session.clone());
            self.announce();
        }
        Ok(session)
    }

    pub(crate) async fn forget(&self) -> Result<(), Error> {
        let _gate = self.gate.lock().await;
        self.machine().forget();
        self.announce();
        self.store.clear().map_err(store_error)
    }

    /// The server calls the person differently from now on.
    pub(crate) async fn rename(&self, user: &User) {
        let _gate = self.gate.lock().await;
        let effect = self.machine().rename(user);
        self.apply(effect);
    }

    /// An access token that the server should take, refreshing when the current one is about to end or is the one
    /// `rejected`.
    pub(crate) async fn token(&self, http: &Http, rejected: Option<&str>) -> Result<String, Error> {
        if let Decision::Use(token) = self.decide(http, rejected) {
            return Ok(token);
        }
        let _gate = self.gate.lock().await;
        match self.decide(http, rejected) {
            Decision::Use(token) => Ok(token),
            Decision::SignedOut => Err(Error::SignedOut),
            Decision::Refresh {
                session,
                refresh_token,
                attempt_id,
                epoch,
            } => {
                self.store.save(&session).map_err(store_error)?;
                let input = RefreshSessionInput {
                    refresh_token: Some(refresh_token),
                    attempt_id: Some(attempt_id),
                };
                self.refresh(http, input, epoch).await
            }
        }
    }

    async fn refresh(
        &self,
        http: &Http,
        input: RefreshSessionInput,
        epoch: u64,
    ) -> Result<String, Error> {
        let operation = RefreshSession::build(RefreshVariables { input });
        let answer = match http.execute(&operation, None).await {
            Err(Error::Network { .. }) => http.execute(&operation, None).await,
            answer => answer,
        };
        let answer = answer.and_then(|data| data.refresh_session.into_grant());
        let (outcome, result) = match answer {
            Ok(grant) => (Outcome::Granted(grant.clone()), Ok(grant.access_token)),
            Err(error) if ends_session(&error) => (Outcome::Refused, Err(Error::SignedOut)),
            Err(error) => (Outcome::Unknown, Err(error)),
        };
        let effect = self.machine().refreshed(epoch, outcome);
        self.announce();
        self.apply(effect);
        result
    }

    /// The server has answered already, so a store that fails here must not turn success into failure: the stored
    /// attempt id still leads to the same answer at the next start.
    fn apply(&self, effect: Effect) {
        let kept = match effect {
            Effect::Save(session) => self.store.save(&session),
            Effect::Clear => self.store.clear(),
            Effect::Nothing => Ok(()),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the session store did not take the changed session");
        }
    }

    fn decide(&self, http: &Http, rejected: Option<&str>) -> Decision {
        self.machine()
            .token(http.server_time(), rejected, environment::random_id())
    }

    fn announce(&self) {
        let epoch = self.machine().epoch();
        self.epoch
            .send_if_modified(|known| std::mem::replace(known, epoch) != epoch);
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the server's answer to a refresh means that this session will never be refreshed again.
fn ends_session(error: &Error) -> bool {
    matches!(
        error,
        Error::SignedOut
            | Error::Expired { .. }
            | Error::Invalid { .. }
            | Error::NotFound { .. }
            | Error::Forbidden { .. }
            | Error::Banned { .. }
    )
}

fn store_error(error: StoreError) -> Error {
    Error::SessionStore {
        reason: error.to_string(),
    }
}
