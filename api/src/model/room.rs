//! Rooms and who is in them.

use super::clock::Timestamp;
use super::event::Position;
use super::ids::{RoomId, UserId};
use super::text::fold_name;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomKind {
    /// Public: anyone signed in may find and join it.
    Channel,
    /// Private, by invitation.
    Group,
    /// Two people; one room a pair.
    Direct,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Owner,
    Admin,
    Member,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub id: RoomId,
    pub kind: RoomKind,
    /// Empty for direct rooms: each side sees the other's name.
    pub name: String,
    pub topic: Option<String>,
    pub created_at: Timestamp,
    pub member_count: i32,
    /// The `seq` of the newest message; 0 when there is none.
    pub last_seq: i64,
    /// When the newest message that is no notice was sent, or the room was made.
    pub last_active_at: Timestamp,
    /// How long a member waits between two messages; 0 is not at all.
    pub slow_mode_seconds: i32,
    /// Whether only those who keep the room write on its main line.
    pub announcement_only: bool,
    /// Whether notices say who came and who went.
    pub announces_members: bool,
    /// Since when nothing is said there any more.
    pub archived_at: Option<Timestamp>,
    /// Of a direct room, that nothing passes between the two.
    pub is_severed: bool,
}

impl Room {
    /// The name as it is compared and sorted.
    pub fn folded_name(&self) -> String {
        fold_name(&self.name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub room_id: RoomId,
    pub user_id: UserId,
    pub role: Role,
    pub joined_at: Timestamp,
    /// Where the log says that they joined: earlier events of the room are not delivered to them.
    pub joined_position: Position,
    /// The `seq` of the newest message that they have read; at first, of the room's newest one.
    pub last_read_seq: i64,
    /// Until when they may not write, if they ever were muted, and why.
    pub muted_until: Option<Timestamp>,
    pub mute_reason: Option<String>,
    /// When they last sent something, where slow mode asks for it.
    pub last_sent_at: Option<Timestamp>,
}

/// A room about to be made.
pub struct NewRoom {
    pub id: RoomId,
    pub kind: RoomKind,
    pub name: String,
    pub topic: Option<String>,
    /// The two people, in any order; for direct rooms only.
    pub pair: Option<(UserId, UserId)>,
}
