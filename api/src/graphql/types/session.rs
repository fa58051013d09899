//! A login on one device.

use async_graphql::{Context, Description, ID, Object};

use crate::graphql::context::ContextExt;
use crate::graphql::scalars::DateTime;
use crate::model;

/// A login on one device. Only its owner sees it.
#[derive(Description)]
pub struct Session(pub model::Session);

#[Object(use_type_description)]
impl Session {
    /// Starts with `ses_`.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What the device called itself when it logged in.
    async fn device(&self) -> &str {
        &self.0.device
    }

    /// When the device logged in.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the device last renewed its tokens.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.0.last_used_at)
    }

    /// The address from which the device last renewed its tokens, as far as the server can tell.
    async fn ip(&self) -> &str {
        &self.0.last_used_from
    }

    /// Whether this request was made through it.
    async fn current(&self, ctx: &Context<'_>) -> bool {
        ctx.viewer()
            .is_ok_and(|viewer| viewer.session_id == self.0.id)
    }
}
