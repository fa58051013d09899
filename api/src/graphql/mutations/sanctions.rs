//! Keeping the peace in a room.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::members::parse;
use super::rooms::RoomPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::scalars::DateTime;
use crate::services;
use crate::services::sanctions::SanctionDraft;

/// Whom to keep out of which room.
#[derive(InputObject)]
struct BanMemberInput {
    /// A channel or a group that the viewer owns or is an admin of.
    room_id: ID,
    /// The person, whether or not they are in it.
    user_id: ID,
    /// When it ends; never when left out.
    expires_at: Option<DateTime>,
    /// Told to them when they try to come in: at most 250 characters.
    reason: Option<String>,
}

/// Whom to let into which room again.
#[derive(InputObject)]
struct UnbanMemberInput {
    /// A channel or a group that the viewer owns or is an admin of.
    room_id: ID,
    /// The person.
    user_id: ID,
}

/// Whom to keep from writing where.
#[derive(InputObject)]
struct MuteMemberInput {
    /// A channel or a group that the viewer owns or is an admin of.
    room_id: ID,
    /// A person in it whose role is below the viewer's.
    user_id: ID,
    /// When it ends; null lets them write at once.
    until: Option<DateTime>,
    /// Told to them when they try to write: at most 250 characters.
    reason: Option<String>,
}

#[derive(Default)]
pub struct SanctionMutations;

#[Object]
impl SanctionMutations {
    /// Puts somebody out of a channel or a group and keeps them out, whatever invite they have.
    /// Owners and admins can, with those whose role is below their own.
    async fn ban_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, where and how long.")] input: BanMemberInput,
    ) -> Result<RoomPayload> {
        let (viewer, sanctions) = (ctx.viewer()?, &ctx.services().sanctions);
        let end = input.expires_at.map(|at| at.0);
        let banned = match draft(&input.room_id, &input.user_id, input.reason) {
            Ok(draft) => sanctions.ban(viewer, draft, end).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(banned.map(Some))
    }

    /// Ends a ban; all is well when there is none. They are not in the room by that.
    async fn unban_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: UnbanMemberInput,
    ) -> Result<RoomPayload> {
        let (viewer, sanctions) = (ctx.viewer()?, &ctx.services().sanctions);
        let unbanned = match parse(&input.room_id, &input.user_id) {
            Ok((room, user)) => sanctions.unban(viewer, room, user).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(unbanned.map(Some))
    }

    /// Keeps somebody from writing in a channel or a group for a while, also when they leave it
    /// and come back. Owners and admins can, with those whose role is below their own.
    async fn mute_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, where and how long.")] input: MuteMemberInput,
    ) -> Result<RoomPayload> {
        let (viewer, sanctions) = (ctx.viewer()?, &ctx.services().sanctions);
        let end = input.until.map(|at| at.0);
        let muted = match draft(&input.room_id, &input.user_id, input.reason) {
            Ok(draft) => sanctions.mute(viewer, draft, end).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(muted.map(Some))
    }
}

fn draft(room: &ID, user: &ID, reason: Option<String>) -> services::Result<SanctionDraft> {
    let (room_id, user_id) = parse(room, user)?;
    Ok(SanctionDraft {
        room_id,
        user_id,
        reason,
    })
}
