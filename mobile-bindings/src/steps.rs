//! The steps by which lists change, and who takes them.

use crate::errors::{CallbackError, CauserieError};
use crate::items::{RoomListItem, TimelineItem};
use crate::live::{Gate, TaskHandle};
use crate::runtime::spawn;
use causerie_sdk::{VectorDiff, Watched};
use std::sync::Arc;
use tokio_stream::StreamExt;

macro_rules! steps {
    ($(#[$doc:meta])* $step:ident of $item:ident, for $listener:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, uniffi::Record)]
        pub struct $step {
            /// Where, counted from 0.
            pub at: u32,
            /// How many are gone from there.
            pub removed: u32,
            /// What is there in their place. As many as are gone: these have changed.
            pub values: Vec<$item>,
        }

        impl $step {
            fn next(step: VectorDiff<causerie_sdk::$item>, length: &mut usize) -> Self {
                let (at, removed, values) = splice(step, length);
                Self { at: number(at), removed: number(removed), values: all(values) }
            }
        }

        /// Takes the steps of a list: the first one puts in all that it has. One call at a time, in order, on a thread that may be
        /// blocked. What a listener throws is logged, and the steps go on.
        #[uniffi::export(foreign)]
        pub trait $listener: Send + Sync {
            /// Several steps that belong together.
            fn on_steps(&self, steps: Vec<$step>) -> Result<(), CallbackError>;
        }

        impl $step {
            /// Hands the steps of a list to a listener until the handle is dropped.
            pub(crate) fn hand(
                watched: Watched<causerie_sdk::$item>,
                listener: Arc<dyn $listener>,
            ) -> Result<TaskHandle, CauserieError> {
                let (values, mut steps) = watched;
                let gate = Gate::default();
                let calls = gate.clone();
                let task = spawn(Box::pin(async move {
                    let mut length = 0;
                    let mut next = vec![Self::next(VectorDiff::Reset { values }, &mut length)];
                    loop {
                        let listener = listener.clone();
                        calls.call("steps", Box::new(move || listener.on_steps(next))).await;
                        next = match steps.next().await {
                            Some(steps) => {
                                let steps = steps.into_iter();
                                steps.map(|step| Self::next(step, &mut length)).collect()
                            }
                            None => return,
                        };
                    }
                }))?;
                Ok(TaskHandle::of(task.abort_handle(), gate))
            }
        }
    };
}

steps! {
    /// How a timeline changes: some lines are gone from a place, and others are there.
    TimelineStep of TimelineItem, for TimelineListener
}
steps! {
    /// How the list of rooms changes: some are gone from a place, and others are there.
    RoomListStep of RoomListItem, for RoomListListener
}

fn all<T, F: Into<T>>(values: impl IntoIterator<Item = F>) -> Vec<T> {
    values.into_iter().map(Into::into).collect()
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Where a step changes a list of this length, how many items it takes out there, and what it puts in.
fn splice<T: Clone>(step: VectorDiff<T>, length: &mut usize) -> (usize, usize, Vec<T>) {
    let end = *length;
    let (at, removed, values) = match step {
        VectorDiff::Append { values } => (end, 0, all(values)),
        VectorDiff::Clear => (0, end, Vec::new()),
        VectorDiff::PushFront { value } => (0, 0, vec![value]),
        VectorDiff::PushBack { value } => (end, 0, vec![value]),
        VectorDiff::PopFront => (0, 1, Vec::new()),
        VectorDiff::PopBack => (end - 1, 1, Vec::new()),
        VectorDiff::Insert { index, value } => (index, 0, vec![value]),
        VectorDiff::Set { index, value } => (index, 1, vec![value]),
        VectorDiff::Remove { index } => (index, 1, Vec::new()),
        VectorDiff::Truncate { length } => (length, end - length, Vec::new()),
        VectorDiff::Reset { values } => (0, end, all(values)),
    };
    *length = end - removed + values.len();
    (at, removed, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_changes_a_list_as_it_says() {
        let value = 9;
        let steps = [
            VectorDiff::Reset {
                values: [1, 2, 3].into_iter().collect(),
            },
            VectorDiff::Append {
                values: [4, 5].into_iter().collect(),
            },
            VectorDiff::PushFront { value },
            VectorDiff::PushBack { value },
            VectorDiff::Insert { index: 2, value },
            VectorDiff::Set { index: 3, value },
            VectorDiff::Remove { index: 1 },
            VectorDiff::PopFront,
            VectorDiff::PopBack,
            VectorDiff::Truncate { length: 2 },
            VectorDiff::Reset {
                values: [6, 7].into_iter().collect(),
            },
            VectorDiff::Clear,
            VectorDiff::PushBack { value },
        ];
        let (mut list, mut spliced, mut length) = (Default::default(), Vec::new(), 0);
        for step in steps {
            let (at, removed, values) = splice(step.clone(), &mut length);
            spliced.splice(at..at + removed, values);
            step.clone().apply(&mut list);
            assert!(
                spliced.iter().eq(&list),
                "{step:?}: {spliced:?}, not {list:?}"
            );
        }
    }
}
