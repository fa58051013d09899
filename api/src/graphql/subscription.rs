//! What can be followed.

use async_graphql::{Context, Description, ID, Result, Subscription};
use futures_util::{Stream, StreamExt};

use super::context::ContextExt;
use super::error::fault;
use super::ids;
use super::scalars::Cursor;
use super::types::event::Event;

/// What can be followed. Everything needs a login.
#[derive(Description)]
pub struct Subscription;

#[Subscription(use_type_description)]
impl Subscription {
    /// What happens to messages, in log order, each event once, with no gap: first what happened
    /// after the cursor, then live. Completes when the viewer leaves the room.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "One room that the viewer is in; all of theirs, also those they join \
                          later, when left out."
        )]
        room_id: Option<ID>,
        #[graphql(
            desc = "Where to go on: the cursor of the last event received, or one that a \
                          query gave. From now when left out."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = Event> + use<>> {
        let viewer = ctx.viewer()?;
        let room = room_id
            .map(|id| ids::parse(&id, "Room"))
            .transpose()
            .map_err(fault)?;
        let after = after.map(|cursor| cursor.0);
        let events = ctx
            .services()
            .live
            .messages(viewer, room, after)
            .await
            .map_err(fault)?;
        Ok(events.filter_map(|event| async { Event::from_log(event) }))
    }
}
