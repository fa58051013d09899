//! How a room is kept: what it is called, who is in it as what, and the invites to it.

use crate::client::CauserieClient;
use crate::errors::CauserieError;
use crate::ids::{time, timestamp};
use crate::people::{TextPatch, text_patch};
use crate::records::{Role, Room, page};
use crate::runtime::run;
use causerie_sdk::{RoomId, UserId};
use std::time::SystemTime;

#[uniffi::export]
impl CauserieClient {
    /// Changes what a channel or a group is called, what it is about and how it is kept. Owners and admins can.
    pub async fn update_room(
        &self,
        room_id: RoomId,
        update: RoomUpdate,
    ) -> Result<Room, CauserieError> {
        let sdk = self.sdk.clone();
        let room = run(async move { sdk.update_room(&room_id, update.into()).await });
        Ok(room.await?.into())
    }

    /// Lets somebody into a channel or a group; that they are in it already is fine. Owners and admins can.
    pub async fn add_member(&self, room_id: RoomId, user_id: UserId) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.add_member(&room_id, &user_id).await }).await
    }

    /// Puts somebody out of a channel or a group. Owners and admins can, with those whose role is below their own.
    pub async fn remove_member(
        &self,
        room_id: RoomId,
        user_id: UserId,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.remove_member(&room_id, &user_id).await }).await
    }

    /// Gives a member another role. A room has one owner, who hands it over by `Owner`, and is an admin then.
    pub async fn set_member_role(
        &self,
        room_id: RoomId,
        user_id: UserId,
        role: Role,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.set_member_role(&room_id, &user_id, role.into()).await }).await
    }

    /// Joins the room that an invite leads to; being in it already is fine. `Expired` when it is no good any more.
    pub async fn join_by_invite(&self, code: String) -> Result<Room, CauserieError> {
        let sdk = self.sdk.clone();
        let room = run(async move { sdk.join_by_invite(&code).await });
        Ok(room.await?.into())
    }

    /// Makes a code by which whoever knows it can join: until `expires_at`, and `max_uses` people (1–10,000) at most.
    #[uniffi::method(default(expires_at = None, max_uses = None))]
    pub async fn create_invite(
        &self,
        room_id: RoomId,
        expires_at: Option<SystemTime>,
        max_uses: Option<u32>,
    ) -> Result<Invite, CauserieError> {
        let (sdk, end) = (self.sdk.clone(), expires_at.map(timestamp).transpose()?);
        let invite = run(async move { sdk.create_invite(&room_id, end, max_uses).await });
        Ok(invite.await?.into())
    }

    /// The invites that are still good, the newest first. For owners and admins.
    #[uniffi::method(default(limit = 50, after = None))]
    pub async fn invites(
        &self,
        room_id: RoomId,
        limit: u32,
        after: Option<String>,
    ) -> Result<InvitePage, CauserieError> {
        let sdk = self.sdk.clone();
        let page = run(async move { sdk.invites(&room_id, limit, after.as_deref()).await });
        Ok(page.await?.into())
    }

    /// Makes an invite worth nothing, for good. Who came in by it stays.
    pub async fn revoke_invite(&self, code: String) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.revoke_invite(&code).await }).await
    }
}

page! {
    /// One page of invites.
    InvitePage of Invite
}

/// What is to be different about a room; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RoomUpdate {
    /// 1–80 characters; a channel's name is unique, ignoring case.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// What it is about: at most 250 characters.
    #[uniffi(default = None)]
    pub topic: Option<TextPatch>,
    /// How long a member waits between two messages, in seconds: 0, which is not at all, to 21,600.
    #[uniffi(default = None)]
    pub slow_mode_seconds: Option<u32>,
    /// Whether only its owner and admins write on its main line.
    #[uniffi(default = None)]
    pub announcement_only: Option<bool>,
    /// Whether notices say who came and who went.
    #[uniffi(default = None)]
    pub announces_members: Option<bool>,
    /// Whether it is put away. For its owner to say.
    #[uniffi(default = None)]
    pub archived: Option<bool>,
}

impl From<RoomUpdate> for causerie_sdk::RoomUpdate {
    fn from(update: RoomUpdate) -> Self {
        Self {
            name: update.name,
            topic: text_patch(update.topic),
            slow_mode_seconds: update.slow_mode_seconds,
            announcement_only: update.announcement_only,
            announces_members: update.announces_members,
            archived: update.archived,
        }
    }
}

/// A code that lets whoever knows it into a room.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Invite {
    /// What one joins by. Case matters.
    pub code: String,
    /// Where it leads.
    pub room_id: RoomId,
    /// From when on it is no good; absent when it stays good.
    pub expires_at: Option<SystemTime>,
    /// How many people can join by it; absent when that is not limited.
    pub max_uses: Option<u32>,
    /// How many people have joined by it.
    pub uses: u32,
}

impl From<causerie_sdk::Invite> for Invite {
    fn from(invite: causerie_sdk::Invite) -> Self {
        Self {
            code: invite.code,
            room_id: invite.room_id,
            expires_at: invite.expires_at.map(time),
            max_uses: invite.max_uses,
            uses: invite.uses,
        }
    }
}
