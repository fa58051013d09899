//! Where the person is signed in, and what they do to their account.

use crate::client::CauserieClient;
use crate::errors::CauserieError;
use crate::ids::time;
use crate::records::User;
use crate::runtime::run;
use causerie_sdk::SessionId;
use std::time::SystemTime;

#[uniffi::export]
impl CauserieClient {
    /// Where the person is signed in, the session that was used last first.
    pub async fn sessions(&self) -> Result<Vec<DeviceSession>, CauserieError> {
        let sdk = self.sdk.clone();
        let sessions = run(async move { sdk.sessions().await }).await?;
        Ok(sessions.into_iter().map(Into::into).collect())
    }

    /// Ends one of the person's sessions, wherever it is. To end this client's own, log out.
    pub async fn revoke_session(&self, session_id: SessionId) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.revoke_session(&session_id).await }).await
    }

    /// Ends all of the person's sessions but this client's.
    pub async fn revoke_other_sessions(&self) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.revoke_other_sessions().await }).await
    }

    /// Changes the password, and ends all sessions but this client's. `WrongCredentials` when `current` is wrong.
    pub async fn change_password(&self, current: String, new: String) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.change_password(&current, &new).await }).await
    }

    /// Changes the name to sign in with and to be mentioned by. Nobody else can ever have the former one.
    pub async fn change_username(&self, username: String) -> Result<User, CauserieError> {
        let sdk = self.sdk.clone();
        let user = run(async move { sdk.change_username(&username).await });
        Ok(user.await?.into())
    }

    /// Deletes the account, for good, and forgets the session here. `WrongCredentials` when the password is wrong. What a
    /// chat keeps on the device is the app's to erase.
    pub async fn delete_account(
        &self,
        password: String,
        messages: AccountMessages,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.delete_account(&password, messages.into()).await }).await
    }
}

/// A sign-in on one device, in the list of the person's own.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DeviceSession {
    /// Which one.
    pub id: SessionId,
    /// What the device called itself when it signed in.
    pub device: String,
    /// When it signed in.
    pub created_at: SystemTime,
    /// When it last renewed its tokens.
    pub last_used_at: SystemTime,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

impl From<causerie_sdk::DeviceSession> for DeviceSession {
    fn from(session: causerie_sdk::DeviceSession) -> Self {
        Self {
            id: session.id,
            device: session.device,
            created_at: time(session.created_at),
            last_used_at: time(session.last_used_at),
            is_current: session.is_current,
        }
    }
}

/// What becomes of what somebody said who deletes their account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum AccountMessages {
    /// It stays, as that of a deleted user.
    Keep,
    /// It is deleted message by message, which may take a while.
    Delete,
}

impl From<AccountMessages> for causerie_sdk::AccountMessages {
    fn from(messages: AccountMessages) -> Self {
        match messages {
            AccountMessages::Keep => Self::Keep,
            AccountMessages::Delete => Self::Delete,
        }
    }
}
