//! Setting up a client.

use crate::Error;
use crate::client::{Client, Inner};
use crate::session::{Keeper, MemoryStore, SessionStore};
use crate::transport::socket::Timing;
use crate::transport::{Endpoint, http::Http, tls};
use std::sync::Arc;
use std::time::Duration;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Made by [`Client::builder`].
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    server: String,
    store: Arc<dyn SessionStore>,
    device: Option<String>,
    roots: Vec<Vec<u8>>,
    timeout: Duration,
}

impl ClientBuilder {
    pub(crate) fn new(server: String) -> Self {
        let store = Arc::new(MemoryStore::default());
        Self {
            server,
            store,
            device: None,
            roots: Vec::new(),
            timeout: REQUEST_TIMEOUT,
        }
    }

    /// Where the session is kept between starts. Default: nowhere, it ends with the process.
    pub fn session_store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = store;
        self
    }

    /// What the person sees in the list of their sessions, such as `Ada's phone`.
    pub fn device(mut self, name: impl Into<String>) -> Self {
        self.device = Some(name.into());
        self
    }

    /// Trusts these authorities besides the public ones (PEM, one or more certificates): for a server with a
    /// certificate of one's own.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// How long a call may take in all, with a refresh of the session where that is due. Default: 30 seconds.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes the client. Does not touch the network.
    ///
    /// # Errors
    /// [`Error::Setup`] when the address or a certificate cannot be used.
    pub fn build(self) -> Result<Client, Error> {
        let endpoint = Endpoint::parse(&self.server)?;
        let tls = tls::config(&self.roots)?;
        let inner = Inner {
            http: Http::new(&endpoint, tls.clone(), self.timeout)?,
            endpoint,
            keeper: Keeper::new(self.store),
            tls: Arc::new(tls),
            timing: Timing::default(),
            device: self.device,
            timeout: self.timeout,
        };
        Ok(Client {
            inner: Arc::new(inner),
        })
    }
}
