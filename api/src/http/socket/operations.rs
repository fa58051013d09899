//! The operations under way on one socket, each getting its turn.

use std::task::{Context, Poll};

use async_graphql::{Response, Value, parser::types::OperationType};
use futures_util::{StreamExt, stream::BoxStream};

use super::{following::Following, protocol};
use crate::http::answer;

/// The operations of a socket, by the ids that its client gave them.
///
/// While the client does not read, nothing begins, but what has begun goes on until it has a
/// response, which then waits here: an operation that was left standing would keep what others
/// wait for, such as a database connection.
#[derive(Default)]
pub(super) struct Operations {
    running: Vec<Running>,
    /// Whose turn it is, as an index into `running`.
    turn: usize,
}

struct Running {
    id: String,
    kind: OperationType,
    work: Work,
    has_begun: bool,
    /// What could not be written yet: a response, or the end.
    ready: Option<Option<Response>>,
    /// Whether the client wants to hear no more of it.
    muted: bool,
}

/// What an operation is doing.
pub(super) enum Work {
    Answering(BoxStream<'static, Response>),
    /// A subscription, which sends by itself as long as it is fine.
    Following(Box<Following>),
}

/// How many queries and mutations of one socket are executed at once.
const ANSWERING_MOST: usize = 8;

impl Operations {
    /// How many are under way.
    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// Whether one of that id is under way.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.running
            .iter()
            .any(|operation| operation.id == id && !operation.muted)
    }

    /// Starts one more.
    pub(super) fn insert(&mut self, id: String, kind: OperationType, work: Work) {
        self.running.push(Running {
            id,
            kind,
            work,
            has_begun: false,
            ready: None,
            muted: false,
        });
    }

    /// Stops one, if it is under way. A mutation goes on all the same, so it keeps its place
    /// until it is done, and only its answer is dropped.
    pub(super) fn cancel(&mut self, id: &str) {
        for operation in &mut self.running {
            operation.muted |= operation.id == id;
        }
        self.running
            .retain(|operation| !operation.muted || operation.kind == OperationType::Mutation);
    }

    /// The next message of whichever operation has one, in turn.
    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<String> {
        for _ in 0..self.running.len() {
            let at = self.turn % self.running.len().max(1);
            self.turn = at + 1;
            if !self.may_go_on(at) {
                continue;
            }
            let Some(operation) = self.running.get_mut(at) else {
                break;
            };
            let response = match operation.ready.take() {
                Some(ready) => ready,
                None => match operation.poll(cx, true) {
                    Poll::Ready(response) => response,
                    Poll::Pending => continue,
                },
            };
            if operation.muted {
                self.running.remove(at);
                self.turn = at;
                continue;
            }
            let (message, over) = operation.message(response);
            if over {
                self.running.remove(at);
                self.turn = at;
            }
            return Poll::Ready(message);
        }
        Poll::Pending
    }

    /// Lets what has begun go on while nothing can be written.
    pub(super) fn go_on(&mut self, cx: &mut Context<'_>) {
        for operation in &mut self.running {
            if operation.has_begun
                && operation.ready.is_none()
                && let Poll::Ready(response) = operation.poll(cx, false)
            {
                operation.ready = Some(response);
            }
        }
    }

    /// Whether it has begun, or may begin now.
    fn may_go_on(&self, at: usize) -> bool {
        let is_answering = |one: &&Running| matches!(one.work, Work::Answering(_));
        match self.running.get(at).filter(is_answering) {
            Some(operation) if !operation.has_begun => {
                let answering = self.running.iter().filter(is_answering);
                answering.filter(|one| one.has_begun).count() < ANSWERING_MOST
            }
            _ => true,
        }
    }
}

impl Running {
    fn poll(&mut self, cx: &mut Context<'_>, is_clear: bool) -> Poll<Option<Response>> {
        self.has_begun = true;
        match &mut self.work {
            Work::Answering(responses) => responses.poll_next_unpin(cx),
            Work::Following(following) => following.poll_response(cx, is_clear),
        }
    }

    /// The message that carries `response`, and whether it is the operation's last one.
    ///
    /// An operation that could not be executed ends with `error`. So does a subscription whose
    /// stream fails: its client then knows that something is missing, and subscribes again.
    fn message(&self, response: Option<Response>) -> (String, bool) {
        let Some(response) = response else {
            return (protocol::complete(&self.id), true);
        };
        let failed = response.data == Value::Null && !response.errors.is_empty();
        if answer::is_request_error(&response)
            || (failed && self.kind == OperationType::Subscription)
        {
            return (protocol::error(&self.id, &response.errors), true);
        }
        (protocol::next(&self.id, &response), false)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures_util::stream;

    use super::*;

    fn poll(operations: &mut Operations) -> Option<String> {
        match operations.poll_message(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(message) => Some(message.to_string()),
            Poll::Pending => None,
        }
    }

    fn endless(number: i32) -> BoxStream<'static, Response> {
        stream::repeat_with(move || Response::new(Value::from(number))).boxed()
    }

    #[test]
    fn a_busy_operation_does_not_starve_the_others() {
        let mut operations = Operations::default();
        for id in ["a", "b", "c"] {
            operations.insert(
                id.into(),
                OperationType::Subscription,
                Work::Answering(endless(1)),
            );
        }
        let ids: String = (0..6)
            .filter_map(|_| poll(&mut operations)?.chars().nth(7))
            .collect();
        assert_eq!(ids, "abcabc");
        operations.cancel("b");
        let ids: String = (0..4)
            .filter_map(|_| poll(&mut operations)?.chars().nth(7))
            .collect();
        assert!(ids == "acac" || ids == "caca", "{ids}");
    }

    #[test]
    fn an_operation_ends_with_complete_or_error_and_frees_its_id() {
        let mut operations = Operations::default();
        let one = stream::iter([Response::new(Value::from(1))]).boxed();
        operations.insert("a".into(), OperationType::Query, Work::Answering(one));
        assert_eq!(
            poll(&mut operations).as_deref(),
            Some(r#"{"id":"a","type":"next","payload":{"data":1}}"#)
        );
        assert!(operations.contains("a"));
        assert_eq!(
            poll(&mut operations).as_deref(),
            Some(r#"{"id":"a","type":"complete"}"#)
        );
        assert!(!operations.contains("a"));

        let refused = stream::iter([Response::from_errors(vec![answer::invalid("No.")])]).boxed();
        operations.insert("a".into(), OperationType::Query, Work::Answering(refused));
        let message = poll(&mut operations).expect("a message");
        assert!(
            message.starts_with(r#"{"id":"a","type":"error","payload":[{"message":"No.""#),
            "{message}"
        );
        assert_eq!(operations.len(), 0);
        assert_eq!(poll(&mut operations), None);
    }

    #[test]
    fn a_cancelled_mutation_keeps_its_place_until_it_is_done() {
        let mut operations = Operations::default();
        let (done, waiting) = tokio::sync::oneshot::channel::<()>();
        let answer = stream::once(async move {
            let _ = waiting.await;
            Response::new(Value::from(1))
        });
        operations.insert(
            "a".into(),
            OperationType::Mutation,
            Work::Answering(answer.boxed()),
        );
        operations.cancel("a");
        assert!(!operations.contains("a"));
        assert_eq!((poll(&mut operations), operations.len()), (None, 1));
        done.send(()).expect("a listener");
        assert_eq!((poll(&mut operations), operations.len()), (None, 0));
    }

    #[test]
    fn a_failed_subscription_ends_and_a_failed_query_is_answered() {
        let failed = || {
            let mut response = Response::from_errors(vec![answer::internal()]);
            response.errors[0].path = vec![async_graphql::PathSegment::Field("a".into())];
            stream::iter([response]).boxed()
        };
        let mut operations = Operations::default();
        operations.insert(
            "s".into(),
            OperationType::Subscription,
            Work::Answering(failed()),
        );
        assert!(poll(&mut operations).is_some_and(|message| message.contains("\"error\"")));
        operations.insert("q".into(), OperationType::Query, Work::Answering(failed()));
        assert!(poll(&mut operations).is_some_and(|message| message.contains("\"next\"")));
    }
}
