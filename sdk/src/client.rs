//! The client itself, and how a request gets its token.

use crate::Error;
use crate::builder::ClientBuilder;
use crate::session::{Keeper, Session};
use crate::transport::socket::Timing;
use crate::transport::{Endpoint, http::Http};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A connection to one Causerie server, as one person. Cheap to clone; clones share the session.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) endpoint: Endpoint,
    pub(crate) http: Http,
    pub(crate) keeper: Keeper,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) timing: Timing,
    pub(crate) device: Option<String>,
    pub(crate) timeout: Duration,
}

impl Client {
    /// Sets up a client of the server at this address (`https://chat.example.org`).
    pub fn builder(server: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(server.into())
    }

    /// The session, while there is one.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        self.inner.keeper.session()
    }

    /// Asks as the person signed in, and takes no longer than a request may, whatever is to be done for it.
    pub(crate) async fn call<T, V>(&self, operation: &cynic::Operation<T, V>) -> Result<T, Error>
    where
        T: DeserializeOwned,
        V: Serialize,
    {
        let asked = timeout(self.inner.timeout, self.ask(operation)).await;
        asked.unwrap_or_else(|_| {
            let reason = "the server did not answer in time".to_owned();
            Err(Error::Network { reason })
        })
    }

    /// A token that the server refuses is refreshed once, and the request repeated: it was refused, so it was not
    /// carried out.
    async fn ask<T, V>(&self, operation: &cynic::Operation<T, V>) -> Result<T, Error>
    where
        T: DeserializeOwned,
        V: Serialize,
    {
        let Inner { http, keeper, .. } = &*self.inner;
        let token = keeper.token(http, None).await?;
        match http.execute(operation, Some(&token)).await {
            Err(Error::SignedOut) => {
                let token = keeper.token(http, Some(&token)).await?;
                http.execute(operation, Some(&token)).await
            }
            answer => answer,
        }
    }
}
