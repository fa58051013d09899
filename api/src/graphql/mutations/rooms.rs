//! Making, opening, changing, joining and leaving rooms.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::profile::change;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::ids;
use crate::graphql::types::room::{Room, RoomKind};
use crate::model;
use crate::services;
use crate::services::rooms::{RoomChanges, RoomDraft, RoomReference};

/// A room to make.
#[derive(InputObject)]
struct CreateRoomInput {
    /// `CHANNEL` or `GROUP`.
    kind: RoomKind,
    /// 1 to 80 characters. A channel's name is unique, ignoring case.
    name: String,
    /// What it is about: at most 250 characters.
    topic: Option<String>,
    /// Who is in it from the start, besides the viewer: at most 100 people.
    member_ids: Option<Vec<ID>>,
}

/// Whom to talk to.
#[derive(InputObject)]
struct OpenDirectRoomInput {
    /// The other person.
    user_id: ID,
}

/// What is to be different about a room; what is left out stays.
#[derive(InputObject)]
struct UpdateRoomInput {
    /// The room, which the viewer owns or is an admin of.
    room_id: ID,
    /// 1 to 80 characters. A channel's name is unique, ignoring case.
    name: Option<String>,
    /// At most 250 characters; null takes the topic away.
    topic: MaybeUndefined<String>,
    /// How many seconds a member waits between two messages: 0, which is not at all, to 21,600. Those
    /// who keep the room do not wait.
    slow_mode_seconds: Option<i32>,
    /// Whether only its owner and admins write on its main line. Others react, and reply in threads.
    announcement_only: Option<bool>,
    /// Whether notices say who came and who went.
    announces_members: Option<bool>,
    /// Whether the room is put away: it can be read, and nothing more is said in it. For its owner to
    /// say.
    archived: Option<bool>,
}

/// Which room to join: give exactly one field.
#[derive(InputObject)]
struct JoinRoomInput {
    /// The channel's id.
    room_id: Option<ID>,
    /// The channel's name, ignoring case.
    name: Option<String>,
    /// The code of an invite, to whatever room that is for.
    invite_code: Option<String>,
}

/// Which room to leave.
#[derive(InputObject)]
struct LeaveRoomInput {
    /// The room's id.
    room_id: ID,
}

/// What came of it.
#[derive(SimpleObject)]
pub(super) struct RoomPayload {
    /// The room; null when there are user errors, or when the viewer can no longer see it.
    room: Option<Room>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct RoomMutations;

#[Object]
impl RoomMutations {
    /// Makes a channel or a group. The viewer owns it.
    async fn create_room(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The room.")] input: CreateRoomInput,
    ) -> Result<RoomPayload> {
        let viewer = ctx.viewer()?;
        let made = match input.try_into() {
            Ok(draft) => ctx.services().rooms.create(viewer, draft).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(made.map(Some))
    }

    /// The direct room of the viewer and another person. It is made when it is first opened.
    async fn open_direct_room(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to talk to.")] input: OpenDirectRoomInput,
    ) -> Result<RoomPayload> {
        let viewer = ctx.viewer()?;
        let opened = match ids::parse(&input.user_id, "User") {
            Ok(other) => ctx.services().rooms.open_direct(viewer, other).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(opened.map(Some))
    }

    /// Changes what a channel or a group is called, what it is about and how it is kept, for everyone.
    /// Owners and admins can.
    async fn update_room(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: UpdateRoomInput,
    ) -> Result<RoomPayload> {
        let viewer = ctx.viewer()?;
        let updated = match ids::parse(&input.room_id, "Room") {
            Ok(room) => {
                ctx.services()
                    .rooms
                    .update(viewer, room, input.into())
                    .await
            }
            Err(error) => Err(error),
        };
        RoomPayload::new(updated.map(Some))
    }

    /// Joins a channel, or any room by an invite; all is well when the viewer is in it already.
    /// `EXPIRED` when the invite is no good any more.
    async fn join_room(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: JoinRoomInput,
    ) -> Result<RoomPayload> {
        let viewer = ctx.viewer()?;
        let joined = match input.try_into() {
            Ok(channel) => ctx.services().rooms.join(viewer, channel).await,
            Err(error) => Err(error),
        };
        RoomPayload::new(joined.map(Some))
    }

    /// Leaves a channel or group; all is well when the viewer is not in the channel. The last
    /// owner cannot leave others behind, and a direct room cannot be left.
    async fn leave_room(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: LeaveRoomInput,
    ) -> Result<RoomPayload> {
        let viewer = ctx.viewer()?;
        RoomPayload::new(match ids::parse(&input.room_id, "Room") {
            Ok(room) => ctx.services().rooms.leave(viewer, room).await,
            Err(error) => Err(error),
        })
    }
}

impl RoomPayload {
    pub(super) fn new(result: services::Result<Option<model::Room>>) -> Result<Self> {
        let (room, user_errors) = outcome(result)?;
        Ok(Self {
            room: room.flatten().map(Room),
            user_errors,
        })
    }
}

impl TryFrom<CreateRoomInput> for RoomDraft {
    type Error = services::Error;

    fn try_from(input: CreateRoomInput) -> services::Result<Self> {
        let members = input.member_ids.unwrap_or_default();
        let members = members
            .iter()
            .map(|id| ids::parse(id, "User"))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            kind: input.kind.into(),
            name: input.name,
            topic: input.topic,
            members,
        })
    }
}

impl From<UpdateRoomInput> for RoomChanges {
    fn from(input: UpdateRoomInput) -> Self {
        Self {
            name: input.name,
            topic: change(input.topic),
            slow_mode_seconds: input.slow_mode_seconds,
            announcement_only: input.announcement_only,
            announces_members: input.announces_members,
            archived: input.archived,
        }
    }
}

impl TryFrom<JoinRoomInput> for RoomReference {
    type Error = services::Error;

    fn try_from(input: JoinRoomInput) -> services::Result<Self> {
        match (input.room_id, input.name, input.invite_code) {
            (Some(id), None, None) => Ok(Self::Channel(ids::parse(&id, "Room")?)),
            (None, Some(name), None) => Ok(Self::ChannelNamed(name)),
            (None, None, Some(code)) => Ok(Self::Invite(code)),
            _ => Err(services::Error::Invalid {
                field: "roomId",
                message: "Give exactly one of roomId, name and inviteCode".to_owned(),
            }),
        }
    }
}
