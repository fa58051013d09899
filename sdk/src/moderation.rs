//! Keeping people out or quiet, and what was done in a room.

use crate::client::Client;
use crate::model::{AuditEntry, Ban, Page};
use crate::operations::moderation::{
    AuditLog, BanMember, BanMemberInput, Bans, KeepersVariables, MuteMember, MuteMemberInput,
    UnbanMember, UnbanMemberInput,
};
use crate::rooms::{of_room, size};
use crate::{Error, RoomId, UserId};
use cynic::QueryBuilder;
use jiff::Timestamp;

impl Client {
    /// Puts somebody out of a channel or a group and keeps them out, until a time or for good. They are told the reason
    /// (at most 250 characters) when they try to come in. Owners and admins can, with those whose role is below their own.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not, [`Error::NotFound`] when there is no such room or person,
    /// [`Error::Invalid`] when the time or the reason breaks a rule.
    pub async fn ban_member(
        &self,
        room: &RoomId,
        user: &UserId,
        until: Option<Timestamp>,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        let operation = BanMember::of(BanMemberInput {
            room_id: room.clone(),
            user_id: user.clone(),
            expires_at: until,
            reason: reason.map(str::to_owned),
        });
        self.call(&operation).await?.ban_member.into_result()
    }

    /// Ends a ban; that there is none is fine. They are not in the room by that.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not, [`Error::NotFound`] when there is no such room or person.
    pub async fn unban_member(&self, room: &RoomId, user: &UserId) -> Result<(), Error> {
        let operation = UnbanMember::of(UnbanMemberInput {
            room_id: room.clone(),
            user_id: user.clone(),
        });
        self.call(&operation).await?.unban_member.into_result()
    }

    /// Who may not come in, those who were banned last first. For owners and admins. Paged as [`Self::rooms`].
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not see it, [`Error::NotFound`] when there is no such room.
    pub async fn bans(
        &self,
        room: &RoomId,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<Ban>, Error> {
        let variables = page_of(room, limit, after);
        of_room(self.call(&Bans::build(variables)).await?.room)
    }

    /// Keeps a member from writing until a time, also when they leave and come back. They are told the reason (at most
    /// 250 characters) when they try. Owners and admins can, with those whose role is below their own.
    ///
    /// # Errors
    /// As [`Self::ban_member`].
    pub async fn mute_member(
        &self,
        room: &RoomId,
        user: &UserId,
        until: Timestamp,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        self.mute(room, user, Some(until), reason).await
    }

    /// Lets a member write again; that they may already is fine.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not, [`Error::NotFound`] when there is no such room or member.
    pub async fn unmute_member(&self, room: &RoomId, user: &UserId) -> Result<(), Error> {
        self.mute(room, user, None, None).await
    }

    async fn mute(
        &self,
        room: &RoomId,
        user: &UserId,
        until: Option<Timestamp>,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        let operation = MuteMember::of(MuteMemberInput {
            room_id: room.clone(),
            user_id: user.clone(),
            until,
            reason: reason.map(str::to_owned),
        });
        self.call(&operation).await?.mute_member.into_result()
    }

    /// What the owner and admins of a room did, the newest first. For them only. Paged as [`Self::rooms`].
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the viewer may not see it, [`Error::NotFound`] when there is no such room.
    pub async fn audit_log(
        &self,
        room: &RoomId,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<AuditEntry>, Error> {
        let variables = page_of(room, limit, after);
        of_room(self.call(&AuditLog::build(variables)).await?.room)
    }
}

fn page_of(room: &RoomId, limit: u32, after: Option<&str>) -> KeepersVariables {
    KeepersVariables {
        room_id: room.clone(),
        first: Some(size(limit)),
        after: after.map(str::to_owned),
    }
}
