//! What can be asked.

use async_graphql::{Context, Description, ID, Object, Result};

use futures_util::future::try_join_all;

use super::connection::{Connection, connection};
use super::context::ContextExt;
use super::error::fault;
use super::ids;
use super::pagination::{forwards, invalid, page_size};
use super::types::node::Node;
use super::types::room::Room;
use super::types::server_info::ServerInfo;
use super::types::user::User;
use super::types::viewer::Viewer;
use crate::model;
use crate::services::Error;

const NODES_MOST: usize = 100;

/// What can be asked. Everything but `serverInfo` needs a login.
#[derive(Description)]
pub struct Query;

#[Object(use_type_description)]
impl Query {
    /// The person who is asking.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        ctx.viewer().map(Viewer::new)
    }

    /// Whatever has this id; null when it does not exist or is not for the viewer to see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of a user, session, room or message.")] id: ID,
    ) -> Result<Option<Node>> {
        Node::find(ctx, ctx.viewer()?, &id).await.map_err(fault)
    }

    /// Several at once, in the order of their ids.
    #[graphql(complexity = "ids.len() * child_complexity")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        let viewer = ctx.viewer()?;
        if ids.len() > NODES_MOST {
            let message = format!("At most {NODES_MOST} ids can be asked for at once");
            return Err(fault(invalid("ids", message)));
        }
        let nodes = ids.iter().map(|id| Node::find(ctx, viewer, id));
        try_join_all(nodes).await.map_err(fault)
    }

    /// A room; null when it does not exist or is not for the viewer to see. Channels are for
    /// everyone signed in to see, other rooms for their members.
    async fn room(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The room's id.")] id: ID,
    ) -> Result<Option<Room>> {
        let viewer = ctx.viewer()?;
        let Ok(id) = ids::parse(&id, "Room") else {
            return Ok(None);
        };
        let room = ctx.services().rooms.find(viewer, id).await.map_err(fault)?;
        Ok(room.map(Room))
    }

    /// All channels by name.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those whose name contains this, ignoring case.")] query: Option<
            String,
        >,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
    ) -> Result<Connection<Room>> {
        ctx.viewer()?;
        let page = forwards(first, after).map_err(fault)?;
        let channels = ctx
            .services()
            .rooms
            .list_channels(query.as_deref(), page)
            .await
            .map_err(fault)?;
        Ok(connection(channels, model::Room::folded_name, Room))
    }

    /// A person, by exactly one of id and username; null when there is none.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person's id.")] id: Option<ID>,
        #[graphql(desc = "The person's username, ignoring case.")] username: Option<String>,
    ) -> Result<Option<User>> {
        ctx.viewer()?;
        let accounts = &ctx.services().accounts;
        let user = match (id, username) {
            (Some(id), None) => match ids::parse(&id, "User") {
                Ok(id) => accounts.find(id).await,
                Err(_) => Ok(None),
            },
            (None, Some(username)) => accounts.find_by_username(&username).await,
            _ => Err(Error::Invalid {
                field: "id",
                message: "Give exactly one of id and username".to_owned(),
            }),
        };
        Ok(user.map_err(fault)?.map(User))
    }

    /// People in whose username or display name every word of `query` begins a word, whatever the
    /// case, by username; nobody, when there is no word in it.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The beginnings of words: at most 8, in at most 100 characters.")]
        query: String,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
    ) -> Result<Connection<User>> {
        ctx.viewer()?;
        let page = forwards(first, after).map_err(fault)?;
        let found = ctx.services().accounts.search(&query, page).await;
        let username = |user: &model::User| user.username.clone();
        Ok(connection(found.map_err(fault)?, username, User))
    }

    /// The server itself. Needs no login.
    async fn server_info(&self) -> ServerInfo {
        ServerInfo {
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}
