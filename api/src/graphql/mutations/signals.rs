//! Saying what is only true for a while.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::types::signal::PresenceState;

/// That the viewer types, or has stopped.
#[derive(InputObject)]
struct SetTypingInput {
    /// Where.
    room_id: ID,
    /// False to end it at once. True lasts for six seconds: say it again while the viewer goes on
    /// typing, every three seconds or so.
    typing: bool,
}

/// What the viewer is doing at the device that asks.
#[derive(InputObject)]
struct SetPresenceInput {
    /// `ONLINE` or `AWAY`. Others see the best of the viewer's devices; a device is only counted
    /// while it has a socket, which makes it `ONLINE`.
    state: PresenceState,
}

/// What came of it.
#[derive(SimpleObject)]
pub(super) struct SignalPayload {
    /// What stood against it.
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct SignalMutations;

#[Object]
impl SignalMutations {
    /// Tells the others in a room that the viewer types there. Nothing of it is kept.
    async fn set_typing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, and whether.")] input: SetTypingInput,
    ) -> Result<SignalPayload> {
        let viewer = ctx.viewer()?;
        let signals = &ctx.services().signals;
        let (_, user_errors) = outcome(match ids::parse(&input.room_id, "Room") {
            Ok(room) => signals.set_typing(viewer, room, input.typing).await,
            Err(error) => Err(error),
        })?;
        Ok(SignalPayload { user_errors })
    }

    /// Says whether the viewer is at the device that asks, or away from it.
    async fn set_presence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are doing.")] input: SetPresenceInput,
    ) -> Result<SignalPayload> {
        let viewer = ctx.viewer()?;
        let signals = &ctx.services().signals;
        let (_, user_errors) = outcome(signals.set_presence(viewer, input.state.into()))?;
        Ok(SignalPayload { user_errors })
    }
}
