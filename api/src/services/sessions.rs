//! Logins: proving them, renewing them, ending them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::text;
use super::transaction::Transaction;
use crate::auth::tokens::TokenError;
use crate::model::{EventKind, NewEvent, Session, SessionId, Timestamp, User, UserId};

/// A session that is not used for this long is over.
pub const IDLE_LIFETIME: Duration = Duration::from_hours(90 * 24);

/// How long a device may ask again with a spent refresh token, when it cannot prove by its
/// attempt id that it is the one that spent it.
const RETRY_WINDOW: Duration = Duration::from_mins(1);

const LOOK_UP_RETRY: Duration = Duration::from_secs(1);

const DEVICE_MOST: usize = 100;

const LISTED_MOST: i64 = 100;

/// A login, with the tokens that prove it.
pub struct SignedIn {
    pub session: Session,
    pub user: User,
    pub access_token: String,
    pub access_token_expires_at: Timestamp,
    pub refresh_token: String,
}

pub struct Sessions(Arc<Core>);

impl Sessions {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Who is behind an access token; `None` when it is not, or no longer, good.
    pub async fn authenticate(&self, access_token: &str) -> Result<Option<Viewer>> {
        let now = self.0.now().as_seconds();
        let claims = match self.0.access_tokens.verify(access_token, now) {
            Ok(claims) => claims,
            Err(TokenError::Malformed | TokenError::Expired) => return Ok(None),
        };
        let viewer = Viewer {
            user_id: claims.user.into(),
            session_id: claims.session.into(),
        };
        let owner = self.find_owner(viewer.session_id).await?;
        Ok((owner == Some(viewer.user_id)).then_some(viewer))
    }

    /// Whose session this is, if it lives.
    async fn find_owner(&self, id: SessionId) -> Result<Option<UserId>> {
        let known = &self.0.live_sessions.known;
        let now = self.0.now();
        if let Some(user) = known.find(id, now) {
            return Ok(Some(user));
        }
        let before = known.before_lookup();
        let session = self.find_live(id).await?;
        if let Some(session) = &session {
            known.remember(&before, id, session.user_id, now);
        }
        Ok(session.map(|session| session.user_id))
    }

    /// Returns when the session has ended, now or before.
    pub async fn ended(&self, id: SessionId) {
        let mut watch = self.0.live_sessions.watch(id);
        loop {
            // Boxed, because this future lives as long as its socket, and the look-up is large.
            match Box::pin(self.find_live(id)).await {
                Ok(Some(_)) => return watch.ended().await,
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "cannot look a session up; trying again");
                    tokio::time::sleep(LOOK_UP_RETRY).await;
                }
            }
        }
    }

    /// Those of these that are the person's and live.
    pub async fn find(&self, owner: UserId, ids: Vec<SessionId>) -> Result<Vec<Session>> {
        let mut sessions = self.0.read().await?.find_sessions(ids).await?;
        sessions.retain(|session| session.user_id == owner && session.ended_at.is_none());
        Ok(sessions)
    }

    /// Exchanges a refresh token for the next one. A token can be spent once; the device that
    /// spent the newest one may ask again and gets the same answer, until it uses that answer.
    pub async fn refresh(
        &self,
        refresh_token: &str,
        attempt_id: Option<String>,
        from: IpAddr,
    ) -> Result<SignedIn> {
        let attempt_id = text::client_key("attemptId", attempt_id)?;
        let (id, generation) = self
            .0
            .refresh_tokens
            .parse(refresh_token)
            .ok_or_else(wrong_token)?;
        let session = self.find_live(id.into()).await?.ok_or_else(wrong_token)?;
        let now = self.0.now();
        if now.since(session.last_used_at) > IDLE_LIFETIME {
            return Err(Error::Expired("This session has expired"));
        }
        let session = if generation == session.generation {
            self.rotate(session, attempt_id.as_deref(), from).await?
        } else {
            session
        };
        if session.generation == generation + 1 && may_retry(&session, attempt_id, now) {
            return self.sign_in(self.note_address(session, from).await?).await;
        }
        tracing::warn!(session = %session.id, "a spent refresh token came again: session revoked");
        self.end(session.id).await?;
        Err(wrong_token())
    }

    /// Ends a session. Its sockets close, and its tokens are worth nothing from now on.
    pub async fn end(&self, id: SessionId) -> Result<()> {
        let now = self.0.now();
        let mut transaction = self.0.begin().await?;
        if transaction.end_session(id, now).await? {
            let kind = EventKind::SessionEnded { session: id };
            transaction.record(NewEvent { at: now, kind });
        }
        transaction.commit().await
    }

    /// Ends a session of the viewer's. Nothing happens when it has ended already.
    pub async fn revoke(&self, viewer: Viewer, id: SessionId) -> Result<()> {
        self.0.check_write(viewer)?;
        let session = self.0.read().await?.find_session(id).await?;
        match session.filter(|session| session.user_id == viewer.user_id) {
            Some(session) => self.end(session.id).await,
            None => Err(Error::NotFound("Session")),
        }
    }

    /// Ends all sessions of the viewer's but the one that asks.
    pub async fn revoke_others(&self, viewer: Viewer) -> Result<()> {
        self.0.check_write(viewer)?;
        let mut transaction = self.0.begin().await?;
        let kept = Some(viewer.session_id);
        end_sessions_of(&mut transaction, viewer.user_id, kept, self.0.now()).await?;
        transaction.commit().await
    }

    /// The viewer's logins that are still good, at most 100, the last used first.
    pub async fn list(&self, viewer: Viewer) -> Result<Vec<Session>> {
        let since = self.0.now() - IDLE_LIFETIME;
        let mut connection = self.0.read().await?;
        let sessions = connection.list_sessions(viewer.user_id, since, LISTED_MOST);
        Ok(sessions.await?)
    }

    pub(super) fn start(
        &self,
        user: UserId,
        device: Option<&str>,
        from: IpAddr,
    ) -> Result<Session> {
        let now = self.0.now();
        let device = text::optional_line("device", device, DEVICE_MOST)?;
        Ok(Session {
            id: self.0.ids.next(now),
            user_id: user,
            device: device.unwrap_or_else(|| "Unnamed device".to_owned()),
            generation: 0,
            rotated_at: now,
            attempt_id: None,
            created_at: now,
            last_used_at: now,
            last_used_from: from.to_string(),
            ended_at: None,
        })
    }

    /// The tokens of a session's current generation.
    pub(super) async fn sign_in(&self, session: Session) -> Result<SignedIn> {
        let user = self
            .0
            .read()
            .await?
            .find_users(vec![session.user_id])
            .await?
            .pop();
        let user = user.ok_or_else(wrong_token)?;
        let (access_token, expires_at) = self.0.access_tokens.issue(
            *user.id.as_uuid(),
            *session.id.as_uuid(),
            self.0.now().as_seconds(),
        );
        let refresh_token = self
            .0
            .refresh_tokens
            .issue(*session.id.as_uuid(), session.generation);
        Ok(SignedIn {
            session,
            user,
            access_token,
            access_token_expires_at: Timestamp::from_millis(expires_at * 1_000),
            refresh_token,
        })
    }

    async fn find_live(&self, id: SessionId) -> Result<Option<Session>> {
        let session = self.0.read().await?.find_session(id).await?;
        Ok(session.filter(|session| session.ended_at.is_none()))
    }

    /// A stranger may be who asks again, so the owner is to see from where.
    async fn note_address(&self, mut session: Session, from: IpAddr) -> Result<Session> {
        let (now, from) = (self.0.now(), from.to_string());
        if session.last_used_from != from {
            let mut transaction = self.0.begin().await?;
            transaction
                .update_session_address(session.id, &from, now)
                .await?;
            transaction.commit().await?;
            (session.last_used_at, session.last_used_from) = (now, from);
        }
        Ok(session)
    }

    /// The session one generation on, whether this call or a concurrent one took it there.
    async fn rotate(
        &self,
        session: Session,
        attempt_id: Option<&str>,
        from: IpAddr,
    ) -> Result<Session> {
        let (now, from) = (self.0.now(), from.to_string());
        let mut transaction = self.0.begin().await?;
        let rotated = transaction
            .rotate_session(session.id, session.generation, attempt_id, &from, now)
            .await?;
        transaction.commit().await?;
        match rotated {
            Some(rotated) => Ok(rotated),
            None => self.find_live(session.id).await?.ok_or_else(wrong_token),
        }
    }
}

/// Ends all sessions of a person, apart from one, with an event each.
pub(super) async fn end_sessions_of(
    transaction: &mut Transaction,
    user: UserId,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<()> {
    for session in transaction.end_sessions_of(user, except, now).await? {
        let kind = EventKind::SessionEnded { session };
        transaction.record(NewEvent { at: now, kind });
    }
    Ok(())
}

fn may_retry(session: &Session, attempt_id: Option<String>, now: Timestamp) -> bool {
    let same_attempt = attempt_id.is_some() && attempt_id == session.attempt_id;
    same_attempt || now.since(session.rotated_at) <= RETRY_WINDOW
}

fn wrong_token() -> Error {
    Error::WrongCredentials("This login is no longer valid: please log in again")
}
