//! The library's own threads, so that the app brings no runtime and a blocked app thread stops nothing here.

use crate::errors::CauserieError;
use std::future::Future;
use std::io;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

static RUNTIME: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("causerie")
        .enable_all()
        .build()
});

pub(crate) fn runtime() -> Result<&'static Runtime, CauserieError> {
    RUNTIME.as_ref().map_err(|error| CauserieError::Internal {
        reason: error.to_string(),
    })
}

/// Runs a call of the SDK as a task. Dropping the future ends the task; a panic in it is an error here.
pub(crate) async fn run<T, F>(call: F) -> Result<T, CauserieError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, causerie_sdk::Error>> + Send + 'static,
{
    let mut task = EndsWhenDropped(runtime()?.spawn(call));
    match (&mut task.0).await {
        Ok(result) => Ok(result?),
        Err(fault) => Err(CauserieError::Internal {
            reason: fault.to_string(),
        }),
    }
}

struct EndsWhenDropped<T>(JoinHandle<T>);

impl<T> Drop for EndsWhenDropped<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
