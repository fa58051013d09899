//! What can be followed.

use async_graphql::{Context, Description, ID, Result, Subscription};
use futures_util::{Stream, StreamExt};

use super::admission::follow;
use super::context::ContextExt;
use super::ids;
use super::scalars::Cursor;
use super::types::event::{Event, EventBatch};

/// What can be followed. Everything needs a login.
#[derive(Description)]
pub struct Subscription;

#[Subscription(use_type_description)]
impl Subscription {
    /// Everything that happens in the viewer's rooms, also those that they join later: in log
    /// order, each event once, with no gap. First what happened after the cursor, then live.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Where to go on: the cursor of the last batch received, or one that a \
                          query gave. From now when left out."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = EventBatch> + use<>> {
        let live = &ctx.services().live;
        let after = after.map(|cursor| cursor.0);
        let updates = follow(ctx, async |viewer| live.follow_rooms(viewer, after).await).await?;
        Ok(updates.filter_map(async |update| EventBatch::from_update(update)))
    }

    /// What happens to messages, in log order, each event once, with no gap: first what happened
    /// after the cursor, then live. Completes when the viewer leaves the room. Ends with
    /// `EXPIRED` when the log does not reach back to the cursor.
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
        let live = &ctx.services().live;
        let after = after.map(|cursor| cursor.0);
        let updates = follow(ctx, async |viewer| {
            let room = room_id.map(|id| ids::parse(&id, "Room")).transpose()?;
            live.follow_messages(viewer, room, after).await
        });
        let updates = updates.await?;
        Ok(updates.filter_map(async |update| Event::from_update(update)))
    }
}
