//! Signing up, in and out, refreshing, and who is signed in.

use super::fields::UserFields;
use super::{UserError, outcome, schema};
use crate::model::Viewer;
use crate::session::{Grant, Session};
use crate::{Cursor, Error, SessionId};
use jiff::Timestamp;

#[derive(cynic::InputObject, Debug)]
pub(crate) struct RegisterInput {
    pub(crate) username: String,
    pub(crate) password: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
}

#[derive(cynic::InputObject, Debug)]
pub(crate) struct LoginInput {
    pub(crate) username: String,
    pub(crate) password: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
}

#[derive(cynic::InputObject, Debug)]
pub(crate) struct RefreshSessionInput {
    pub(crate) refresh_token: Option<String>,
    pub(crate) attempt_id: Option<String>,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct RegisterVariables {
    pub(crate) input: RegisterInput,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct LoginVariables {
    pub(crate) input: LoginInput,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct RefreshVariables {
    pub(crate) input: RefreshSessionInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "RegisterVariables")]
pub(crate) struct Register {
    #[arguments(input: $input)]
    pub(crate) register: SignInPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "LoginVariables")]
pub(crate) struct Login {
    #[arguments(input: $input)]
    pub(crate) login: SignInPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "RefreshVariables")]
pub(crate) struct RefreshSession {
    #[arguments(input: $input)]
    pub(crate) refresh_session: RefreshPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation")]
pub(crate) struct Logout {
    pub(crate) logout: LogoutPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(crate) struct ViewerQuery {
    pub(crate) viewer: ViewerFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(crate) struct PositionQuery {
    pub(crate) viewer: Position,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer")]
pub(crate) struct Position {
    pub(crate) cursor: Cursor,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer")]
pub(crate) struct ViewerFields {
    user: UserFields,
    cursor: Cursor,
}

impl From<ViewerFields> for Viewer {
    fn from(viewer: ViewerFields) -> Self {
        Self {
            user: viewer.user.into(),
            cursor: viewer.cursor,
        }
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Session")]
struct SessionReference {
    id: SessionId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "AuthPayload")]
pub(crate) struct SignInPayload {
    session: Option<SessionReference>,
    viewer: Option<ViewerFields>,
    access_token: Option<String>,
    access_token_expires_at: Option<Timestamp>,
    refresh_token: Option<String>,
    user_errors: Vec<UserError>,
}

impl SignInPayload {
    /// The new session and who is signed in. A refused password is `WrongCredentials`.
    pub(crate) fn into_session(self) -> Result<(Session, Viewer), Error> {
        let grant = grant(
            self.access_token,
            self.access_token_expires_at,
            self.refresh_token,
        );
        let granted = (|| Some((self.session?.id, Viewer::from(self.viewer?), grant?)))();
        match outcome(granted, self.user_errors) {
            Ok((id, viewer, grant)) => Ok((Session::new(id, &viewer.user, grant), viewer)),
            Err(Error::SignedOut) => Err(Error::WrongCredentials),
            Err(error) => Err(error),
        }
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "AuthPayload")]
pub(crate) struct RefreshPayload {
    access_token: Option<String>,
    access_token_expires_at: Option<Timestamp>,
    refresh_token: Option<String>,
    user_errors: Vec<UserError>,
}

impl RefreshPayload {
    pub(crate) fn into_grant(self) -> Result<Grant, Error> {
        let grant = grant(
            self.access_token,
            self.access_token_expires_at,
            self.refresh_token,
        );
        outcome(grant, self.user_errors)
    }
}

fn grant(
    access: Option<String>,
    expires_at: Option<Timestamp>,
    refresh: Option<String>,
) -> Option<Grant> {
    Some(Grant {
        access_token: access?,
        expires_at: expires_at?,
        refresh_token: refresh?,
    })
}

#[derive(cynic::QueryFragment)]
pub(crate) struct LogoutPayload {
    user_errors: Vec<UserError>,
}

impl LogoutPayload {
    pub(crate) fn into_result(self) -> Result<(), Error> {
        outcome(Some(()), self.user_errors)
    }
}
