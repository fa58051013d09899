//! Inviting people.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::rooms::RoomPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::invite::Invite;
use crate::services;
use crate::services::invites::InviteDraft;

/// An invite to make.
#[derive(InputObject)]
struct CreateInviteInput {
    /// A channel or a group that the viewer owns or is an admin of.
    room_id: ID,
    /// From when on it is to be no good; it stays good when left out.
    expires_at: Option<DateTime>,
    /// How many people can join by it, from 1 to 10,000; as many as like when left out.
    max_uses: Option<i32>,
}

/// What came of it.
#[derive(SimpleObject)]
struct InvitePayload {
    /// The invite; null when there are user errors.
    invite: Option<Invite>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

/// An invite that is to be worth nothing.
#[derive(InputObject)]
struct RevokeInviteInput {
    /// Its code.
    code: String,
}

#[derive(Default)]
pub struct InviteMutations;

#[Object]
impl InviteMutations {
    /// Makes a code that lets whoever knows it into a channel or a group. Owners and admins can.
    async fn create_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to, and how far it goes.")] input: CreateInviteInput,
    ) -> Result<InvitePayload> {
        let viewer = ctx.viewer()?;
        let (invite, user_errors) = outcome(match input.try_into() {
            Ok(draft) => ctx.services().invites.create(viewer, draft).await,
            Err(error) => Err(error),
        })?;
        Ok(InvitePayload {
            invite: invite.map(Invite),
            user_errors,
        })
    }

    /// Makes an invite worth nothing, for good. Who came in by it stays. Owners and admins of the room
    /// can; `NOT_FOUND` when it was revoked before.
    async fn revoke_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RevokeInviteInput,
    ) -> Result<RoomPayload> {
        let (viewer, invites) = (ctx.viewer()?, &ctx.services().invites);
        let revoked = invites.revoke(viewer, &input.code).await;
        RoomPayload::new(revoked.map(Some))
    }
}

impl TryFrom<CreateInviteInput> for InviteDraft {
    type Error = services::Error;

    fn try_from(input: CreateInviteInput) -> services::Result<Self> {
        Ok(Self {
            room_id: ids::parse(&input.room_id, "Room")?,
            expires_at: input.expires_at.map(|at| at.0),
            max_uses: input.max_uses,
        })
    }
}
