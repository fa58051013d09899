//! Who is in a room, as what, and who may come in.

use super::fields::{ForwardPageInfo, RoleValue};
use super::message_fields::RoomReference;
use super::rooms::{RoomDone, RoomPayload};
use super::{UserError, outcome, schema};
use crate::model::{Invite, Page, RoomUpdate};
use crate::operations::scalars::Given;
use crate::{Error, RoomId, UserId};
use jiff::Timestamp;

#[derive(cynic::InputObject)]
pub(crate) struct UpdateRoomInput {
    room_id: RoomId,
    #[cynic(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    topic: Option<Given<String>>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    slow_mode_seconds: Option<i32>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    announcement_only: Option<bool>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    announces_members: Option<bool>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    archived: Option<bool>,
}

impl UpdateRoomInput {
    pub(crate) fn of(room_id: RoomId, update: RoomUpdate) -> Self {
        Self {
            room_id,
            name: update.name,
            topic: update.topic.given(),
            slow_mode_seconds: update.slow_mode_seconds.map(crate::rooms::size),
            announcement_only: update.announcement_only,
            announces_members: update.announces_members,
            archived: update.archived,
        }
    }
}

#[derive(cynic::InputObject)]
pub(crate) struct AddMemberInput {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
}

#[derive(cynic::InputObject)]
pub(crate) struct RemoveMemberInput {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
}

#[derive(cynic::InputObject)]
pub(crate) struct SetMemberRoleInput {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
    pub(crate) role: RoleValue,
}

#[derive(cynic::InputObject)]
pub(crate) struct CreateInviteInput {
    pub(crate) room_id: RoomId,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Timestamp>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) max_uses: Option<i32>,
}

#[derive(cynic::InputObject)]
pub(crate) struct RevokeInviteInput {
    pub(crate) code: String,
}

mutation!(UpdateRoom, UpdateRoomVariables: update_room(UpdateRoomInput) -> RoomPayload);
mutation!(AddMember, AddMemberVariables: add_member(AddMemberInput) -> RoomDone);
mutation!(RemoveMember, RemoveMemberVariables: remove_member(RemoveMemberInput) -> RoomDone);
mutation!(SetMemberRole, SetMemberRoleVariables: set_member_role(SetMemberRoleInput) -> RoomDone);
mutation!(CreateInvite, CreateInviteVariables: create_invite(CreateInviteInput) -> InvitePayload);
mutation!(RevokeInvite, RevokeInviteVariables: revoke_invite(RevokeInviteInput) -> RoomDone);

#[derive(cynic::QueryFragment)]
pub(crate) struct InvitePayload {
    invite: Option<InviteFields>,
    user_errors: Vec<UserError>,
}

impl InvitePayload {
    pub(crate) fn into_invite(self) -> Result<Invite, Error> {
        outcome(self.invite, self.user_errors).map(Into::into)
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Invite")]
struct InviteFields {
    code: String,
    room: RoomReference,
    expires_at: Option<Timestamp>,
    max_uses: Option<i32>,
    uses: i32,
}

impl From<InviteFields> for Invite {
    fn from(invite: InviteFields) -> Self {
        let number = |uses: i32| u32::try_from(uses).unwrap_or_default();
        Self {
            code: invite.code,
            room_id: invite.room.id,
            expires_at: invite.expires_at,
            max_uses: invite.max_uses.map(number),
            uses: number(invite.uses),
        }
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct InvitesVariables {
    pub(crate) room_id: RoomId,
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "InvitesVariables")]
pub(crate) struct Invites {
    #[arguments(id: $room_id)]
    pub(crate) room: Option<InvitesOfRoom>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room", variables = "InvitesVariables")]
pub(crate) struct InvitesOfRoom {
    #[arguments(first: $first, after: $after)]
    invites: InviteList,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "InviteConnection")]
struct InviteList {
    nodes: Vec<InviteFields>,
    page_info: ForwardPageInfo,
}

impl From<InvitesOfRoom> for Page<Invite> {
    fn from(room: InvitesOfRoom) -> Self {
        room.invites.page_info.page(room.invites.nodes)
    }
}
