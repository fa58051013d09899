//! Whatever has an id.

use async_graphql::{Context, ID, Interface};
use futures_util::try_join;

use super::message::Message;
use super::room::Room;
use super::session::Session;
use super::user::User;
use crate::graphql::context::ContextExt;
use crate::services::permissions::{can_read_messages, can_see_room};
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
        let (loaders, viewer_id) = (ctx.loaders(), viewer.user_id);
        let id = id.as_str();
        // An id is of one type, so at most one of these reads it.
        Ok(if let Ok(id) = id.parse() {
            loaders.find_user(id).await?.map(User).map(Self::User)
        } else if let Ok(id) = id.parse() {
            let (room, membership) =
                try_join!(loaders.find_room(id), loaders.membership(viewer_id, id))?;
            room.filter(|room| can_see_room(room, membership.as_ref()))
                .map(Room)
                .map(Self::Room)
        } else if let Ok(id) = id.parse() {
            let Some(message) = loaders.find_message(id).await? else {
                return Ok(None);
            };
            let membership = loaders.membership(viewer_id, message.room_id).await?;
            can_read_messages(membership.as_ref()).then_some(Self::Message(Message(message)))
        } else if let Ok(id) = id.parse() {
            let session = loaders.session(viewer_id, id).await?;
            session.map(Session).map(Self::Session)
        } else {
            None
        })
    }
}
