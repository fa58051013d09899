//! The client itself, and how a request gets its token.

use crate::Error;
use crate::builder::ClientBuilder;
use crate::session::{Keeper, Session};
use crate::transport::Endpoint;
use crate::transport::http::{self, Http};
use crate::transport::socket::Timing;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
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
        let body = http::body(operation)?;
        http::read(&self.ask_in_time(&body).await?)
    }

    /// Boxed, and apart from what is asked: it would be compiled anew for each operation.
    fn ask_in_time<'a>(&'a self, body: &'a [u8]) -> BoxFuture<'a, Result<Box<RawValue>, Error>> {
        Box::pin(async move {
            let asked = timeout(self.inner.timeout, self.ask(body)).await;
            asked.unwrap_or_else(|_| {
                let reason = "the server did not answer in time".to_owned();
                Err(Error::Network { reason })
            })
        })
    }

    /// A token that the server refuses is refreshed once, and the request repeated: it was refused, so it was not
    /// carried out.
    async fn ask(&self, body: &[u8]) -> Result<Box<RawValue>, Error> {
        let Inner { http, keeper, .. } = &*self.inner;
        let token = keeper.token(http, None).await?;
        match http.ask(body, Some(&token)).await {
            Err(Error::SignedOut) => {
                let token = keeper.token(http, Some(&token)).await?;
                http.ask(body, Some(&token)).await
            }
            answer => answer,
        }
    }
}
