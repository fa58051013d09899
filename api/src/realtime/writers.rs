//! The tasks that write payloads to sockets, each serving its share of the subscribers.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::roster::Roster;
use super::subscriber::Payload;

/// How many jobs wait for a writer before audiences wait too.
const QUEUE: usize = 64;

/// How many subscribers are served before other tasks get a chance.
const TURN: usize = 64;

/// The same payloads for everyone on a roster.
pub(super) struct Job {
    pub(super) to: Roster,
    pub(super) payloads: Vec<Payload>,
}

/// Dropping the last clone ends the tasks.
#[derive(Clone)]
pub(super) struct Writers(Arc<[mpsc::Sender<Arc<Job>>]>);

impl Writers {
    pub(super) fn start(count: usize) -> Self {
        let start = |number| {
            let (sender, jobs) = mpsc::channel(QUEUE);
            tokio::spawn(write(number, jobs));
            sender
        };
        Self((0..count).map(start).collect())
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) async fn send(&self, job: Job) {
        let job = Arc::new(job);
        for (number, writer) in self.0.iter().enumerate() {
            if !job.to.of_writer(number).is_empty() {
                // A writer ends only after everyone who could send to it.
                let _ = writer.send(Arc::clone(&job)).await;
            }
        }
    }
}

async fn write(number: usize, mut jobs: mpsc::Receiver<Arc<Job>>) {
    let mut waiting = Vec::new();
    while jobs.recv_many(&mut waiting, QUEUE).await > 0 {
        for (to, payloads) in gather(waiting.drain(..)) {
            for turn in to.of_writer(number).chunks(TURN) {
                for subscriber in turn {
                    subscriber.deliver(&payloads);
                }
                tokio::task::yield_now().await;
            }
        }
    }
}

/// What waits for the same subscribers goes out in one write each. Only neighbours are put
/// together: a subscriber of several rooms must hear of them in log order.
fn gather(jobs: impl Iterator<Item = Arc<Job>>) -> Vec<(Roster, Vec<Payload>)> {
    let mut gathered: Vec<(Roster, Vec<Payload>)> = Vec::new();
    for job in jobs {
        match gathered.last_mut() {
            Some((to, payloads)) if to.is(&job.to) => payloads.extend_from_slice(&job.payloads),
            _ => gathered.push((job.to.clone(), job.payloads.clone())),
        }
    }
    gathered
}
