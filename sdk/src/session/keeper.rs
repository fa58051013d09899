//! Carries out what the machine decides: asks the server, keeps the store in step, one refresh at a time.

use super::machine::{Decision, Effect, Machine, Outcome};
use super::{Session, SessionStore, StoreError};
use crate::operations::account::{RefreshSession, RefreshSessionInput, RefreshVariables};
use crate::transport::http::Http;
use crate::{Error, User, environment};
use cynic::MutationBuilder;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::task::spawn_blocking;

/// Held by whoever changes the session, so that two refreshes never race: the loser would present a token that the winner
/// has used up.
type Gate = OwnedMutexGuard<()>;

pub(crate) struct Keeper {
    machine: Mutex<Machine>,
    store: Arc<dyn SessionStore>,
    gate: Arc<tokio::sync::Mutex<()>>,
    epoch: watch::Sender<u64>,
    failures: Mutex<Failures>,
}

/// How often it has failed to refresh the session, and why it has the last time.
#[derive(Default)]
struct Failures {
    count: u64,
    last: Option<Error>,
}

impl Keeper {
    pub(crate) fn new(store: Arc<dyn SessionStore>) -> Self {
        Self {
            machine: Mutex::default(),
            store,
            gate: Arc::default(),
            epoch: watch::Sender::new(0),
            failures: Mutex::default(),
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
        let gate = self.gate().await;
        self.machine().sign_in(session.clone());
        self.failures().last = None;
        self.announce();
        let (_gate, ()) = self
            .ask_store(gate, move |store| store.save(&session))
            .await?;
        Ok(())
    }

    /// A session that is in use already is not taken back to what was kept of it earlier.
    pub(crate) async fn restore(&self) -> Result<Option<Session>, Error> {
        let gate = self.gate().await;
        let (_gate, kept) = self.ask_store(gate, |store| store.load()).await?;
        let Some(kept) = kept else {
            return Ok(None);
        };
        if !self.machine().learn(&kept) {
            self.machine().sign_in(kept);
            self.failures().last = None;
            self.announce();
        }
        Ok(self.session())
    }

    pub(crate) async fn forget(&self) -> Result<(), Error> {
        let gate = self.gate().await;
        self.machine().forget();
        self.announce();
        let (_gate, ()) = self.ask_store(gate, |store| store.clear()).await?;
        Ok(())
    }

    /// The server calls the person differently from now on.
    pub(crate) async fn rename(&self, user: &User) {
        let gate = self.gate().await;
        let effect = self.machine().rename(user);
        self.apply(gate, effect).await;
    }

    /// An access token that the server should take, refreshing when the current one is about to end or is the one
    /// `rejected`. Who waits for a refresh that fails fails with it, instead of waiting for one more.
    pub(crate) async fn token(&self, http: &Http, rejected: Option<&str>) -> Result<String, Error> {
        if let Decision::Use(token) = self.decide(http, rejected) {
            return Ok(token);
        }
        let failures = self.failures().count;
        let gate = self.gate().await;
        if let Some(error) = self.failed_since(failures) {
            return Err(error);
        }
        self.refresh(http, rejected, gate).await
    }

    async fn refresh(
        &self,
        http: &Http,
        rejected: Option<&str>,
        gate: Gate,
    ) -> Result<String, Error> {
        if let Decision::Use(token) = self.decide(http, rejected) {
            return Ok(token);
        }
        // Another client of the same store may have been quicker.
        let (gate, kept) = self.ask_store(gate, |store| store.load()).await?;
        if let Some(kept) = kept {
            self.machine().learn(&kept);
        }
        match self.decide(http, rejected) {
            Decision::Use(token) => Ok(token),
            Decision::SignedOut => Err(Error::SignedOut),
            Decision::Refresh {
                session,
                refresh_token,
                attempt_id,
                epoch,
            } => {
                let (gate, ()) = self
                    .ask_store(gate, move |store| store.save(&session))
                    .await?;
                let input = RefreshSessionInput {
                    refresh_token: Some(refresh_token),
                    attempt_id: Some(attempt_id),
                };
                self.exchange(http, input, epoch, gate).await
            }
        }
    }

    async fn exchange(
        &self,
        http: &Http,
        input: RefreshSessionInput,
        epoch: u64,
        gate: Gate,
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
        if let Err(error) = &result {
            self.fail(error);
        }
        let effect = self.machine().refreshed(epoch, outcome);
        self.announce();
        self.apply(gate, effect).await;
        result
    }

    /// The server has answered already, so a store that fails here must not turn success into failure: the stored
    /// attempt id still leads to the same answer at the next start.
    async fn apply(&self, gate: Gate, effect: Effect) {
        let kept = match effect {
            Effect::Save(session) => {
                self.ask_store(gate, move |store| store.save(&session))
                    .await
            }
            Effect::Clear => self.ask_store(gate, |store| store.clear()).await,
            Effect::Nothing => return,
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the session store did not take the changed session");
        }
    }

    /// On a thread that may block: an app's key store takes its time, or waits for the app. The gate is held until the store
    /// is done, even if nobody waits for it any more, so that what is saved last is what was decided last.
    async fn ask_store<T: Send + 'static>(
        &self,
        gate: Gate,
        question: impl FnOnce(&dyn SessionStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(Gate, T), Error> {
        let store = self.store.clone();
        let asked = spawn_blocking(move || (question(&*store), gate));
        let (answer, gate) = asked.await.map_err(|fault| store_error(&fault))?;
        let answer = answer.map_err(|error| store_error(&error))?;
        Ok((gate, answer))
    }

    async fn gate(&self) -> Gate {
        self.gate.clone().lock_owned().await
    }

    fn fail(&self, error: &Error) {
        let mut failures = self.failures();
        failures.count += 1;
        failures.last = Some(error.clone());
    }

    fn failed_since(&self, count: u64) -> Option<Error> {
        let failures = self.failures();
        failures.last.clone().filter(|_| failures.count != count)
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
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

fn store_error(error: &dyn std::fmt::Display) -> Error {
    Error::SessionStore {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
