//! What lies between the devices and the server: delays, losses, doubles, and connections that break or fall silent.

use super::server::{Refusal, Request, Server, Session, Tail, top_level};
use crate::operations::sync::{Batch, Events};
use crate::sync::{Answer, Call, Carrier};
use crate::transport::http::{Extensions, from_graphql};
use crate::{Error, sync};
use cynic::GraphQlResponse;
use futures_util::FutureExt;
use rand::Rng;
use rand::rngs::StdRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a device waits for an answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
/// How long it takes until a device notices that a connection has fallen silent.
pub(super) const SILENCE: Duration = Duration::from_secs(35);
/// And how long it takes when the device asks.
pub(super) const PROBE: Duration = Duration::from_secs(4);

/// How likely what goes wrong is.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    /// A request is lost before the server has it, or its answer on the way back.
    pub(super) lost: f64,
    /// A request arrives after its sender has given up.
    pub(super) late: f64,
    pub(super) doubled: f64,
    pub(super) slow: f64,
    pub(super) refused: f64,
    pub(super) unconnected: f64,
    pub(super) cut: f64,
    pub(super) half_open: f64,
    pub(super) behind: f64,
    pub(super) killed: f64,
    pub(super) clock: f64,
    pub(super) revoked: f64,
    pub(super) trimmed: f64,
    pub(super) restarted: f64,
    /// An app is started without a wish to be in step.
    pub(super) offline: f64,
    /// The file of an app that does not run is damaged.
    pub(super) damaged: f64,
}

impl Faults {
    /// Each kind only in some runs, so that each is also seen without the others.
    pub(super) fn random(random: &mut StdRng) -> Self {
        let mut some = |most: f64| match random.random_bool(0.6) {
            true => most * random.random::<f64>(),
            false => 0.0,
        };
        Self {
            lost: some(0.3),
            late: some(0.1),
            doubled: some(0.2),
            slow: some(0.3),
            refused: some(0.2),
            unconnected: some(0.5),
            cut: some(0.1),
            half_open: some(0.06),
            behind: some(0.5),
            killed: some(0.12),
            clock: some(0.1),
            revoked: some(0.05),
            trimmed: some(0.08),
            restarted: some(0.04),
            offline: some(0.7),
            damaged: some(0.4),
        }
    }
}

/// How a request and its answer travel.
pub(super) struct Journey {
    /// When the server has it, again and again.
    pub(super) arrives: Vec<Duration>,
    /// When the sender hears that there is no answer; otherwise it takes so long for the answer to come back.
    pub(super) no_answer: Option<Duration>,
}

impl Faults {
    pub(super) fn delay(&self, random: &mut StdRng) -> Duration {
        let most = if random.random_bool(self.slow) {
            12_000
        } else {
            250
        };
        Duration::from_micros(random.random_range(500..most * 1000))
    }

    pub(super) fn journey(&self, random: &mut StdRng) -> Journey {
        let up = self.delay(random);
        let mut journey = Journey {
            arrives: vec![up],
            no_answer: None,
        };
        if random.random_bool(self.doubled) {
            journey.arrives.push(self.delay(random));
        }
        let broken = Duration::from_millis(random.random_range(5..TIMEOUT.as_millis() as u64));
        if random.random_bool(self.late) {
            let late = TIMEOUT + Duration::from_millis(random.random_range(1..20_000));
            journey.arrives = vec![late];
            journey.no_answer = Some(TIMEOUT);
        } else if random.random_bool(self.lost) {
            journey.no_answer = Some(broken);
            match random.random_bool(0.5) {
                true => journey.arrives.clear(),
                // What has not arrived by then never will.
                false => journey.arrives.retain(|arrives| *arrives < broken),
            }
        }
        journey
    }
}

/// A connection that stands, as the server sees it.
pub(super) struct Socket {
    pub(super) device: usize,
    pub(super) user: usize,
    /// Where to begin, until that was asked for.
    pub(super) tail: Option<Tail>,
    /// Nothing arrives any more, and nobody knows.
    pub(super) is_silent: bool,
    /// What is sent later arrives later.
    pub(super) last_arrival: Duration,
    pub(super) is_reading: bool,
    /// In which rooms it is told who writes.
    pub(super) watches: BTreeSet<usize>,
}

/// Carries a call to the server and its answer back, at once.
struct Wire<'a> {
    server: RefCell<&'a mut Server>,
    asking: (usize, Session),
}

impl Carrier for Wire<'_> {
    async fn carry<T, V>(&self, operation: &cynic::Operation<T, V>) -> Result<T, Error>
    where
        T: DeserializeOwned,
        V: Serialize,
    {
        let name = operation.operation_name.as_deref().expect("a name");
        let request = Request {
            name: name.to_owned(),
            variables: serde_json::to_value(&operation.variables).expect("variables"),
        };
        let answer = self.server.borrow_mut().answer(self.asking, &request);
        read(answer)
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, Error> {
    let answer: GraphQlResponse<T, Extensions> =
        serde_json::from_value(answer).expect("the model answers as the server does");
    match answer.errors.into_iter().flatten().next() {
        Some(error) => Err(from_graphql(error)),
        None => Ok(answer.data.expect("data or an error")),
    }
}

/// `asking` is who does, and in which session.
pub(super) fn carry_out(
    server: &mut Server,
    asking: (usize, Session),
    call: Call,
) -> Result<Answer, Error> {
    let wire = Wire {
        server: RefCell::new(server),
        asking,
    };
    call.make(&wire)
        .now_or_never()
        .expect("the model answers at once")
}

/// What a server under load, or one that fails, answers to anything.
pub(super) fn refusal(random: &mut StdRng) -> Error {
    let refusal = match random.random_bool(0.5) {
        true => Refusal("RATE_LIMITED", Some(random.random_range(1..5))),
        false => Refusal("INTERNAL", None),
    };
    read::<Value>(top_level(&refusal)).expect_err("an error")
}

pub(super) fn read_batch(batch: Value) -> sync::Update {
    let events: Events = serde_json::from_value(batch).expect("the model tells as the server does");
    sync::Update::Events(Batch::from(events.events))
}
