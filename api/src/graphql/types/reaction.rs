//! What people give to messages.

use async_graphql::{Context, Description, Object, Result, Value};
use futures_util::future::try_join_all;

use super::user::User;
use crate::graphql::at_hand::AtHand;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::hand::Hand;
use crate::graphql::pagination;
use crate::model;

/// An emoji that was given to a message, by one or more.
#[derive(Description)]
pub struct Reaction(pub model::Reaction);

#[Object(use_type_description)]
impl Reaction {
    /// As Unicode recommends to write it.
    async fn emoji(&self) -> &str {
        &self.0.emoji
    }

    /// How many gave it.
    async fn count(&self) -> i64 {
        self.0.count
    }

    /// Those who gave it first, 0 to 100 of them; 10 when left out.
    #[graphql(complexity = "pagination::page_size(Some(first), None) * child_complexity")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many.", default = 10)] first: i32,
    ) -> Result<Vec<User>> {
        let most = pagination::limit("first", Some(first)).map_err(fault)?;
        let loaders = ctx.loaders();
        let reactors = loaders.reactors(self.0.message, most).await;
        let reactors = reactors.map_err(fault)?.into_iter();
        let users = reactors.filter(|(emoji, _)| *emoji == self.0.emoji);
        let users = users.map(|(_, user)| loaders.user(user));
        let users = try_join_all(users).await.map_err(fault)?;
        Ok(users.into_iter().map(User).collect())
    }

    /// Whether the viewer is one of them.
    async fn viewer_reacted(&self, ctx: &Context<'_>) -> Result<bool> {
        let viewer = ctx.viewer()?.user_id;
        let own = ctx.loaders().own_reactions(viewer, self.0.message).await;
        Ok(own.map_err(fault)?.contains(&self.0.emoji))
    }
}

impl AtHand for Reaction {
    fn at_hand(&self, field: &str, _: &Context<'_>, _: &Hand) -> Option<Value> {
        Some(match field {
            "emoji" => self.0.emoji.as_str().into(),
            "count" => self.0.count.into(),
            _ => return None,
        })
    }
}
