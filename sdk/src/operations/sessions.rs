//! Where the viewer is signed in, and what they do to their account.

use super::fields::UserFields;
use super::{UserError, outcome, schema};
use crate::model::{AccountMessages, DeviceSession, User};
use crate::{Error, SessionId};
use jiff::Timestamp;

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(crate) struct Sessions {
    viewer: SessionsOfViewer,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer")]
struct SessionsOfViewer {
    sessions: Vec<SessionFields>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Session")]
struct SessionFields {
    id: SessionId,
    device: String,
    created_at: Timestamp,
    last_used_at: Timestamp,
    current: bool,
}

impl Sessions {
    pub(crate) fn into_sessions(self) -> Vec<DeviceSession> {
        let session = |session: SessionFields| DeviceSession {
            id: session.id,
            device: session.device,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            is_current: session.current,
        };
        self.viewer.sessions.into_iter().map(session).collect()
    }
}

#[derive(cynic::InputObject)]
pub(crate) struct RevokeSessionInput {
    pub(crate) session_id: SessionId,
}

#[derive(cynic::InputObject)]
pub(crate) struct ChangePasswordInput {
    pub(crate) current_password: String,
    pub(crate) new_password: String,
}

#[derive(cynic::InputObject)]
pub(crate) struct ChangeUsernameInput {
    pub(crate) username: String,
}

#[derive(cynic::InputObject)]
pub(crate) struct DeleteAccountInput {
    pub(crate) password: String,
    pub(crate) messages: AccountMessagesValue,
}

#[derive(cynic::Enum, Debug)]
#[cynic(graphql_type = "AccountMessages")]
pub(crate) enum AccountMessagesValue {
    Keep,
    Delete,
}

impl From<AccountMessages> for AccountMessagesValue {
    fn from(messages: AccountMessages) -> Self {
        match messages {
            AccountMessages::Keep => Self::Keep,
            AccountMessages::Delete => Self::Delete,
        }
    }
}

mutation!(RevokeSession, RevokeSessionVariables: revoke_session(RevokeSessionInput) -> RevokeSessionPayload);
mutation!(ChangePassword, ChangePasswordVariables: change_password(ChangePasswordInput) -> ChangePasswordPayload);
mutation!(ChangeUsername, ChangeUsernameVariables: change_username(ChangeUsernameInput) -> ChangeUsernamePayload);
mutation!(DeleteAccount, DeleteAccountVariables: delete_account(DeleteAccountInput) -> DeleteAccountPayload);

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation")]
pub(crate) struct RevokeOtherSessions {
    pub(crate) revoke_other_sessions: RevokeSessionPayload,
}

#[derive(cynic::QueryFragment)]
pub(crate) struct RevokeSessionPayload {
    user_errors: Vec<UserError>,
}

impl RevokeSessionPayload {
    pub(crate) fn into_result(self) -> Result<(), Error> {
        outcome(Some(()), self.user_errors)
    }
}

#[derive(cynic::QueryFragment)]
pub(crate) struct ChangeUsernamePayload {
    user: Option<UserFields>,
    user_errors: Vec<UserError>,
}

impl ChangeUsernamePayload {
    pub(crate) fn into_user(self) -> Result<User, Error> {
        outcome(self.user, self.user_errors).map(Into::into)
    }
}

#[derive(cynic::QueryFragment)]
pub(crate) struct ChangePasswordPayload {
    user_errors: Vec<UserError>,
}

impl ChangePasswordPayload {
    pub(crate) fn into_result(self) -> Result<(), Error> {
        by_password(self.user_errors)
    }
}

#[derive(cynic::QueryFragment)]
pub(crate) struct DeleteAccountPayload {
    user_errors: Vec<UserError>,
}

impl DeleteAccountPayload {
    pub(crate) fn into_result(self) -> Result<(), Error> {
        by_password(self.user_errors)
    }
}

/// What is refused for the password that was given says nothing about the session.
fn by_password(errors: Vec<UserError>) -> Result<(), Error> {
    match outcome(Some(()), errors) {
        Err(Error::SignedOut) => Err(Error::WrongCredentials),
        result => result,
    }
}
