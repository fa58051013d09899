//! Signing up, logging in, and what people say of themselves.

mod credentials;
mod directory;
mod profile;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::core::Core;
use super::error::{Error, Result};
use super::sessions::{Sessions, SignedIn};
use super::text;
use crate::auth::password::{HashError, check_policy};
use crate::model::{Account, User, UserId};
use credentials::check_not_formerly;
use directory::be_found;

const DISPLAY_NAME_MOST: usize = 64;

pub struct Registration {
    pub username: String,
    pub password: String,
    /// The username when left out.
    pub display_name: Option<String>,
    pub device: Option<String>,
}

pub use credentials::PasswordChange;
pub(super) use credentials::name_digest;

pub struct Credentials {
    pub username: String,
    pub password: String,
    pub device: Option<String>,
}

pub struct Accounts {
    core: Arc<Core>,
    sessions: Sessions,
}

impl Accounts {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self {
            sessions: Sessions::new(Arc::clone(&core)),
            core,
        }
    }

    pub async fn register(&self, new: Registration, from: IpAddr) -> Result<SignedIn> {
        self.limit_address(from)?;
        let username = text::username(&new.username)?;
        let display_name = text::optional_line(
            "displayName",
            new.display_name.as_deref(),
            DISPLAY_NAME_MOST,
        )?;
        check_policy(&new.password)
            .map_err(|refused| Error::invalid("password", refused.to_string()))?;
        let now = self.core.now();
        let id = self.core.ids.next(now);
        let session = self.sessions.start(id, new.device.as_deref(), from)?;
        let mut connection = self.core.read().await?;
        if connection.find_user_by_username(&username).await?.is_some() {
            return Err(taken());
        }
        drop(connection);
        let password_hash = self
            .core
            .passwords
            .hash(new.password)
            .await
            .map_err(hashing)?;
        let display_name = display_name.unwrap_or_else(|| username.clone());
        let user = User::new(id, username, display_name, now);
        let account = Account {
            user,
            password_hash,
        };
        let mut transaction = self.core.begin().await?;
        if !transaction.insert_account(&account).await? {
            return Err(taken());
        }
        be_found(&mut transaction, &account.user).await?;
        check_not_formerly(&mut transaction, &account.user.username, id).await?;
        transaction.insert_session(&session).await?;
        transaction.commit().await?;
        self.sessions.sign_in(session).await
    }

    pub async fn login(&self, given: Credentials, from: IpAddr) -> Result<SignedIn> {
        // A name that nobody can have takes as long as one that nobody has.
        let username = text::username(&given.username).unwrap_or_default();
        self.core
            .rate_limits
            .check_login(&username, from)
            .map_err(|limited| Error::RateLimited {
                retry_after: limited.retry_after,
            })?;
        let account = self.core.read().await?.find_account(&username).await?;
        let hash = account
            .as_ref()
            .map(|account| account.password_hash.clone());
        let verdict = self
            .core
            .passwords
            .verify(given.password.clone(), hash)
            .await
            .map_err(hashing)?;
        let Some(account) = account.filter(|_| verdict.matches) else {
            return Err(wrong_credentials());
        };
        let session = self
            .sessions
            .start(account.user.id, given.device.as_deref(), from)?;
        let old = account.password_hash;
        let new = match verdict.rehash {
            true => {
                let hashed = self.core.passwords.hash(given.password).await;
                hashed.map_err(hashing)?
            }
            false => old.clone(),
        };
        let mut transaction = self.core.begin().await?;
        // Also when it stays: whoever changes it meanwhile ends the sessions that there are, and
        // this would be one more.
        if !transaction
            .replace_password_hash(account.user.id, &old, &new)
            .await?
        {
            return Err(wrong_credentials());
        }
        transaction.insert_session(&session).await?;
        transaction.commit().await?;
        self.sessions.sign_in(session).await
    }

    /// See [`Sessions::refresh`].
    pub async fn refresh(
        &self,
        refresh_token: &str,
        attempt_id: Option<String>,
        from: IpAddr,
    ) -> Result<SignedIn> {
        self.limit_address(from)?;
        self.sessions.refresh(refresh_token, attempt_id, from).await
    }

    pub async fn find(&self, id: UserId) -> Result<Option<User>> {
        Ok(self.core.read().await?.find_users(vec![id]).await?.pop())
    }

    pub async fn is_anybody_registered(&self) -> Result<bool> {
        Ok(self.core.read().await?.has_users().await?)
    }

    pub async fn find_by_username(&self, username: &str) -> Result<Option<User>> {
        let Ok(username) = text::username(username) else {
            return Ok(None);
        };
        Ok(self
            .core
            .read()
            .await?
            .find_user_by_username(&username)
            .await?)
    }

    fn limit_address(&self, address: IpAddr) -> Result<()> {
        self.core
            .rate_limits
            .check_address(address)
            .map_err(|limited| Error::RateLimited {
                retry_after: limited.retry_after,
            })
    }
}

fn wrong_credentials() -> Error {
    Error::WrongCredentials("Wrong username or password")
}

fn taken() -> Error {
    Error::Conflict {
        field: "username",
        message: "This username is taken",
    }
}

fn hashing(error: HashError) -> Error {
    match error {
        HashError::Busy => Error::Busy {
            retry_after: Duration::from_secs(5),
        },
        error => Error::Internal(Box::new(error)),
    }
}
