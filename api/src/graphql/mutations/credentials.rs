//! Changing what one logs in with, and ending logins.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::accounts::forget_login;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::types::user::User;
use crate::services::accounts::PasswordChange;

/// A password for another one.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The viewer's password until now.
    current_password: String,
    /// At least 8 characters, and not one of the commonest passwords.
    new_password: String,
}

/// Another name to log in with and to be mentioned by.
#[derive(InputObject)]
struct ChangeUsernameInput {
    /// 2 to 32 characters: letters a to z, digits, `_`, `.` and `-`. Case is ignored.
    username: String,
}

/// A login to end.
#[derive(InputObject)]
struct RevokeSessionInput {
    /// One of the viewer's sessions; also the one that asks.
    session_id: ID,
}

/// What came of it.
#[derive(SimpleObject)]
struct ChangePasswordPayload {
    /// What stood against it.
    user_errors: Vec<UserError>,
}

/// What came of it.
#[derive(SimpleObject)]
struct ChangeUsernamePayload {
    /// The viewer as everyone sees them now.
    user: Option<User>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

/// What came of it.
#[derive(SimpleObject)]
struct RevokeSessionPayload {
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct CredentialMutations;

#[Object]
impl CredentialMutations {
    /// Changes the viewer's password, and ends all their other sessions at once. A wrong
    /// `currentPassword` is `UNAUTHENTICATED`, with that field; it can be tried as often as a
    /// login.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old one and the new one.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload> {
        let (viewer, accounts) = (ctx.viewer()?, &ctx.services().accounts);
        let change = PasswordChange {
            current: input.current_password,
            new: input.new_password,
        };
        let changed = accounts.change_password(viewer, change, ctx.address());
        let (_, user_errors) = outcome(changed.await)?;
        Ok(ChangePasswordPayload { user_errors })
    }

    /// Changes the viewer's username. Nobody else can ever have the former one; the viewer can go
    /// back to it. An account can have had ten.
    async fn change_username(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new one.")] input: ChangeUsernameInput,
    ) -> Result<ChangeUsernamePayload> {
        let (viewer, accounts) = (ctx.viewer()?, &ctx.services().accounts);
        let changed = accounts.change_username(viewer, &input.username).await;
        let (user, user_errors) = outcome(changed)?;
        Ok(ChangeUsernamePayload {
            user: user.map(User),
            user_errors,
        })
    }

    /// Ends one of the viewer's sessions: its tokens are worth nothing from now on, its sockets
    /// close. All is well when it has ended already.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload> {
        let (viewer, sessions) = (ctx.viewer()?, &ctx.services().sessions);
        let revoked = match ids::parse(&input.session_id, "Session") {
            Ok(id) => sessions.revoke(viewer, id).await.map(|()| id),
            Err(error) => Err(error),
        };
        let (revoked, user_errors) = outcome(revoked)?;
        if revoked == Some(viewer.session_id) {
            forget_login(ctx);
        }
        Ok(RevokeSessionPayload { user_errors })
    }

    /// Ends all of the viewer's sessions but the one that asks.
    async fn revoke_other_sessions(&self, ctx: &Context<'_>) -> Result<RevokeSessionPayload> {
        let (viewer, sessions) = (ctx.viewer()?, &ctx.services().sessions);
        let (_, user_errors) = outcome(sessions.revoke_others(viewer).await)?;
        Ok(RevokeSessionPayload { user_errors })
    }
}
