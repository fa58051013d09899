//! Changing what one logs in with.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::members::tell_rooms_of;
use super::super::sessions::end_sessions_of;
use super::super::text;
use super::directory::be_found;
use super::{Accounts, hashing, taken};
use crate::auth::password::check_policy;
use crate::model::{Account, User, UserId};
use crate::storage::Connection;

/// How many names somebody can have had: each is lost to everyone else.
const FORMER_NAMES_MOST: i64 = 10;

pub struct PasswordChange {
    pub current: String,
    pub new: String,
}

impl Accounts {
    /// Changes the viewer's password, and ends all their other sessions.
    pub async fn change_password(
        &self,
        viewer: Viewer,
        change: PasswordChange,
        from: IpAddr,
    ) -> Result<()> {
        check_policy(&change.new)
            .map_err(|refused| Error::invalid("newPassword", refused.to_string()))?;
        let field = "currentPassword";
        let account = self.prove(viewer, change.current, field, from).await?;
        let new = self.core.passwords.hash(change.new).await;
        let new = new.map_err(hashing)?;
        let (id, old) = (viewer.user_id, account.password_hash);
        let mut transaction = self.core.begin().await?;
        if !transaction.replace_password_hash(id, &old, &new).await? {
            return Err(Error::WrongPassword { field });
        }
        let kept = Some(viewer.session_id);
        end_sessions_of(&mut transaction, id, kept, self.core.now()).await?;
        transaction.commit().await
    }

    /// Changes what the viewer is called by. Their former name stays theirs: they can go back to
    /// it, and nobody else can take it.
    pub async fn change_username(&self, viewer: Viewer, username: &str) -> Result<User> {
        self.core.check_profile(viewer)?;
        let username = text::username(username)?;
        let id = viewer.user_id;
        let before = self.find(id).await?.ok_or(Error::NotFound("User"))?;
        if before.username == username {
            return Ok(before);
        }
        let mut transaction = self.core.begin().await?;
        let renamed = transaction.update_username(id, &username).await?;
        let user = renamed.ok_or_else(taken)?;
        check_not_formerly(&mut transaction, &username, id).await?;
        be_found(&mut transaction, &user).await?;
        let former = name_digest(&before.username);
        transaction.keep_former_username(&former, id).await?;
        if transaction.count_former_usernames(id).await? > FORMER_NAMES_MOST {
            return Err(Error::Forbidden(
                "This account has had ten names: it can only go back to one of them",
            ));
        }
        tell_rooms_of(&mut transaction, id, self.core.now()).await?;
        transaction.commit().await?;
        Ok(user)
    }

    /// The viewer's account, if this is its password. Tried too often, nobody is told any more.
    pub(in crate::services) async fn prove(
        &self,
        viewer: Viewer,
        password: String,
        field: &'static str,
        from: IpAddr,
    ) -> Result<Account> {
        let mut connection = self.core.read().await?;
        let account = connection.find_account_of(viewer.user_id).await?;
        let account = account.ok_or(Error::NotFound("User"))?;
        drop(connection);
        self.core
            .rate_limits
            .check_login(&account.user.username, from)
            .map_err(|limited| Error::RateLimited {
                retry_after: limited.retry_after,
            })?;
        let hash = Some(account.password_hash.clone());
        let verdict = self.core.passwords.verify(password, hash).await;
        match verdict.map_err(hashing)?.matches {
            true => Ok(account),
            false => Err(Error::WrongPassword { field }),
        }
    }
}

/// To be asked after the name was taken: only then nobody gives it up at the same time.
///
/// # Errors
/// `Conflict` when it was the name of somebody else.
pub(super) async fn check_not_formerly(
    connection: &mut Connection,
    username: &str,
    by: UserId,
) -> Result<()> {
    match connection.find_former_owner(&name_digest(username)).await? {
        Some(owner) if owner != by => Err(taken()),
        _ => Ok(()),
    }
}

/// By which a former username is known.
pub(in crate::services) fn name_digest(username: &str) -> Vec<u8> {
    Sha256::digest(username).to_vec()
}
