//! People, as everyone signed in sees them.

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject, Value};

use super::signal::Presence;
use crate::graphql::at_hand::AtHand;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::hand::Hand;
use crate::graphql::scalars::DateTime;
use crate::model;

/// What somebody says they are doing.
#[derive(SimpleObject)]
struct UserStatus {
    /// One line.
    text: String,
    /// An emoji that goes with it.
    emoji: Option<String>,
    /// When it will be gone; null when it stays.
    expires_at: Option<DateTime>,
}

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

    /// Whether they have deleted their account. Then they are called "Deleted user", and nothing of
    /// them is left but what they said.
    async fn is_deleted(&self) -> bool {
        self.0.is_deleted
    }

    /// What they tell of themselves, in one or more lines; null when they do not.
    async fn bio(&self) -> Option<&str> {
        self.0.bio.as_deref()
    }

    /// What they say they are doing; null when they do not, or when that has expired.
    async fn status(&self, ctx: &Context<'_>) -> Option<UserStatus> {
        let status = ctx.services().accounts.current_status(&self.0)?;
        Some(UserStatus {
            text: status.text.clone(),
            emoji: status.emoji.clone(),
            expires_at: status.expires_at.map(DateTime),
        })
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

impl AtHand for User {
    fn at_hand(&self, field: &str, _: &Context<'_>, _: &Hand) -> Option<Value> {
        let user = &self.0;
        Some(match field {
            "id" => user.id.to_string().into(),
            "username" => user.username.as_str().into(),
            "displayName" => user.display_name.as_str().into(),
            "isDeleted" => user.is_deleted.into(),
            "bio" => user.bio.as_deref().into(),
            "createdAt" => DateTime(user.created_at).into(),
            _ => return None,
        })
    }
}
