//! Whatever has an id.

use async_graphql::{Context, ID, Interface};

use super::message::Message;
use super::room::Room;
use super::session::Session;
use super::user::User;
use crate::graphql::context::ContextExt;
use crate::services::{Result, Viewer};

/// Whatever has an id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Globally unique, with a prefix that tells the type."
))]
pub enum Node {
    User(User),
    Session(Session),
    Room(Room),
    Message(Message),
}

impl Node {
    /// The thing with this id, if the viewer may see it.
    pub async fn find(ctx: &Context<'_>, viewer: Viewer, id: &ID) -> Result<Option<Self>> {
        let services = ctx.services();
        let id = id.as_str();
        // An id is of one type, so at most one of these reads it.
        Ok(if let Ok(id) = id.parse() {
            services.accounts.find(id).await?.map(User).map(Self::User)
        } else if let Ok(id) = id.parse() {
            services
                .rooms
                .find(viewer, id)
                .await?
                .map(Room)
                .map(Self::Room)
        } else if let Ok(id) = id.parse() {
            services
                .messages
                .find(viewer, id)
                .await?
                .map(Message)
                .map(Self::Message)
        } else if let Ok(id) = id.parse() {
            services
                .sessions
                .find(viewer, id)
                .await?
                .map(Session)
                .map(Self::Session)
        } else {
            None
        })
    }
}
