//! People, as everyone signed in sees them.

use async_graphql::{Context, Description, ID, Object, Result};

use super::signal::Presence;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::scalars::DateTime;
use crate::model;

/// A person, as everyone signed in sees them.
#[derive(Description)]
pub struct User(pub model::User);

#[Object(use_type_description)]
impl User {
    /// Starts with `usr_`.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What people log in with and are mentioned by: lower case, unique.
    async fn username(&self) -> &str {
        &self.0.username
    }

    /// What people are called; not unique.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Whether they are there, for those who share a room with them.
    async fn presence(&self, ctx: &Context<'_>) -> Result<Presence> {
        let viewer = ctx.viewer()?;
        let shown = ctx.loaders().presence(viewer, self.0.id).await;
        Ok(Presence(match shown.map_err(fault)? {
            None => model::Presence::UNKNOWN,
            Some(Some(state)) => model::Presence {
                state,
                last_seen_at: None,
            },
            Some(None) => model::Presence {
                state: model::PresenceState::Offline,
                last_seen_at: self.0.last_seen_at,
            },
        }))
    }

    /// When the account was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
