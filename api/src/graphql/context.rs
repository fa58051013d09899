//! What resolvers find in their context.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Data, Result};

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

/// Who logged in within this very operation, if anyone did.
#[derive(Default)]
struct SignedIn(Mutex<Option<Viewer>>);

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
    fn started_at(&self) -> Position;
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
        let signed_in = &self.data_unchecked::<SignedIn>().0;
        let signed_in = *signed_in.lock().unwrap_or_else(PoisonError::into_inner);
        signed_in
            .or_else(|| self.data_opt().copied())
            .ok_or_else(unauthenticated)
    }

    fn sign_in(&self, viewer: Viewer) {
        let signed_in = &self.data_unchecked::<SignedIn>().0;
        *signed_in.lock().unwrap_or_else(PoisonError::into_inner) = Some(viewer);
    }

    fn started_at(&self) -> Position {
        self.data_unchecked::<StartedAt>().0
    }
}
