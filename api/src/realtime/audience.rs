//! Subscribers who hear the same: an event is rendered once for all of them.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::roster::Roster;
use super::subscriber::Payload;
use super::update::{Entry, Interest, Reach, Signal, Update};
use super::writers::{Job, Writers};
use crate::model::Position;

/// How many events wait to be rendered before the audience goes back to the log: more than are
/// ever committed or read at once. Signals may be more: then everyone looks how things are.
const QUEUE: usize = 1_024;

/// How many events are rendered before the first of them is sent, when many come at once.
const RUN: usize = 32;

/// Turns updates into payloads, in order.
pub trait Render: Send + 'static {
    /// `None` if it cannot be had for everyone alike, or not now.
    fn render(&mut self, update: Update) -> BoxFuture<'_, Option<Bytes>>;
}

/// Lives as long as someone is in it.
pub struct Audience {
    pub(super) interest: Interest,
    queue: mpsc::Sender<Delivery>,
}

struct Delivery {
    position: Position,
    update: Update,
    reach: Reach,
    to: Roster,
}

impl Audience {
    pub(super) fn start(interest: Interest, render: impl Render, writers: Writers) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(serve(render, writers, queue));
        Self {
            interest,
            queue: sender,
        }
    }

    /// Sees to it that everyone on the roster hears of it, now or out of the log.
    pub(super) fn hear(&self, entry: &Arc<Entry>, to: &Roster) {
        if self.interest.includes(entry) {
            self.deliver(Delivery {
                position: entry.event.position,
                update: self.interest.update(Arc::clone(entry)),
                reach: Reach::Everyone,
                to: to.clone(),
            });
        }
    }

    /// Passes on the signal of that number, if the audience is interested.
    pub(super) fn notice(
        &self,
        number: Position,
        signal: &Arc<Signal>,
        reach: &Reach,
        to: &Roster,
    ) {
        if self.interest.notices(signal) {
            self.deliver(Delivery {
                position: number,
                update: Update::Signal(Arc::clone(signal)),
                reach: reach.clone(),
                to: to.clone(),
            });
        }
    }

    fn deliver(&self, delivery: Delivery) {
        if let Err(unsent) = self.queue.try_send(delivery) {
            unsent.into_inner().to.fall_back();
        }
    }
}

async fn serve(mut render: impl Render, writers: Writers, mut queue: mpsc::Receiver<Delivery>) {
    let mut run = Vec::new();
    let mut last: Option<(Position, Bytes)> = None;
    while queue.recv_many(&mut run, RUN).await > 0 {
        let mut rendered: Vec<(Roster, Vec<Payload>)> = Vec::new();
        for delivery in run.drain(..) {
            let Delivery {
                position,
                update,
                reach,
                to,
            } = delivery;
            // Somebody's presence comes once for each of their rooms.
            let bytes = match &last {
                Some((same, bytes)) if *same == position => Some(bytes.clone()),
                _ => render.render(update).await,
            };
            let Some(bytes) = bytes else {
                to.fall_back();
                continue;
            };
            last = Some((position, bytes.clone()));
            let payload = Payload {
                position,
                bytes,
                reach,
            };
            match rendered.last_mut() {
                Some((same, payloads)) if same.is(&to) => payloads.push(payload),
                _ => rendered.push((to, vec![payload])),
            }
        }
        for (to, payloads) in rendered {
            writers.send(Job { to, payloads }).await;
        }
    }
}
