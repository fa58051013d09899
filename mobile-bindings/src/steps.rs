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
        #[derive(Clone, Debug, PartialEq, uniffi::Enum)]
        pub enum $step {
            /// More at the end.
            Append { values: Vec<$item> },
            /// Nothing is left.
            Clear,
            /// One more at the beginning.
            PushFront { value: $item },
            /// One more at the end.
            PushBack { value: $item },
            /// The first one is gone.
            PopFront,
            /// The last one is gone.
            PopBack,
            /// One more at this place.
            Insert { index: u32, value: $item },
            /// Another one at this place.
            Set { index: u32, value: $item },
            /// The one at this place is gone.
            Remove { index: u32 },
            /// Only the first so many are left.
            Truncate { length: u32 },
            /// These, whatever there was.
            Reset { values: Vec<$item> },
        }

        impl From<VectorDiff<causerie_sdk::$item>> for $step {
            fn from(step: VectorDiff<causerie_sdk::$item>) -> Self {
                match step {
                    VectorDiff::Append { values } => Self::Append { values: all(values) },
                    VectorDiff::Clear => Self::Clear,
                    VectorDiff::PushFront { value } => Self::PushFront { value: value.into() },
                    VectorDiff::PushBack { value } => Self::PushBack { value: value.into() },
                    VectorDiff::PopFront => Self::PopFront,
                    VectorDiff::PopBack => Self::PopBack,
                    VectorDiff::Insert { index, value } => Self::Insert {
                        index: place(index),
                        value: value.into(),
                    },
                    VectorDiff::Set { index, value } => Self::Set {
                        index: place(index),
                        value: value.into(),
                    },
                    VectorDiff::Remove { index } => Self::Remove { index: place(index) },
                    VectorDiff::Truncate { length } => Self::Truncate { length: place(length) },
                    VectorDiff::Reset { values } => Self::Reset { values: all(values) },
                }
            }
        }

        /// Takes the steps of a list: first a reset to what it is. One call at a time, in order, on a thread that may be
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
                    let mut next = vec![Self::Reset { values: all(values) }];
                    loop {
                        let listener = listener.clone();
                        calls.call("steps", Box::new(move || listener.on_steps(next))).await;
                        next = match steps.next().await {
                            Some(steps) => steps.into_iter().map(Into::into).collect(),
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
    /// How a timeline changes.
    TimelineStep of TimelineItem, for TimelineListener
}
steps! {
    /// How the list of rooms changes.
    RoomListStep of RoomListItem, for RoomListListener
}

fn all<T, F: Into<T>>(values: impl IntoIterator<Item = F>) -> Vec<T> {
    values.into_iter().map(Into::into).collect()
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
