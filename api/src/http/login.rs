//! The seam to whoever knows what an access token means.

use std::sync::Arc;

use async_graphql::Data;
use futures_util::future::BoxFuture;
use uuid::Uuid;

/// Turns access tokens into logins, and readies the data of every operation.
pub trait Authenticator: Send + Sync + 'static {
    /// Says whose `access_token` this is.
    ///
    /// # Errors
    /// [`LoginRefused::Invalid`] if the token is malformed, expired or revoked;
    /// [`LoginRefused::Unavailable`] if that cannot be found out now.
    fn authenticate<'a>(
        &'a self,
        access_token: &'a str,
    ) -> BoxFuture<'a, Result<Login, LoginRefused>>;

    /// Puts into `data` what every operation gets, with or without a login (loaders, for
    /// instance). Called once for each operation, before the login fills in its viewer.
    fn prepare(&self, data: &mut Data);
}

/// Why a token does not make a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRefused {
    /// The token is not (or no longer) good for anything. Another one may be.
    Invalid,
    /// The server cannot tell at the moment. The same token may do later.
    Unavailable,
}

/// A session that is logged in.
pub struct Login {
    /// The session's id.
    pub session: Uuid,
    /// The id of the user whose session it is.
    pub user: Uuid,
    ended: BoxFuture<'static, ()>,
    fill: Filler,
}

/// Puts the viewer into an operation's data.
pub(super) type Filler = Arc<dyn Fn(&mut Data) + Send + Sync>;

impl Login {
    /// A login whose operations find a clone of `viewer` in their data. `ended` resolves when
    /// the session is revoked or logged out; access-token expiry alone must not resolve it.
    pub fn new<V>(
        session: Uuid,
        user: Uuid,
        viewer: V,
        ended: impl Future<Output = ()> + Send + 'static,
    ) -> Self
    where
        V: Clone + Send + Sync + 'static,
    {
        let fill: Filler = Arc::new(move |data: &mut Data| data.insert(viewer.clone()));
        Self {
            session,
            user,
            ended: Box::pin(ended),
            fill,
        }
    }

    /// What puts the viewer into an operation's data.
    pub(super) fn filler(&self) -> Filler {
        Arc::clone(&self.fill)
    }

    /// The future that resolves when the session ends; to be polled in place.
    pub(super) fn ended(&mut self) -> &mut BoxFuture<'static, ()> {
        &mut self.ended
    }
}
