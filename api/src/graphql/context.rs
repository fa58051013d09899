//! What resolvers find in their context.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{Context, Data, Result};

use super::admission::Admission;
use super::error::unauthenticated;
use super::loaders::Loaders;
use super::request::RequestInfo;
use crate::model::Position;
use crate::services::{Services, Viewer};

/// Readies the data of one operation; the viewer, if there is one, comes on top.
pub fn prepare(services: &Arc<Services>, data: &mut Data) {
    data.insert(Loaders::new(services));
    data.insert(StartedAt(services.live.position()));
    data.insert(SignedIn::default());
}

/// Who logged in or out within this very operation: `None` when nobody did, otherwise who asks
/// from then on.
#[derive(Default)]
struct SignedIn(Mutex<Option<Option<Viewer>>>);

/// Where the log was before the operation read anything.
struct StartedAt(Position);

/// Shorter ways into an operation's data.
pub(super) trait ContextExt {
    fn services(&self) -> &Services;
    fn loaders(&self) -> &Loaders;
    fn request(&self) -> &RequestInfo;
    /// # Errors
    /// `UNAUTHENTICATED` without a login.
    fn viewer(&self) -> Result<Viewer>;
    /// What follows in this operation is asked by this viewer.
    fn sign_in(&self, viewer: Viewer);
    /// What follows in this operation is asked by nobody.
    fn sign_out(&self);
    fn started_at(&self) -> Position;
    /// Whether this is rendered for everyone alike, all of whom may see it.
    fn is_for_audience(&self) -> bool;
    fn address(&self) -> IpAddr {
        self.request().address
    }
}

impl ContextExt for Context<'_> {
    fn services(&self) -> &Services {
        self.data_unchecked::<Arc<Services>>()
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }

    fn request(&self) -> &RequestInfo {
        self.data_unchecked()
    }

    fn viewer(&self) -> Result<Viewer> {
        let changed = *lock(self.data_unchecked());
        changed
            .unwrap_or_else(|| self.data_opt().copied())
            .ok_or_else(unauthenticated)
    }

    fn sign_in(&self, viewer: Viewer) {
        *lock(self.data_unchecked()) = Some(Some(viewer));
    }

    fn sign_out(&self) {
        *lock(self.data_unchecked()) = Some(None);
    }

    fn started_at(&self) -> Position {
        self.data_unchecked::<StartedAt>().0
    }

    fn is_for_audience(&self) -> bool {
        self.data_opt::<Arc<Admission>>()
            .is_some_and(|admission| admission.is_for_audience())
    }
}

fn lock(signed_in: &SignedIn) -> MutexGuard<'_, Option<Option<Viewer>>> {
    signed_in.0.lock().unwrap_or_else(PoisonError::into_inner)
}
