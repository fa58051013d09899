//! Saying what one has read.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::types::member::Membership;
use crate::graphql::types::thread::Thread;
use crate::model;
use crate::services::{self, Services, Viewer};

/// How far the viewer has read.
#[derive(InputObject)]
struct MarkReadInput {
    /// Where.
    room_id: ID,
    /// The message in whose thread; when left out, the room's main line was read.
    thread_root_id: Option<ID>,
    /// The `seq` of the newest message read. One that is smaller than before changes nothing; one
    /// beyond the newest message stands for that.
    seq: i64,
}

/// What came of it.
#[derive(SimpleObject)]
struct MarkReadPayload {
    /// The viewer's part in the room; null when there are user errors.
    membership: Option<Membership>,
    /// The thread that was read; null when it was the main line, and when there are user errors.
    thread: Option<Thread>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct ReceiptMutations;

#[Object]
impl ReceiptMutations {
    /// Says how far the viewer has read a room that they are in, or one of its threads, on whichever
    /// device.
    async fn mark_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far.")] input: MarkReadInput,
    ) -> Result<MarkReadPayload> {
        let viewer = ctx.viewer()?;
        let (read, user_errors) = outcome(mark(ctx.services(), viewer, &input).await)?;
        let (membership, thread) = read.unzip();
        Ok(MarkReadPayload {
            membership: membership.map(Membership),
            thread: thread.flatten().map(Thread),
            user_errors,
        })
    }
}

async fn mark(
    services: &Services,
    viewer: Viewer,
    input: &MarkReadInput,
) -> services::Result<(model::Member, Option<model::Thread>)> {
    let room = ids::parse(&input.room_id, "Room")?;
    let Some(root) = &input.thread_root_id else {
        let member = services.receipts.mark_read(viewer, room, input.seq).await?;
        return Ok((member, None));
    };
    let root = ids::parse(root, "Message")?;
    let read = services.threads.mark_read(viewer, room, root, input.seq);
    let (member, thread) = read.await?;
    Ok((member, Some(thread)))
}
