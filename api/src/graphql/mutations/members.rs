//! Saying who is in a room, and as what.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::rooms::RoomPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::ids;
use crate::graphql::types::member::Role;
use crate::model::{RoomId, UserId};
use crate::services;

/// Whom to let into which room.
#[derive(InputObject)]
struct AddMemberInput {
    /// A channel or a group that the viewer owns or is an admin of.
    room_id: ID,
    /// The person.
    user_id: ID,
}

/// Whom to put out of which room.
#[derive(InputObject)]
struct RemoveMemberInput {
    /// A channel or a group that the viewer owns or is an admin of.
    room_id: ID,
    /// The person.
    user_id: ID,
}

/// Who is to be what in a room.
#[derive(InputObject)]
struct SetMemberRoleInput {
    /// A channel or a group that the viewer owns or is an admin of.
    room_id: ID,
    /// A person in it whose role is below the viewer's.
    user_id: ID,
    /// A role below the viewer's; or `OWNER`, which makes the viewer, who was the owner, an admin.
    role: Role,
}

#[derive(Default)]
pub struct MemberMutations;

#[Object]
impl MemberMutations {
    /// Lets somebody into a channel or a group; all is well when they are in it already. Owners
    /// and admins can.
    async fn add_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: AddMemberInput,
    ) -> Result<RoomPayload> {
        let (viewer, members) = (ctx.viewer()?, &ctx.services().members);
        let added = match parse(&input.room_id, &input.user_id) {
            Ok((room, user)) => members.add(viewer, room, user).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(added.map(Some))
    }

    /// Puts somebody out of a channel or a group; all is well when they are not in it. Owners and
    /// admins can, with those whose role is below their own.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: RemoveMemberInput,
    ) -> Result<RoomPayload> {
        let (viewer, members) = (ctx.viewer()?, &ctx.services().members);
        let removed = match parse(&input.room_id, &input.user_id) {
            Ok((room, user)) => members.remove(viewer, room, user).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(removed.map(Some))
    }

    /// Gives somebody another role in a channel or a group. A room has one owner, who hands it over
    /// by making somebody else the owner.
    async fn set_member_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and what.")] input: SetMemberRoleInput,
    ) -> Result<RoomPayload> {
        let (viewer, members) = (ctx.viewer()?, &ctx.services().members);
        let set = match parse(&input.room_id, &input.user_id) {
            Ok((room, user)) => {
                members
                    .set_role(viewer, room, user, input.role.into())
                    .await
            }
            Err(error) => Err(error),
        };
        RoomPayload::new(set.map(Some))
    }
}

pub(super) fn parse(room: &ID, user: &ID) -> services::Result<(RoomId, UserId)> {
    Ok((ids::parse(room, "Room")?, ids::parse(user, "User")?))
}
