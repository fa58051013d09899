//! Subscribers who hear the same: an event is rendered once for all of them.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::roster::Roster;
use super::subscriber::Payload;
use super::update::{Entry, Interest, Update};
use super::writers::{Job, Writers};

/// How many events wait to be rendered before the audience goes back to the log.
const QUEUE: usize = 256;

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
    entry: Arc<Entry>,
    to: Roster,
}

impl Audience {
    pub(super) fn start(interest: Interest, render: impl Render, writers: Writers) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(serve(interest, render, writers, queue));
        Self {
            interest,
            queue: sender,
        }
    }

    /// Sees to it that everyone on the roster hears of it, now or out of the log.
    pub(super) fn hear(&self, entry: &Arc<Entry>, to: &Roster) {
        if !self.interest.includes(&entry.event.kind) {
            return;
        }
        let delivery = Delivery {
            entry: Arc::clone(entry),
            to: to.clone(),
        };
        if self.queue.try_send(delivery).is_err() {
            to.fall_back();
        }
    }
}

async fn serve(
    interest: Interest,
    mut render: impl Render,
    writers: Writers,
    mut queue: mpsc::Receiver<Delivery>,
) {
    let mut run = Vec::new();
    while queue.recv_many(&mut run, RUN).await > 0 {
        let mut rendered: Vec<(Roster, Vec<Payload>)> = Vec::new();
        for Delivery { entry, to } in run.drain(..) {
            let position = entry.event.position;
            let Some(bytes) = render.render(interest.update(entry)).await else {
                to.fall_back();
                continue;
            };
            let payload = Payload { position, bytes };
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
