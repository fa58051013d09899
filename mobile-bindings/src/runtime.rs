//! The library's own thread, so that the app brings no runtime and a blocked app thread stops nothing here. One is enough:
//! what takes long is on threads of its own (a chat's store, the app's session store and its listeners), and a second would
//! cost 100 KB of code.

use crate::errors::CauserieError;
use std::any::Any;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

static RUNTIME: LazyLock<io::Result<Handle>> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread()
        .thread_name("causerie")
        .enable_all()
        .build()?;
    let handle = runtime.handle().clone();
    let thread = std::thread::Builder::new().name("causerie".to_owned());
    thread.spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
});

pub(crate) fn runtime() -> Result<&'static Handle, CauserieError> {
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
    let call = async move { call.await.map(|value| Box::new(value) as Value) };
    let value = outcome(Box::pin(call)).await?;
    let value = value.downcast().map_err(|_| CauserieError::Internal {
        reason: "this is the answer to another call".to_owned(),
    })?;
    Ok(*value)
}

type Value = Box<dyn Any + Send>;

/// One kind of waiting for all calls too.
fn outcome(
    call: BoxFuture<Result<Value, causerie_sdk::Error>>,
) -> BoxFuture<Result<Value, CauserieError>> {
    Box::pin(async move {
        let (done, result) = oneshot::channel();
        let mut task = EndsWhenDropped(spawn(Box::pin(async move {
            // Nobody waits any more when this fails.
            let _ = done.send(call.await);
        }))?);
        if let Ok(result) = result.await {
            return Ok(result?);
        }
        let fault = (&mut task.0).await.err();
        Err(CauserieError::Internal {
            reason: fault.map_or_else(String::new, |fault| fault.to_string()),
        })
    })
}

/// One kind of task for all calls: what tokio makes of each kind is counted in kilobytes, and there are many calls.
pub(crate) fn spawn(task: BoxFuture<()>) -> Result<JoinHandle<()>, CauserieError> {
    Ok(runtime()?.spawn(task))
}

struct EndsWhenDropped(JoinHandle<()>);

impl Drop for EndsWhenDropped {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let ended = run(async { if true { panic!("a fault") } else { Ok(()) } }).await;
        assert!(
            matches!(&ended, Err(CauserieError::Internal { reason }) if reason.contains("a fault")),
            "{ended:?}"
        );
    }

    #[tokio::test]
    async fn dropping_a_call_ends_its_task() {
        let (held, released) = oneshot::channel::<()>();
        let call = run(async move {
            let _held = held;
            std::future::pending::<Result<(), causerie_sdk::Error>>().await
        });
        let begun = tokio::time::timeout(std::time::Duration::ZERO, call).await;
        assert!(begun.is_err(), "it cannot end by itself");
        assert!(
            released.await.is_err(),
            "the task has let go of what it held"
        );
    }
}
