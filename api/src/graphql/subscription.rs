//! What can be followed.

use async_graphql::{Context, Description, ID, Result, Subscription};
use futures_util::{Stream, StreamExt};

use super::admission::{Plan, follow};
use super::at_hand::AtOnce;
use super::context::ContextExt;
use super::ids;
use super::pagination::invalid;
use super::scalars::Cursor;
use super::types::event::{Event, EventBatch};
use super::types::signal::{PresenceChanged, ReceiptChanged, Typing};
use crate::services;

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
        let updates = follow(ctx, async |viewer| {
            live.follow_rooms(viewer, after).await.map(Plan::Follow)
        })
        .await?;
        Ok(updates.filter_map(async |update| EventBatch::from_update(update)))
    }

    /// What happens to messages on the main line of rooms, or in one thread, in log order, each event
    /// once, with no gap: first what happened after the cursor, then live. Completes when the viewer leaves the room. Ends with
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
            desc = "The message that a thread hangs on, to follow that instead. Not together with \
                          roomId."
        )]
        thread_root_id: Option<ID>,
        #[graphql(
            desc = "Where to go on: the cursor of the last event received, or one that a \
                          query gave. From now when left out."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = AtOnce<Event>> + use<>> {
        let live = &ctx.services().live;
        let after = after.map(|cursor| cursor.0);
        let updates = follow(ctx, async |viewer| {
            Ok(Plan::Follow(match (room_id, thread_root_id) {
                (Some(_), Some(_)) => {
                    let message = "Give roomId or threadRootId, not both";
                    return Err(invalid("threadRootId", message));
                }
                (None, Some(root)) => {
                    let root = ids::parse(&root, "Message")?;
                    live.follow_thread(viewer, root, after).await?
                }
                (room, None) => {
                    let room = room.map(|id| ids::parse(&id, "Room")).transpose()?;
                    live.follow_messages(viewer, room, after).await?
                }
            }))
        });
        let updates = updates.await?;
        Ok(updates.filter_map(async |update| Event::from_update(update).map(AtOnce)))
    }

    /// Who else is typing in a room that the viewer is in, whenever that changes; first who is
    /// typing already, if anybody is. Completes when the viewer leaves the room.
    async fn typing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The room.")] room_id: ID,
    ) -> Result<impl Stream<Item = Typing> + use<>> {
        let signals = &ctx.services().signals;
        let updates = follow(ctx, async |viewer| {
            let room = ids::parse(&room_id, "Room")?;
            signals.watch_typing(viewer, room).await.map(Plan::Watch)
        });
        let updates = updates.await?;
        Ok(updates.filter_map(async |update| Typing::from_update(update)))
    }

    /// How far people have read in a room that the viewer is in; without a room, how far the viewer
    /// has read in all of theirs, at whichever device. Whenever that moves, a few times a second at
    /// most for each of them; first what moved in the last minute. Completes when the viewer
    /// leaves the room.
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "One room that the viewer is in; the viewer alone in all of theirs, also \
                          those they join later, when left out."
        )]
        room_id: Option<ID>,
    ) -> Result<impl Stream<Item = ReceiptChanged> + use<>> {
        let signals = &ctx.services().signals;
        let updates = follow(ctx, async |viewer| {
            let room = room_id.map(|id| ids::parse(&id, "Room")).transpose()?;
            signals.watch_receipts(viewer, room).await.map(Plan::Watch)
        });
        let updates = updates.await?;
        Ok(updates.filter_map(async |update| ReceiptChanged::from_update(update)))
    }

    /// Whether people are there who share a room with the viewer, whenever that changes; first
    /// those who are there. A short loss of connection is no change.
    async fn presence(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most 500 people. When left out: everyone in those of the viewer's rooms \
                          that have at most 200 members."
        )]
        user_ids: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = PresenceChanged> + use<>> {
        let signals = &ctx.services().signals;
        let updates = follow(ctx, async |viewer| {
            let ids = user_ids.as_deref().unwrap_or_default();
            let people: services::Result<Vec<_>> =
                ids.iter().map(|id| ids::parse(id, "User")).collect();
            let people = user_ids.is_some().then_some(people).transpose()?;
            signals.watch_presence(viewer, people).map(Plan::Watch)
        });
        let updates = updates.await?;
        Ok(updates.filter_map(async |update| PresenceChanged::from_update(update)))
    }
}
