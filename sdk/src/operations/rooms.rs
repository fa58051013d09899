//! Lists of rooms and people, and coming and going.

use super::fields::{ForwardPageInfo, MemberFields, RoomFields, RoomKindValue};
use super::message_fields::LastMessageFields;
use super::{UserError, outcome, schema};
use crate::model::{Member, Page, Room};
use crate::{Error, RoomId, UserId};

#[derive(cynic::QueryVariables)]
pub(crate) struct RoomsVariables {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "RoomsVariables")]
pub(crate) struct Rooms {
    pub(crate) viewer: RoomsOfViewer,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer", variables = "RoomsVariables")]
pub(crate) struct RoomsOfViewer {
    #[arguments(first: $first, after: $after)]
    rooms: ActiveRooms,
}

impl RoomsOfViewer {
    pub(crate) fn into_page(self) -> Page<Room> {
        self.rooms.page_info.page(self.rooms.nodes)
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "RoomConnection")]
pub(crate) struct ActiveRooms {
    pub(crate) nodes: Vec<ActiveRoom>,
    pub(crate) page_info: ForwardPageInfo,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room")]
pub(crate) struct ActiveRoom {
    #[cynic(spread)]
    room: RoomFields,
    last_message: Option<LastMessageFields>,
}

impl From<ActiveRoom> for Room {
    fn from(active: ActiveRoom) -> Self {
        Self {
            last_message: active.last_message.map(Into::into),
            ..active.room.into()
        }
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct ChannelsVariables {
    pub(crate) query: Option<String>,
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ChannelsVariables")]
pub(crate) struct Channels {
    #[arguments(query: $query, first: $first, after: $after)]
    channels: RoomList,
}

impl Channels {
    pub(crate) fn into_page(self) -> Page<Room> {
        self.channels.page_info.page(self.channels.nodes)
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "RoomConnection")]
struct RoomList {
    nodes: Vec<RoomFields>,
    page_info: ForwardPageInfo,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct RoomVariables {
    pub(crate) id: RoomId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "RoomVariables")]
pub(crate) struct RoomById {
    #[arguments(id: $id)]
    pub(crate) room: Option<RoomFields>,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct MembersVariables {
    pub(crate) room_id: RoomId,
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "MembersVariables")]
pub(crate) struct Members {
    #[arguments(id: $room_id)]
    pub(crate) room: Option<MembersOfRoom>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room", variables = "MembersVariables")]
pub(crate) struct MembersOfRoom {
    #[arguments(first: $first, after: $after)]
    members: MemberList,
}

impl From<MembersOfRoom> for Page<Member> {
    fn from(room: MembersOfRoom) -> Self {
        room.members.page_info.page(room.members.nodes)
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MemberConnection")]
struct MemberList {
    nodes: Vec<MemberFields>,
    page_info: ForwardPageInfo,
}

#[derive(cynic::InputObject)]
pub(crate) struct CreateRoomInput {
    pub(crate) kind: RoomKindValue,
    pub(crate) name: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) topic: Option<String>,
    pub(crate) member_ids: Option<Vec<UserId>>,
}

#[derive(cynic::InputObject)]
pub(crate) struct OpenDirectRoomInput {
    pub(crate) user_id: UserId,
}

#[derive(cynic::InputObject)]
pub(crate) struct JoinRoomInput {
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) room_id: Option<RoomId>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) invite_code: Option<String>,
}

#[derive(cynic::InputObject)]
pub(crate) struct LeaveRoomInput {
    pub(crate) room_id: RoomId,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct CreateRoomVariables {
    pub(crate) input: CreateRoomInput,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct OpenDirectRoomVariables {
    pub(crate) input: OpenDirectRoomInput,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct JoinRoomVariables {
    pub(crate) input: JoinRoomInput,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct LeaveRoomVariables {
    pub(crate) input: LeaveRoomInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "CreateRoomVariables")]
pub(crate) struct CreateRoom {
    #[arguments(input: $input)]
    pub(crate) create_room: RoomPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "OpenDirectRoomVariables")]
pub(crate) struct OpenDirectRoom {
    #[arguments(input: $input)]
    pub(crate) open_direct_room: RoomPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "JoinRoomVariables")]
pub(crate) struct JoinRoom {
    #[arguments(input: $input)]
    pub(crate) join_room: RoomPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "LeaveRoomVariables")]
pub(crate) struct LeaveRoom {
    #[arguments(input: $input)]
    pub(crate) leave_room: RoomDone,
}

#[derive(cynic::QueryFragment)]
pub(crate) struct RoomPayload {
    room: Option<RoomFields>,
    user_errors: Vec<UserError>,
}

impl RoomPayload {
    pub(crate) fn into_room(self) -> Result<Room, Error> {
        outcome(self.room, self.user_errors).map(Into::into)
    }
}

/// Of a change after which the room may be out of sight, as it is for whoever has left it, nothing is asked for.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "RoomPayload")]
pub(crate) struct RoomDone {
    user_errors: Vec<UserError>,
}

impl RoomDone {
    pub(crate) fn into_result(self) -> Result<(), Error> {
        outcome(Some(()), self.user_errors)
    }
}
