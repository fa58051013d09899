//! A bounded pool of connections that serves waiters in turn.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use diesel::ConnectionResult;
use diesel_async::pooled_connection::bb8::Pool as Connections;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
};
use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Error, OpenError, Result};

const WAIT: Duration = Duration::from_secs(10);

type Manager<C> = AsyncDieselConnectionManager<C>;

/// How one connection is opened and prepared.
pub(super) type Establish<C> = fn(&str) -> BoxFuture<'_, ConnectionResult<C>>;

/// bb8 alone lets waiters starve, so a fair semaphore stands before it.
pub(super) struct Pool<C: PoolableConnection + 'static>
where
    Manager<C>: bb8::ManageConnection<Connection = C>,
{
    connections: bb8::Pool<Manager<C>>,
    permits: Arc<Semaphore>,
}

/// A connection on loan. One that is returned inside a transaction is closed, which rolls back.
pub struct Pooled<C: PoolableConnection + 'static>
where
    Manager<C>: bb8::ManageConnection<Connection = C>,
{
    connection: bb8::PooledConnection<'static, Manager<C>>,
    _permit: OwnedSemaphorePermit,
}

impl<C: PoolableConnection + 'static> Pool<C>
where
    Manager<C>: bb8::ManageConnection<Connection = C>,
    <Manager<C> as bb8::ManageConnection>::Error: std::fmt::Display,
{
    pub(super) async fn open(
        url: &str,
        size: u32,
        establish: Establish<C>,
    ) -> std::result::Result<Self, OpenError> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(establish);
        let manager = Manager::new_with_config(url, config);
        let connections = Connections::builder()
            .max_size(size)
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .build(manager)
            .await
            .map_err(|cause| OpenError::Unreachable(cause.to_string()))?;
        Ok(Self {
            connections,
            permits: Arc::new(Semaphore::new(size as usize)),
        })
    }

    pub(super) async fn get(&self) -> Result<Pooled<C>> {
        let waiting = Arc::clone(&self.permits).acquire_owned();
        let permit = tokio::time::timeout(WAIT, waiting)
            .await
            .map_err(|_| Error::Connection("all are busy".to_owned()))?
            .map_err(|closed| Error::Connection(closed.to_string()))?;
        loop {
            let connection = self.connections.get_owned().await;
            let mut connection =
                connection.map_err(|cause| Error::Connection(format!("{cause:?}")))?;
            // One that died while it was idle is dropped, and another one made.
            if !connection.is_broken() {
                return Ok(Pooled {
                    connection,
                    _permit: permit,
                });
            }
        }
    }
}

impl<C: PoolableConnection + 'static> Deref for Pooled<C>
where
    Manager<C>: bb8::ManageConnection<Connection = C>,
{
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C: PoolableConnection + 'static> DerefMut for Pooled<C>
where
    Manager<C>: bb8::ManageConnection<Connection = C>,
{
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}
