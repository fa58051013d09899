//! Following threads.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::types::thread::Thread;

/// Which thread to follow.
#[derive(InputObject)]
struct FollowThreadInput {
    /// The message that it hangs on, in a room that the viewer is in.
    message_id: ID,
    /// Whether the viewer follows it, or no longer does.
    #[graphql(default = true)]
    following: bool,
}

/// What came of it.
#[derive(SimpleObject)]
struct ThreadPayload {
    /// The thread; null when there are user errors.
    thread: Option<Thread>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct ThreadMutations;

#[Object]
impl ThreadMutations {
    /// Follows a thread, from its newest reply on, or no longer does. All is well when that is so
    /// already; `INVALID` when nobody has replied yet.
    async fn follow_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: FollowThreadInput,
    ) -> Result<ThreadPayload> {
        let viewer = ctx.viewer()?;
        let threads = &ctx.services().threads;
        let (thread, user_errors) = outcome(match ids::parse(&input.message_id, "Message") {
            Ok(root) => threads.follow(viewer, root, input.following).await,
            Err(error) => Err(error),
        })?;
        Ok(ThreadPayload {
            thread: thread.map(Thread),
            user_errors,
        })
    }
}
