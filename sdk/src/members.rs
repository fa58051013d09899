//! Who is in a room and as what, and the invites to it.

use crate::client::Client;
use crate::model::{Invite, Page, Role, Room, RoomUpdate};
use crate::operations::members::{
    AddMember, AddMemberInput, CreateInvite, CreateInviteInput, Invites, InvitesVariables,
    RemoveMember, RemoveMemberInput, RevokeInvite, RevokeInviteInput, SetMemberRole,
    SetMemberRoleInput, UpdateRoom, UpdateRoomInput,
};
use crate::rooms::{of_room, size};
use crate::{Error, RoomId, UserId};
use cynic::QueryBuilder;
use jiff::Timestamp;

impl Client {
    /// Changes what a channel or a group is called, what it is about and how it is kept. Owners and admins can.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not, [`Error::Conflict`] when a channel of that name exists,
    /// [`Error::Invalid`] when a rule is broken, [`Error::NotFound`] when there is no such room.
    pub async fn update_room(&self, room: &RoomId, update: RoomUpdate) -> Result<Room, Error> {
        let operation = UpdateRoom::of(UpdateRoomInput::of(room.clone(), update));
        self.call(&operation).await?.update_room.into_room()
    }

    /// Lets somebody into a channel or a group; that they are in it already is fine. Owners and admins can.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not or the person does not want to, [`Error::Banned`] when they are
    /// banned there, [`Error::NotFound`] when there is no such room or person.
    pub async fn add_member(&self, room: &RoomId, user: &UserId) -> Result<(), Error> {
        let operation = AddMember::of(AddMemberInput {
            room_id: room.clone(),
            user_id: user.clone(),
        });
        self.call(&operation).await?.add_member.into_result()
    }

    /// Puts somebody out of a channel or a group; that they are not in it is fine. Owners and admins can, with those
    /// whose role is below their own.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not, [`Error::NotFound`] when there is no such room or person.
    pub async fn remove_member(&self, room: &RoomId, user: &UserId) -> Result<(), Error> {
        let operation = RemoveMember::of(RemoveMemberInput {
            room_id: room.clone(),
            user_id: user.clone(),
        });
        self.call(&operation).await?.remove_member.into_result()
    }

    /// Gives a member another role. A room has one owner, who hands it over by [`Role::Owner`], and is an admin then.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not, [`Error::NotFound`] when there is no such room or member.
    pub async fn set_member_role(
        &self,
        room: &RoomId,
        user: &UserId,
        role: Role,
    ) -> Result<(), Error> {
        let operation = SetMemberRole::of(SetMemberRoleInput {
            room_id: room.clone(),
            user_id: user.clone(),
            role: role.into(),
        });
        self.call(&operation).await?.set_member_role.into_result()
    }

    /// Makes a code by which whoever knows it can join: until `expires_at`, and `max_uses` people (1–10,000) at most.
    /// Owners and admins can.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not, [`Error::Invalid`] when a limit breaks a rule.
    pub async fn create_invite(
        &self,
        room: &RoomId,
        expires_at: Option<Timestamp>,
        max_uses: Option<u32>,
    ) -> Result<Invite, Error> {
        let operation = CreateInvite::of(CreateInviteInput {
            room_id: room.clone(),
            expires_at,
            max_uses: max_uses.map(size),
        });
        self.call(&operation).await?.create_invite.into_invite()
    }

    /// The invites that are still good, the newest first. For owners and admins. Paged as [`Self::rooms`].
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not see them, [`Error::NotFound`] when there is no such room.
    pub async fn invites(
        &self,
        room: &RoomId,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<Invite>, Error> {
        let variables = InvitesVariables {
            room_id: room.clone(),
            first: Some(size(limit)),
            after: after.map(str::to_owned),
        };
        of_room(self.call(&Invites::build(variables)).await?.room)
    }

    /// Makes an invite worth nothing, for good. Who came in by it stays.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such invite (any more), [`Error::Forbidden`] when the viewer may not.
    pub async fn revoke_invite(&self, code: &str) -> Result<(), Error> {
        let operation = RevokeInvite::of(RevokeInviteInput {
            code: code.to_owned(),
        });
        self.call(&operation).await?.revoke_invite.into_result()
    }
}
