//! Signing up, in and out, and who is signed in.

use crate::Error;
use crate::client::Client;
use crate::model::Viewer;
use crate::operations::account::{
    Login, LoginInput, LoginVariables, Logout, Register, RegisterInput, RegisterVariables,
    SignInPayload, ViewerQuery,
};
use crate::session::Session;
use cynic::{MutationBuilder, QueryBuilder};

impl Client {
    /// Makes an account and signs in. `display_name` defaults to the username.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the username is taken, [`Error::Invalid`] when the name or the password breaks a rule.
    /// After [`Error::Network`] the account may be there: logging in tells.
    pub async fn sign_up(
        &self,
        username: &str,
        password: &str,
        display_name: Option<&str>,
    ) -> Result<Viewer, Error> {
        let input = RegisterInput {
            username: username.to_owned(),
            password: password.to_owned(),
            display_name: display_name.map(str::to_owned),
            device: self.inner.device.clone(),
        };
        let operation = Register::build(RegisterVariables { input });
        let answer = self.inner.http.execute(&operation, None).await?;
        self.begin(answer.register).await
    }

    /// Signs in. A session that this client had before is replaced, not ended.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] when the name or the password is wrong.
    pub async fn log_in(&self, username: &str, password: &str) -> Result<Viewer, Error> {
        let input = LoginInput {
            username: username.to_owned(),
            password: password.to_owned(),
            device: self.inner.device.clone(),
        };
        let operation = Login::build(LoginVariables { input });
        let answer = self.inner.http.execute(&operation, None).await?;
        self.begin(answer.login).await
    }

    async fn begin(&self, payload: SignInPayload) -> Result<Viewer, Error> {
        let (session, viewer) = payload.into_session()?;
        self.inner.keeper.sign_in(session).await?;
        Ok(viewer)
    }

    /// Goes on with the session in the store; `None` when there is none. Does not touch the network: whether the
    /// server still knows the session shows with the first request.
    ///
    /// # Errors
    /// [`Error::SessionStore`] when the store cannot be read.
    pub async fn restore(&self) -> Result<Option<Session>, Error> {
        self.inner.keeper.restore().await
    }

    /// Goes on with this session, and keeps it in the store.
    ///
    /// # Errors
    /// [`Error::SessionStore`] when the store does not take it; the client has the session all the same.
    pub async fn use_session(&self, session: Session) -> Result<(), Error> {
        self.inner.keeper.sign_in(session).await
    }

    /// Signs out: ends the session on the server and forgets it here. It is forgotten here even when the server cannot
    /// be told, which the error then says; the session ends there by its age.
    ///
    /// # Errors
    /// [`Error::Network`] or [`Error::Server`] when the server could not be told.
    pub async fn log_out(&self) -> Result<(), Error> {
        let told = match self.call(&Logout::build(())).await {
            Ok(answer) => answer.logout.into_result(),
            Err(error) => Err(error),
        };
        self.inner.keeper.forget().await?;
        match told {
            Err(Error::SignedOut) => Ok(()),
            told => told,
        }
    }

    /// Who is signed in, and where the log stands.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when nobody is.
    pub async fn viewer(&self) -> Result<Viewer, Error> {
        Ok(self.call(&ViewerQuery::build(())).await?.viewer.into())
    }
}
