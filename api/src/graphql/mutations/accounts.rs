//! Signing up, logging in and out.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::request::{RefreshCookie, RequestInfo};
use crate::graphql::scalars::DateTime;
use crate::graphql::types::session::Session;
use crate::graphql::types::viewer::Viewer;
use crate::services;
use crate::services::accounts::{Credentials, Registration};
use crate::services::sessions::{IDLE_LIFETIME, SignedIn};

/// A new account.
#[derive(InputObject)]
struct RegisterInput {
    /// 2 to 32 characters: letters a to z, digits, `_`, `.` and `-`. Case is ignored.
    username: String,
    /// At least 8 characters, and not one of the commonest passwords.
    password: String,
    /// At most 64 characters; the username when left out.
    display_name: Option<String>,
    /// What the device calls itself, for its owner to recognise: at most 100 characters.
    device: Option<String>,
    /// For browsers: keep the refresh token in a cookie that scripts cannot read, instead of in
    /// the payload.
    #[graphql(default)]
    use_cookie: bool,
}

/// Who logs in.
#[derive(InputObject)]
struct LoginInput {
    /// Case is ignored.
    username: String,
    /// The password.
    password: String,
    /// What the device calls itself, for its owner to recognise: at most 100 characters.
    device: Option<String>,
    /// For browsers: keep the refresh token in a cookie that scripts cannot read, instead of in
    /// the payload.
    #[graphql(default)]
    use_cookie: bool,
}

/// A refresh token to exchange.
#[derive(InputObject)]
struct RefreshSessionInput {
    /// The newest refresh token; the one in the cookie when left out.
    refresh_token: Option<String>,
    /// Something random that the client keeps before it asks. When the answer is lost, asking
    /// again with the same token and the same `attemptId` gives that answer, however late;
    /// without it, only within a minute. 1 to 128 bytes.
    attempt_id: Option<String>,
}

/// A login, or why there is none.
#[derive(SimpleObject)]
struct AuthPayload {
    /// The login on this device.
    session: Option<Session>,
    /// Who is logged in.
    viewer: Option<Viewer>,
    /// Send it as `Authorization: Bearer …`.
    access_token: Option<String>,
    /// Refresh the session before then.
    access_token_expires_at: Option<DateTime>,
    /// Exchange it once for the next one with `refreshSession`. Null when it is in a cookie.
    refresh_token: Option<String>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

/// What came of it.
#[derive(SimpleObject)]
struct LogoutPayload {
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Makes an account and logs in.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: RegisterInput,
    ) -> Result<AuthPayload> {
        let new = Registration {
            username: input.username,
            password: input.password,
            display_name: input.display_name,
            device: input.device.or_else(|| device_of(ctx.request())),
        };
        let signed_in = ctx.services().accounts.register(new, ctx.address()).await;
        AuthPayload::new(ctx, signed_in, input.use_cookie)
    }

    /// Logs in on this device.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: LoginInput,
    ) -> Result<AuthPayload> {
        let given = Credentials {
            username: input.username,
            password: input.password,
            device: input.device.or_else(|| device_of(ctx.request())),
        };
        let signed_in = ctx.services().accounts.login(given, ctx.address()).await;
        AuthPayload::new(ctx, signed_in, input.use_cookie)
    }

    /// Exchanges a refresh token for a new access token and the next refresh token. A token that
    /// comes again after its successor was used ends the session: someone has copied it.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: RefreshSessionInput,
    ) -> Result<AuthPayload> {
        let in_cookie = input.refresh_token.is_none();
        let token = match (input.refresh_token, &ctx.request().refresh_cookie) {
            (Some(token), _) => token,
            (None, Some(cookie)) => cookie.to_string(),
            (None, None) => String::new(),
        };
        let accounts = &ctx.services().accounts;
        let signed_in = accounts
            .refresh(&token, input.attempt_id, ctx.address())
            .await;
        AuthPayload::new(ctx, signed_in, in_cookie)
    }

    /// Ends the viewer's session: its tokens are worth nothing from now on, its sockets close.
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload> {
        let viewer = ctx.viewer()?;
        let (ended, user_errors) = outcome(ctx.services().sessions.end(viewer.session_id).await)?;
        if ended.is_some() {
            forget_login(ctx);
        }
        Ok(LogoutPayload { user_errors })
    }
}

impl AuthPayload {
    fn new(
        ctx: &Context<'_>,
        result: services::Result<SignedIn>,
        use_cookie: bool,
    ) -> Result<Self> {
        let (signed_in, user_errors) = outcome(result)?;
        let Some(signed_in) = signed_in else {
            return Ok(Self::refused(user_errors));
        };
        let mut refresh_token = Some(signed_in.refresh_token);
        if use_cookie && ctx.request().cookies.is_some() {
            let token = refresh_token.take().unwrap_or_default();
            set_cookie(
                ctx.request(),
                RefreshCookie::Set {
                    token,
                    max_age: IDLE_LIFETIME,
                },
            );
        }
        let viewer = services::Viewer {
            user_id: signed_in.user.id,
            session_id: signed_in.session.id,
        };
        ctx.sign_in(viewer);
        Ok(Self {
            session: Some(Session(signed_in.session)),
            viewer: Some(Viewer::new(viewer)),
            access_token: Some(signed_in.access_token),
            access_token_expires_at: Some(DateTime(signed_in.access_token_expires_at)),
            refresh_token,
            user_errors,
        })
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            session: None,
            viewer: None,
            access_token: None,
            access_token_expires_at: None,
            refresh_token: None,
            user_errors,
        }
    }
}

/// What the device says of itself in `User-Agent`, shortened.
fn device_of(request: &RequestInfo) -> Option<String> {
    const MOST: usize = 100;
    let agent = request.user_agent.as_deref()?;
    Some(
        agent
            .chars()
            .filter(|c| !c.is_control())
            .take(MOST)
            .collect(),
    )
}

/// What follows in this operation is asked by nobody, and a browser has no login any more.
pub(super) fn forget_login(ctx: &Context<'_>) {
    ctx.sign_out();
    set_cookie(ctx.request(), RefreshCookie::Clear);
}

fn set_cookie(request: &RequestInfo, cookie: RefreshCookie) {
    if let Some(cookies) = &request.cookies {
        cookies.refresh(cookie);
    }
}
