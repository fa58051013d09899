//! Every rule of who may do what, on one page. Pure: what is known comes in, a verdict goes out.

use crate::model::{Member, Message, Role, Room, RoomKind};

/// Channels are for everyone signed in; other rooms only exist for their members.
pub fn can_see_room(room: &Room, membership: Option<&Member>) -> bool {
    room.kind == RoomKind::Channel || membership.is_some()
}

pub fn can_read_messages(membership: Option<&Member>) -> bool {
    membership.is_some()
}

pub fn can_send_message(membership: Option<&Member>) -> bool {
    membership.is_some()
}

/// The words of a message are its author's, as long as they are in the room.
pub fn can_edit_message(message: &Message, membership: Option<&Member>) -> bool {
    membership.is_some_and(|member| member.user_id == message.author_id)
}

pub fn can_delete_message(message: &Message, membership: Option<&Member>) -> bool {
    membership.is_some_and(|member| member.user_id == message.author_id)
}

/// What a room is called and about is for those to say who keep it. A direct room is called after
/// its people.
pub fn can_update_room(room: &Room, membership: Option<&Member>) -> bool {
    room.kind != RoomKind::Direct && membership.is_some_and(keeps_room)
}

pub fn can_join_room(room: &Room) -> bool {
    room.kind == RoomKind::Channel
}

/// A direct room is the pair itself: nobody can leave it.
pub fn can_leave_room(room: &Room) -> bool {
    room.kind != RoomKind::Direct
}

/// A room with people in it needs an owner.
pub fn can_lose_owner(room: &Room, leaving: &Member, has_other_owner: bool) -> bool {
    leaving.role != Role::Owner || has_other_owner || room.member_count <= 1
}

fn keeps_room(member: &Member) -> bool {
    matches!(member.role, Role::Owner | Role::Admin)
}
