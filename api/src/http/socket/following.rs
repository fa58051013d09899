//! A subscription on a socket.
//!
//! It *waits* for its turn, since a crowd that came at once would hold the memory of all its
//! executions together. Then it is *opening* until its resolver has decided. What the resolver gives by itself is passed
//! on as it comes; if it admits the viewer to follow the log, the subscription is *reading*, one
//! payload at a time and only while the client reads too, and then *live*: the writers of the hub
//! send to the socket directly, and nothing happens here until the client falls behind.

use std::{
    cell::RefCell,
    sync::Arc,
    task::{Context, Poll, ready},
};

use async_graphql::{Executor, Response};
use bytes::Bytes;
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedSender;

use super::{
    frames,
    outlet::Outlet,
    protocol,
    turns::{Turn, Turns},
};
use crate::{
    graphql::{Admission, Admitted, Plan, Scope, is_shared, request::RequestInfo},
    http::{
        Shared, answer, execution,
        login::Filler,
        operation::{Operation, Parameters},
    },
    realtime::{self, AudienceKey, Ended, Payload, Place, Render, Step, Tail, Update, Watcher},
};

/// Who asks for an operation, and of whom.
pub(super) struct Asked<E> {
    pub(super) shared: Arc<Shared<E>>,
    pub(super) info: RequestInfo,
    /// `None` on an anonymous socket.
    pub(super) viewer: Option<Filler>,
}

impl<E: Executor> Asked<E> {
    /// Executes an operation for the viewer.
    pub(super) fn run(&self, operation: Operation) -> BoxStream<'static, Response> {
        self.run_for(operation, self.viewer.as_ref())
    }

    fn run_for(
        &self,
        mut operation: Operation,
        viewer: Option<&Filler>,
    ) -> BoxStream<'static, Response> {
        let data = &mut operation.request.data;
        self.shared.fill(data, viewer, self.info.clone());
        let request_id = self.info.request_id.clone();
        let (executors, drain) = (&self.shared.executors, &self.shared.drain);
        execution::run(executors, operation, drain, request_id)
    }

    fn open(&self, mut operation: Operation, scope: Scope) -> Opening {
        let admission = Admission::new(scope);
        operation.request.data.insert(Arc::clone(&admission));
        let viewer = match scope {
            Scope::Viewer | Scope::Admitted => self.viewer.as_ref(),
            Scope::Audience => None,
        };
        Opening {
            responses: self.run_for(operation, viewer),
            admission,
        }
    }
}

type Open = Arc<dyn Fn(Scope) -> Opening + Send + Sync>;

pub(super) struct Following {
    /// Executes the operation once more.
    open: Open,
    /// What its payloads depend on, besides the viewer.
    digest: [u8; 32],
    /// Whether its payloads are the same for every viewer.
    is_shared: bool,
    outlet: OperationOutlet,
    turns: Turns,
    /// What it was admitted to, and from where.
    plan: Option<Plan>,
    stage: Stage,
}

enum Stage {
    Waiting(Scope, BoxFuture<'static, Turn>),
    Opening(Opening, Option<Turn>),
    Reading(BoxStream<'static, Read>),
    Live(Place),
}

/// An execution that has not been admitted.
struct Opening {
    responses: BoxStream<'static, Response>,
    admission: Arc<Admission>,
}

/// What comes of reading.
enum Read {
    Response(Response),
    Live(Place),
    Ended(Option<Ended>),
}

impl Following {
    /// `operation` is what the parameters were prepared to; it is prepared anew in its turn.
    pub(super) fn new<E: Executor>(
        id: &str,
        asked: Asked<E>,
        parameters: &Parameters,
        mut operation: Operation,
        outlet: Arc<Outlet>,
    ) -> Self {
        let name = operation.request.operation_name.clone();
        let (digest, is_shared) = match operation.request.parsed_query() {
            Ok(document) => (
                parameters.digest(document),
                is_shared(document, name.as_deref()),
            ),
            Err(_) => ([0; 32], false),
        };
        let stored = parameters.store();
        let turns = asked.shared.turns.clone();
        let open = move |scope| match stored.load().prepare(&asked.shared.documents) {
            Ok(operation) => asked.open(operation, scope),
            Err(error) => Opening {
                responses: stream::iter([Response::from_errors(vec![error])]).boxed(),
                admission: Admission::new(scope),
            },
        };
        Self {
            open: Arc::new(open),
            digest,
            is_shared,
            outlet: OperationOutlet {
                socket: outlet,
                head: protocol::head_of_next(id).into(),
            },
            stage: Stage::Waiting(Scope::Viewer, turns.to_open()),
            turns,
            plan: None,
        }
    }

    /// The next response that is not sent by itself; `None` at the end. A subscription that has
    /// fallen behind only begins to read once there is room for what it reads.
    pub(super) fn poll_response(
        &mut self,
        cx: &mut Context<'_>,
        is_clear: bool,
    ) -> Poll<Option<Response>> {
        loop {
            self.stage = match &mut self.stage {
                Stage::Waiting(scope, turn) => {
                    let turn = ready!(turn.poll_unpin(cx));
                    Stage::Opening((self.open)(*scope), Some(turn))
                }
                Stage::Opening(opening, turn) => {
                    if let Poll::Ready(response) = opening.responses.poll_next_unpin(cx) {
                        *turn = None;
                        return Poll::Ready(response);
                    }
                    match opening.admission.take() {
                        Some(admitted) => self.admit(admitted),
                        None => return Poll::Pending,
                    }
                }
                Stage::Reading(reading) => match ready!(reading.poll_next_unpin(cx)) {
                    Some(Read::Response(response)) => return Poll::Ready(Some(response)),
                    Some(Read::Live(place)) => Stage::Live(place),
                    Some(Read::Ended(Some(Ended::OutOfLog))) => {
                        return Poll::Ready(Some(Response::from_errors(vec![answer::expired()])));
                    }
                    Some(Read::Ended(Some(Ended::NotAMember) | None)) | None => {
                        return Poll::Ready(None);
                    }
                },
                Stage::Live(place) => match place.fallen_behind() {
                    Some(_) if !is_clear => return Poll::Pending,
                    Some(behind) => {
                        match &mut self.plan {
                            Some(Plan::Follow(follow)) => follow.after = behind.sent_to,
                            Some(Plan::Watch(watch)) => watch.has_heard_until(behind.since),
                            None => {}
                        }
                        Stage::Waiting(Scope::Admitted, self.turns.to_open())
                    }
                    None => return Poll::Pending,
                },
            };
        }
    }

    fn admit(&mut self, admitted: Admitted) -> Stage {
        let Stage::Opening(opening, turn) = &mut self.stage else {
            unreachable!("only an opening subscription is admitted");
        };
        let responses = std::mem::replace(&mut opening.responses, stream::empty().boxed());
        let turn = turn.take();
        let renderer = Renderer {
            responses,
            updates: admitted.updates,
        };
        if admitted.plan.is_some() {
            self.plan = admitted.plan;
        }
        let open = Arc::clone(&self.open);
        let scope = if self.is_shared {
            Scope::Audience
        } else {
            Scope::Admitted
        };
        let render = move || AudienceRenderer::Closed(open, scope);
        let outlet = self.outlet.clone();
        let reader = match self.plan.clone() {
            Some(Plan::Follow(follow)) => {
                let key = self.audience_key(*follow.user.as_uuid());
                Reader::Log(follow.read(key, render, outlet))
            }
            Some(Plan::Watch(watch)) => {
                let key = self.audience_key(*watch.user.as_uuid());
                Reader::Signals(watch.start(key, render, outlet))
            }
            None => return Stage::Reading(stream::empty().boxed()),
        };
        let reading = Reading {
            reader,
            renderer,
            turn,
            turns: self.turns.clone(),
        };
        Stage::Reading(read(Box::new(reading)))
    }

    fn audience_key(&self, user: uuid::Uuid) -> AudienceKey {
        let mut digest = Sha256::new();
        digest.update(self.digest);
        if !self.is_shared {
            digest.update(user);
        }
        digest.finalize().into()
    }
}

/// Finds out what is to be sent before the subscription is live.
enum Reader {
    Log(Tail<OperationOutlet>),
    Signals(Watcher<OperationOutlet>),
}

impl Reader {
    async fn next(&mut self) -> Result<Step, Ended> {
        match self {
            Self::Log(tail) => tail.next().await,
            Self::Signals(watcher) => watcher.next().await,
        }
    }

    fn read_again(&mut self) -> bool {
        match self {
            Self::Log(tail) => tail.read_again(),
            Self::Signals(watcher) => watcher.look_again(),
        }
    }
}

struct Reading {
    reader: Reader,
    renderer: Renderer,
    /// The one that it was opened in.
    turn: Option<Turn>,
    turns: Turns,
}

impl Reading {
    async fn next(&mut self) -> Read {
        let mut turn = match self.turn.take() {
            Some(turn) => turn,
            None => self.turns.to_read().await,
        };
        loop {
            let update = match self.reader.next().await {
                Ok(Step::Send(update)) => update,
                Ok(Step::Rest) => {
                    drop(turn);
                    turn = self.turns.to_read().await;
                    continue;
                }
                Ok(Step::Live(place)) => return Read::Live(place),
                Err(ended) => return Read::Ended(Some(ended)),
            };
            match self.renderer.render(update).await {
                Some(response) if !response.errors.is_empty() && self.reader.read_again() => {}
                Some(response) => return Read::Response(response),
                None => return Read::Ended(None),
            }
        }
    }
}

fn read(reading: Box<Reading>) -> BoxStream<'static, Read> {
    let step = async |mut reading: Box<Reading>| Some((reading.next().await, reading));
    stream::unfold(reading, step).boxed()
}

/// An admitted execution: each update becomes one response.
struct Renderer {
    responses: BoxStream<'static, Response>,
    updates: UnboundedSender<Update>,
}

impl Renderer {
    async fn render(&mut self, update: Update) -> Option<Response> {
        self.updates.send(update).ok()?;
        self.responses.next().await
    }
}

/// Renders for many. The execution begins with the first event.
enum AudienceRenderer {
    Closed(Open, Scope),
    Open(Renderer),
}

impl AudienceRenderer {
    async fn open(&mut self) -> Option<&mut Renderer> {
        if let Self::Closed(open, scope) = self {
            let Opening {
                mut responses,
                admission,
            } = open(*scope);
            let admitted = std::future::poll_fn(|cx| match responses.poll_next_unpin(cx) {
                // Refused.
                Poll::Ready(_) => Poll::Ready(None),
                Poll::Pending => match admission.take() {
                    Some(admitted) => Poll::Ready(Some(admitted.updates)),
                    None => Poll::Pending,
                },
            });
            let updates = admitted.await?;
            *self = Self::Open(Renderer { responses, updates });
        }
        match self {
            Self::Open(renderer) => Some(renderer),
            Self::Closed(..) => None,
        }
    }
}

impl Render for AudienceRenderer {
    fn render(&mut self, update: Update) -> BoxFuture<'_, Option<Bytes>> {
        async {
            let response = self.open().await?.render(update).await?;
            // Whoever is concerned finds out what is wrong by reading.
            let fine = response.errors.is_empty();
            fine.then(|| answer::to_json(&response).into())
        }
        .boxed()
    }
}

/// Where the payloads of one operation go.
#[derive(Clone)]
struct OperationOutlet {
    socket: Arc<Outlet>,
    /// A message up to its payload.
    head: Arc<str>,
}

thread_local! {
    /// Keeps its size: frames are built once for each delivery.
    static FRAMES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl realtime::Outlet for OperationOutlet {
    fn offer(&self, payloads: &[Payload]) -> bool {
        FRAMES.with_borrow_mut(|frames| {
            frames.clear();
            for payload in payloads {
                frames::put_text(frames, &[self.head.as_bytes(), &payload.bytes, b"}"]);
            }
            self.socket.offer(frames).is_ok()
        })
    }

    fn wake(&self) {
        self.socket.wake();
    }
}
