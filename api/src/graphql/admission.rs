//! How a subscription's resolver works with whoever serves the operation.
//!
//! The resolver only says what may be followed, and turns the updates that it is then given into
//! payloads. Where updates come from, and who shares a payload, is not its business.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Result};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::context::ContextExt;
use super::error::fault;
use crate::realtime::{Follow, Update, Watch};
use crate::services::{self, Viewer};

/// For whom a subscription is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The viewer in the operation's data, who may or may not follow what they ask for.
    Viewer,
    /// The same viewer once more, who was admitted before.
    Admitted,
    /// Everyone alike who may hear of what is rendered: there is no viewer.
    Audience,
}

/// Put into the data of a subscription by whoever serves it.
pub struct Admission {
    scope: Scope,
    admitted: Mutex<Option<Admitted>>,
}

/// Where the updates of a subscription come from.
#[derive(Clone)]
pub enum Plan {
    /// The log.
    Follow(Follow),
    /// What is not kept.
    Watch(Watch),
}

/// What a resolver leaves when the operation may go on.
pub struct Admitted {
    /// What to follow, when that had to be decided.
    pub plan: Option<Plan>,
    /// Each update that is sent here becomes one response.
    pub updates: UnboundedSender<Update>,
}

impl Admission {
    pub fn new(scope: Scope) -> Arc<Self> {
        Arc::new(Self {
            scope,
            admitted: Mutex::default(),
        })
    }

    /// What the resolver left, once it did.
    pub fn take(&self) -> Option<Admitted> {
        self.lock().take()
    }

    pub(super) fn is_for_audience(&self) -> bool {
        self.scope == Scope::Audience
    }

    fn admit(&self, plan: Option<Plan>) -> UnboundedReceiver<Update> {
        let (updates, receiver) = mpsc::unbounded_channel();
        *self.lock() = Some(Admitted { plan, updates });
        receiver
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Admitted>> {
        self.admitted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The updates of what `decide` says that the viewer may follow.
pub(super) async fn follow(
    ctx: &Context<'_>,
    decide: impl AsyncFnOnce(Viewer) -> services::Result<Plan>,
) -> Result<BoxStream<'static, Update>> {
    let admission = ctx.data::<Arc<Admission>>()?;
    let plan = match admission.scope {
        Scope::Viewer => Some(decide(ctx.viewer()?).await.map_err(fault)?),
        Scope::Admitted | Scope::Audience => None,
    };
    let updates = admission.admit(plan);
    let receive = async |mut updates: UnboundedReceiver<Update>| {
        let update = updates.recv().await?;
        Some((update, updates))
    };
    Ok(stream::unfold(updates, receive).boxed())
}
