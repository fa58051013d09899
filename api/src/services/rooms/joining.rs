//! Joining a room by oneself.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::notices;
use super::super::permissions::can_join_room;
use super::super::text;
use super::super::transaction::Transaction;
use super::{NAME_MOST, Rooms, admit};
use crate::model::{Notice, NoticeKind, Role, Room, RoomId};
use crate::storage::Connection;

/// Which room to join.
pub enum RoomReference {
    Channel(RoomId),
    ChannelNamed(String),
    /// Whatever room the invite with this code is for.
    Invite(String),
}

impl Rooms {
    /// Joins a room; nothing happens when the viewer is in it already.
    pub async fn join(&self, viewer: Viewer, room: RoomReference) -> Result<Room> {
        self.0.check_write(viewer)?;
        let mut connection = self.0.read().await?;
        let invite = match &room {
            RoomReference::Invite(code) => Some(code.as_str()),
            _ => None,
        };
        let room = find(&mut connection, &room).await?;
        let membership = connection.find_member(room.id, viewer.user_id).await?;
        drop(connection);
        if membership.is_some() {
            return Ok(room);
        }
        if !can_join_room(&room, invite.is_some()) {
            return Err(Error::NotFound("Room"));
        }
        let mut transaction = self.0.begin().await?;
        let room = self
            .enter(&mut transaction, viewer, room.id, invite)
            .await?;
        transaction.commit().await?;
        Ok(room)
    }

    async fn enter(
        &self,
        transaction: &mut Transaction,
        viewer: Viewer,
        room: RoomId,
        invite: Option<&str>,
    ) -> Result<Room> {
        let now = self.0.now();
        let held = transaction.hold_room(room).await?;
        let room = held.ok_or(Error::NotFound("Room"))?;
        // Who has joined meanwhile, at another device, uses the invite once.
        if transaction
            .find_member(room.id, viewer.user_id)
            .await?
            .is_some()
        {
            return Ok(room);
        }
        if let Some(code) = invite
            && !transaction.use_invite(code, now).await?
        {
            return Err(Error::Expired("This invite has expired or is used up"));
        }
        // An empty room is taken over by whoever comes back to it.
        let role = if room.member_count == 0 {
            Role::Owner
        } else {
            Role::Member
        };
        let mut room = admit(transaction, room, &[(viewer.user_id, role)], now).await?;
        let joined = Notice {
            kind: NoticeKind::Joined,
            user: None,
        };
        notices::tell_of_member(&self.0, transaction, &mut room, viewer, joined).await?;
        Ok(room)
    }
}

async fn find(connection: &mut Connection, room: &RoomReference) -> Result<Room> {
    let found = match room {
        RoomReference::Channel(id) => connection.find_rooms(vec![*id]).await?.pop(),
        RoomReference::ChannelNamed(name) => match text::line("name", name, NAME_MOST) {
            Ok(name) => connection.find_channel_by_name(&name).await?,
            Err(_) => None,
        },
        RoomReference::Invite(code) => match connection.find_invite(code).await? {
            Some(invite) => connection.find_rooms(vec![invite.room_id]).await?.pop(),
            None => return Err(Error::NotFound("Invite")),
        },
    };
    found.ok_or(Error::NotFound("Room"))
}
