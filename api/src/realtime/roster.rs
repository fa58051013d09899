//! Who of an audience follows one topic, by the writer who serves them.

use std::sync::Arc;

use super::subscriber::Subscriber;

/// Cheap to clone: a delivery keeps the roster as it was.
#[derive(Clone)]
pub(super) struct Roster(Arc<Vec<Vec<Arc<Subscriber>>>>);

impl Roster {
    pub(super) fn new(writers: usize) -> Self {
        Self(Arc::new(vec![Vec::new(); writers]))
    }

    pub(super) fn add(&mut self, subscriber: &Arc<Subscriber>) {
        Arc::make_mut(&mut self.0)[subscriber.writer].push(Arc::clone(subscriber));
    }

    pub(super) fn remove(&mut self, subscriber: &Arc<Subscriber>) {
        let all = &mut Arc::make_mut(&mut self.0)[subscriber.writer];
        if let Some(at) = all.iter().position(|one| Arc::ptr_eq(one, subscriber)) {
            all.swap_remove(at);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Those whom one writer serves.
    pub(super) fn of_writer(&self, writer: usize) -> &[Arc<Subscriber>] {
        &self.0[writer]
    }

    pub(super) fn fall_back(&self) {
        for subscriber in self.0.iter().flatten() {
            subscriber.fall_back();
        }
    }
}
