//! Blocking people.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::signals::SignalPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::error::outcome;
use crate::graphql::ids;

/// With whom the viewer wants nothing to do.
#[derive(InputObject)]
struct BlockUserInput {
    /// The person.
    user_id: ID,
}

/// With whom the viewer has to do again.
#[derive(InputObject)]
struct UnblockUserInput {
    /// The person.
    user_id: ID,
}

#[derive(Default)]
pub struct BlockMutations;

#[Object]
impl BlockMutations {
    /// Keeps somebody away from the viewer: they cannot write to the viewer directly, their
    /// mentions of the viewer do not count, they cannot add the viewer to a room, and to them
    /// the viewer is always offline. They are not told. All is well when it is so already. At most
    /// 1,000 people.
    async fn block_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom.")] input: BlockUserInput,
    ) -> Result<SignalPayload> {
        let (viewer, services) = (ctx.viewer()?, ctx.services());
        let (_, user_errors) = outcome(match ids::parse(&input.user_id, "User") {
            Ok(user) => services.blocks.block(viewer, user, &services.signals).await,
            Err(error) => Err(error),
        })?;
        Ok(SignalPayload { user_errors })
    }

    /// Takes a block back. All is well when there is none.
    async fn unblock_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom.")] input: UnblockUserInput,
    ) -> Result<SignalPayload> {
        let (viewer, services) = (ctx.viewer()?, ctx.services());
        let (_, user_errors) = outcome(match ids::parse(&input.user_id, "User") {
            Ok(user) => {
                services
                    .blocks
                    .unblock(viewer, user, &services.signals)
                    .await
            }
            Err(error) => Err(error),
        })?;
        Ok(SignalPayload { user_errors })
    }
}
