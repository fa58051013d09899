//! What those who keep a room do and see.

use super::ids::{MessageId, RoomId};
use super::people::Patch;
use super::{Role, User};
use jiff::Timestamp;

/// What is to be different about a room. By default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomUpdate {
    /// 1–80 characters; a channel's name is unique, ignoring case.
    pub name: Option<String>,
    /// What it is about: at most 250 characters.
    pub topic: Patch<String>,
    /// How long a member waits between two messages, in seconds: 0, which is not at all, to 21,600.
    pub slow_mode_seconds: Option<u32>,
    /// Whether only its owner and admins write on its main line.
    pub announcement_only: Option<bool>,
    /// Whether notices say who came and who went.
    pub announces_members: Option<bool>,
    /// Whether it is put away. For its owner to say.
    pub archived: Option<bool>,
}

/// A code that lets whoever knows it into a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// What [`Client::join_by_invite`](crate::Client::join_by_invite) takes. Case matters.
    pub code: String,
    /// Where it leads.
    pub room_id: RoomId,
    /// From when on it is no good; `None` when it stays good.
    pub expires_at: Option<Timestamp>,
    /// How many people can join by it; `None` when that is not limited.
    pub max_uses: Option<u32>,
    /// How many people have joined by it.
    pub uses: u32,
}

/// Somebody who may not come into a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// Who.
    pub user: User,
    /// Who banned them.
    pub by: User,
    /// Why, if a reason was given.
    pub reason: Option<String>,
    /// When they were banned.
    pub created_at: Timestamp,
    /// When it ends; `None` when it does not.
    pub expires_at: Option<Timestamp>,
}

/// One thing that was done in a room. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// What was done.
    pub action: AuditAction,
    /// Who did it.
    pub actor: User,
    /// To whom; of an invite or a message, who had made or written it.
    pub target: Option<User>,
    /// Of [`AuditAction::DeleteMessage`], the message, of which nothing but its place is left.
    pub message_id: Option<MessageId>,
    /// Why, if a reason was given.
    pub reason: Option<String>,
    /// Of [`AuditAction::SetRole`], the new role.
    pub role: Option<Role>,
    /// Of a ban or a mute, when it ends; `None` when it does not.
    pub until: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
}

/// What somebody did who keeps a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// Put somebody out and keeps them out.
    Ban,
    /// Lets somebody come in again.
    Unban,
    /// Keeps somebody from writing.
    Mute,
    /// Lets somebody write again.
    Unmute,
    /// Put somebody out.
    RemoveMember,
    /// Gave somebody another role.
    SetRole,
    /// Changed what the room is called or is about.
    UpdateRoom,
    /// Made an invite worth nothing.
    RevokeInvite,
    /// Deleted what somebody else had said.
    DeleteMessage,
    /// What a newer server knows and this version does not.
    Unknown(String),
}
