//! Saying what one has read.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::types::member::Membership;

/// How far the viewer has read.
#[derive(InputObject)]
struct MarkReadInput {
    /// Where.
    room_id: ID,
    /// The `seq` of the newest message read. One that is smaller than before changes nothing; one
    /// beyond the newest message stands for that.
    seq: i64,
}

/// What came of it.
#[derive(SimpleObject)]
struct MarkReadPayload {
    /// The viewer's part in the room; null when there are user errors.
    membership: Option<Membership>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct ReceiptMutations;

#[Object]
impl ReceiptMutations {
    /// Says how far the viewer has read a room that they are in, on whichever device.
    async fn mark_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far.")] input: MarkReadInput,
    ) -> Result<MarkReadPayload> {
        let viewer = ctx.viewer()?;
        let receipts = &ctx.services().receipts;
        let (membership, user_errors) = outcome(match ids::parse(&input.room_id, "Room") {
            Ok(room) => receipts.mark_read(viewer, room, input.seq).await,
            Err(error) => Err(error),
        })?;
        Ok(MarkReadPayload {
            membership: membership.map(Membership),
            user_errors,
        })
    }
}
