//! Running an operation to its end, whatever happens to the client or in a resolver.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{Executor, Response, parser::types::OperationType};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use tracing::Instrument;

use super::{answer, drain::Drain, operation::Operation};

/// The same schema twice.
#[derive(Clone)]
pub struct Executors<E> {
    /// Validates each document in full, and calls [`OnValid`] for those that pass.
    ///
    /// [`OnValid`]: crate::graphql::OnValid
    pub strict: E,
    /// Only gets operations that the strict one would let pass, and need not look again.
    pub trusting: E,
}

/// Executes `operation`: a query or mutation gives one response, a subscription any number.
///
/// Dropping the stream cancels a query or subscription. A mutation goes on: it runs in a task
/// of its own, so that a lost connection cannot stop it half way, and holds up the drain.
/// A panic becomes an `INTERNAL` error, logged with `request_id`.
pub(super) fn run<E: Executor>(
    executors: &Executors<E>,
    operation: Operation,
    drain: &Drain,
    request_id: Arc<str>,
) -> BoxStream<'static, Response> {
    let Operation {
        request,
        kind,
        is_valid,
    } = operation;
    let executor = match is_valid {
        true => executors.trusting.clone(),
        false => executors.strict.clone(),
    };
    let responses = match kind {
        OperationType::Subscription => {
            let stream = executor.execute_stream(request, None);
            let caught = AssertUnwindSafe(stream).catch_unwind();
            return caught
                .map(move |result| finish(result, &request_id))
                .boxed();
        }
        OperationType::Query => {
            let execution = async move { executor.execute(request).await };
            AssertUnwindSafe(execution).catch_unwind().boxed()
        }
        OperationType::Mutation => {
            let work = drain.work();
            let span = tracing::Span::current();
            let task = async move {
                let response = executor.execute(request).await;
                drop(work);
                response
            };
            let task = tokio::spawn(task.instrument(span));
            // The runtime cancels tasks only when it ends, and nobody waits for the answer then.
            task.map(|joined| {
                joined.map_err(|error| -> Box<dyn Any + Send> {
                    error
                        .try_into_panic()
                        .unwrap_or_else(|error| Box::new(error.to_string()))
                })
            })
            .boxed()
        }
    };
    stream::once(responses)
        .map(move |result| finish(result, &request_id))
        .boxed()
}

fn finish(result: Result<Response, Box<dyn Any + Send>>, request_id: &str) -> Response {
    match result {
        Ok(mut response) => {
            answer::complete_codes(&mut response);
            response
        }
        Err(panic) => {
            let reason = panic
                .downcast_ref::<&str>()
                .map(|reason| (*reason).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned());
            let reason = reason.unwrap_or_default();
            tracing::error!(request_id, reason, "a resolver panicked");
            Response::from_errors(vec![answer::internal()])
        }
    }
}
