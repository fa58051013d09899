//! Where the person is signed in, and what they do to their account.

use crate::client::Client;
use crate::model::{AccountMessages, DeviceSession, User};
use crate::operations::sessions::{
    ChangePassword, ChangePasswordInput, ChangeUsername, ChangeUsernameInput, DeleteAccount,
    DeleteAccountInput, RevokeOtherSessions, RevokeSession, RevokeSessionInput, Sessions,
};
use crate::{Error, SessionId};
use cynic::{MutationBuilder, QueryBuilder};

impl Client {
    /// Where the person is signed in, the session that was used last first; at most 100.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when nobody is signed in.
    pub async fn sessions(&self) -> Result<Vec<DeviceSession>, Error> {
        Ok(self.call(&Sessions::build(())).await?.into_sessions())
    }

    /// Ends one of the person's sessions, wherever it is; that it has ended already is fine. To end this client's own,
    /// [log out](Self::log_out).
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Invalid`] when the id is none of the person's sessions.
    pub async fn revoke_session(&self, session: &SessionId) -> Result<(), Error> {
        let operation = RevokeSession::of(RevokeSessionInput {
            session_id: session.clone(),
        });
        self.call(&operation).await?.revoke_session.into_result()
    }

    /// Ends all of the person's sessions but this client's.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when nobody is signed in.
    pub async fn revoke_other_sessions(&self) -> Result<(), Error> {
        let operation = RevokeOtherSessions::build(());
        let answer = self.call(&operation).await?;
        answer.revoke_other_sessions.into_result()
    }

    /// Changes the password, and ends all sessions but this client's.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] when `current` is not the password, [`Error::Invalid`] when `new` breaks a rule.
    pub async fn change_password(&self, current: &str, new: &str) -> Result<(), Error> {
        let operation = ChangePassword::of(ChangePasswordInput {
            current_password: current.to_owned(),
            new_password: new.to_owned(),
        });
        self.call(&operation).await?.change_password.into_result()
    }

    /// Changes the name to sign in with and to be mentioned by. Nobody else can ever have the former one; the person can
    /// go back to it. An account can have had ten.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the name is or was somebody else's, [`Error::Invalid`] when it breaks a rule.
    pub async fn change_username(&self, username: &str) -> Result<User, Error> {
        let operation = ChangeUsername::of(ChangeUsernameInput {
            username: username.to_owned(),
        });
        let answer = self.call(&operation).await?;
        let user = answer.change_username.into_user()?;
        self.inner.keeper.rename(&user).await;
        Ok(user)
    }

    /// Deletes the account, for good, and forgets the session here. Nobody else can ever have the username. What a chat
    /// keeps on the device is the app's to [erase](crate::Chat::erase).
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] when the password is wrong, [`Error::Store`] when the account is gone and the session
    /// store does not forget it. After [`Error::Network`] the account may be gone: whether the person is signed in tells.
    pub async fn delete_account(
        &self,
        password: &str,
        messages: AccountMessages,
    ) -> Result<(), Error> {
        let operation = DeleteAccount::of(DeleteAccountInput {
            password: password.to_owned(),
            messages: messages.into(),
        });
        self.call(&operation).await?.delete_account.into_result()?;
        self.inner.keeper.forget().await
    }
}
