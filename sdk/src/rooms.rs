//! Rooms: finding, making, joining, leaving.

use crate::client::Client;
use crate::model::{Member, NewRoom, Page, Room};
use crate::operations::changes::{SetTyping, SetTypingInput, SetTypingVariables};
use crate::operations::rooms::{
    Channels, ChannelsVariables, CreateRoom, CreateRoomInput, CreateRoomVariables, JoinRoom,
    JoinRoomInput, JoinRoomVariables, LeaveRoom, LeaveRoomInput, LeaveRoomVariables, Members,
    MembersVariables, OpenDirectRoom, OpenDirectRoomInput, OpenDirectRoomVariables, RoomById,
    RoomVariables, Rooms, RoomsVariables,
};
use crate::{Error, RoomId, UserId};
use cynic::{MutationBuilder, QueryBuilder};

impl Client {
    /// The viewer's rooms, most recently active first: at most `limit` (up to 100), going on after `after` (an earlier
    /// page's `next`).
    ///
    /// # Errors
    /// [`Error::Invalid`] when `limit` is over 100 or `after` is none of the server's.
    pub async fn rooms(&self, limit: u32, after: Option<&str>) -> Result<Page<Room>, Error> {
        let variables = RoomsVariables {
            first: Some(size(limit)),
            after: after.map(str::to_owned),
        };
        Ok(self
            .call(&Rooms::build(variables))
            .await?
            .viewer
            .into_page())
    }

    /// The channels that can be joined, by name; with `query`, those whose name contains it. Paged as [`Self::rooms`].
    ///
    /// # Errors
    /// As [`Self::rooms`].
    pub async fn channels(
        &self,
        query: Option<&str>,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<Room>, Error> {
        let variables = ChannelsVariables {
            query: query.map(str::to_owned),
            first: Some(size(limit)),
            after: after.map(str::to_owned),
        };
        Ok(self.call(&Channels::build(variables)).await?.into_page())
    }

    /// One room; `None` when it does not exist or may not be seen.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the id is no room's.
    pub async fn room(&self, id: &RoomId) -> Result<Option<Room>, Error> {
        let operation = RoomById::build(RoomVariables { id: id.clone() });
        Ok(self.call(&operation).await?.room.map(Into::into))
    }

    /// Who is in a room. Paged as [`Self::rooms`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when the room does not exist or may not be seen.
    pub async fn members(
        &self,
        room: &RoomId,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<Member>, Error> {
        let variables = MembersVariables {
            room_id: room.clone(),
            first: Some(size(limit)),
            after: after.map(str::to_owned),
        };
        of_room(self.call(&Members::build(variables)).await?.room)
    }

    /// Makes a channel or a group, with the viewer as its owner.
    ///
    /// # Errors
    /// [`Error::Conflict`] when a channel of that name exists, [`Error::Invalid`] when a rule is broken.
    pub async fn create_room(&self, room: NewRoom) -> Result<Room, Error> {
        let input = CreateRoomInput {
            kind: room.kind.into(),
            name: room.name,
            topic: room.topic,
            member_ids: Some(room.members),
        };
        let operation = CreateRoom::build(CreateRoomVariables { input });
        self.call(&operation).await?.create_room.into_room()
    }

    /// The room of the viewer and one other person, made when it is not there yet.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such person.
    pub async fn open_direct_room(&self, user: &UserId) -> Result<Room, Error> {
        let input = OpenDirectRoomInput {
            user_id: user.clone(),
        };
        let operation = OpenDirectRoom::build(OpenDirectRoomVariables { input });
        self.call(&operation).await?.open_direct_room.into_room()
    }

    /// Joins a channel; being in it already is fine.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such channel.
    pub async fn join_room(&self, room: &RoomId) -> Result<Room, Error> {
        self.join(JoinRoomInput {
            room_id: Some(room.clone()),
            name: None,
            invite_code: None,
        })
        .await
    }

    /// Joins the channel of this name; being in it already is fine.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such channel.
    pub async fn join_channel(&self, name: &str) -> Result<Room, Error> {
        self.join(JoinRoomInput {
            room_id: None,
            name: Some(name.to_owned()),
            invite_code: None,
        })
        .await
    }

    /// Joins the room that an invite leads to; being in it already is fine.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such invite, [`Error::Expired`] when it is no good any more,
    /// [`Error::Banned`] when the viewer may not come in.
    pub async fn join_by_invite(&self, code: &str) -> Result<Room, Error> {
        self.join(JoinRoomInput {
            room_id: None,
            name: None,
            invite_code: Some(code.to_owned()),
        })
        .await
    }

    async fn join(&self, input: JoinRoomInput) -> Result<Room, Error> {
        let operation = JoinRoom::build(JoinRoomVariables { input });
        self.call(&operation).await?.join_room.into_room()
    }

    /// Leaves a room. Its live messages stop at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the viewer is not in such a room.
    pub async fn leave_room(&self, room: &RoomId) -> Result<(), Error> {
        let input = LeaveRoomInput {
            room_id: room.clone(),
        };
        let operation = LeaveRoom::build(LeaveRoomVariables { input });
        self.call(&operation).await?.leave_room.into_result()
    }
}

impl Client {
    /// Says that the person types in a room, or has stopped. It holds for six seconds: say it again every three or so.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the viewer is not in such a room, [`Error::Muted`] when they may not write there.
    pub async fn set_typing(&self, room: &RoomId, typing: bool) -> Result<(), Error> {
        let input = SetTypingInput {
            room_id: room.clone(),
            typing,
        };
        let operation = SetTyping::build(SetTypingVariables { input });
        self.call(&operation).await?.set_typing.into_result()
    }
}

/// GraphQL's integers are signed; anything beyond them is beyond the server's limit as well.
pub(crate) fn size(limit: u32) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}

/// What was asked of a room that may not be there.
pub(crate) fn of_room<R, T: From<R>>(room: Option<R>) -> Result<T, Error> {
    room.map(Into::into).ok_or_else(|| Error::NotFound {
        reason: "There is no such room.".to_owned(),
    })
}
