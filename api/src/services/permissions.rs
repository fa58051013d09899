//! Every rule of who may do what, on one page. Pure: what is known comes in, a verdict goes out.

use std::time::Duration;

use crate::model::{Member, Message, Role, Room, RoomKind, Timestamp, User, UserId};

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

/// Nothing is said, changed or joined any more where a room is archived.
pub fn is_open(room: &Room) -> bool {
    room.archived_at.is_none()
}

/// Where only announcements are made, those who keep the room make them; threads are for everyone.
pub fn can_write_on_main_line(room: &Room, member: &Member) -> bool {
    !room.announcement_only || keeps_room(member)
}

/// From when on a member may send again, where slow mode makes them wait.
pub fn can_send_from(room: &Room, member: &Member) -> Option<Timestamp> {
    let seconds = u64::try_from(room.slow_mode_seconds).ok()?;
    let waits = seconds > 0 && !keeps_room(member);
    let last = member.last_sent_at.filter(|_| waits)?;
    Some(last + Duration::from_secs(seconds))
}

/// To speak to everyone at once is for those who keep the room.
pub fn can_mention_room(room: &Room, member: &Member) -> bool {
    room.kind != RoomKind::Direct && keeps_room(member)
}

/// Pinning is saying something to the whole room.
pub fn can_pin_message(room: &Room, member: &Member) -> bool {
    can_write_on_main_line(room, member)
}

/// What a message said before is for its author, and for those who keep the room.
pub fn can_see_versions(room: &Room, message: &Message, member: &Member) -> bool {
    member.user_id == message.author_id || room.kind != RoomKind::Direct && keeps_room(member)
}

/// Nothing passes in a direct room of which one has blocked the other, or is gone. Both read on.
pub fn can_pass(room: &Room) -> bool {
    !room.is_severed
}

/// Whoever has blocked somebody is not drawn into anything by them, and who is gone by nobody.
pub fn can_draw_in(others: &[User], blockers: &[UserId]) -> bool {
    let is_within_reach = |other: &User| !other.is_deleted && !blockers.contains(&other.id);
    others.iter().all(is_within_reach)
}

/// Whoever is muted reads on.
pub fn is_muted(member: &Member, now: Timestamp) -> bool {
    member.muted_until.is_some_and(|until| until > now)
}

/// The words of a message are its author's, as long as they are in the room; those of a notice and of
/// what was forwarded are not theirs.
pub fn can_edit_message(message: &Message, member: &Member) -> bool {
    let is_own = message.notice.is_none() && message.forwarded_from.is_none();
    member.user_id == message.author_id && is_own
}

/// What the server tells is nobody's words.
pub fn can_forward_message(message: &Message) -> bool {
    message.notice.is_none()
}

/// One's own, and what those said who are below oneself or gone. In a direct room nobody is.
pub fn can_delete_message(
    room: &Room,
    message: &Message,
    member: &Member,
    author: Option<&Member>,
) -> bool {
    let is_above = || author.is_none_or(|author| outranks(member, author));
    member.user_id == message.author_id
        || room.kind != RoomKind::Direct && keeps_room(member) && is_above()
}

/// What a room is called and about is for its owner and admins to say. A direct room is called after
/// its people.
pub fn can_update_room(room: &Room, membership: Option<&Member>) -> bool {
    room.kind != RoomKind::Direct && membership.is_some_and(keeps_room)
}

/// A room is put away, and taken out again, by its owner.
pub fn can_archive_room(room: &Room, membership: Option<&Member>) -> bool {
    room.kind != RoomKind::Direct && membership.is_some_and(|member| member.role == Role::Owner)
}

/// Channels are open to everyone, groups to those who are invited.
pub fn can_join_room(room: &Room, invited: bool) -> bool {
    match room.kind {
        RoomKind::Channel => true,
        RoomKind::Group => invited,
        RoomKind::Direct => false,
    }
}

/// A direct room is the pair itself: nobody can leave it.
pub fn can_leave_room(room: &Room) -> bool {
    room.kind != RoomKind::Direct
}

/// A room with people in it needs its owner.
pub fn can_lose(room: &Room, leaving: &Member) -> bool {
    leaving.role != Role::Owner || room.member_count <= 1
}

/// Who keeps a channel or a group lets people in, puts them out and gives them roles. In a direct
/// room nobody does.
pub fn can_keep_members(room: &Room, membership: Option<&Member>) -> bool {
    room.kind != RoomKind::Direct && membership.is_some_and(keeps_room)
}

/// Who is banned, by which invites people come in, and what those did who keep a room: for them to
/// know.
pub fn can_see_records(room: &Room, membership: Option<&Member>) -> bool {
    can_keep_members(room, membership)
}

/// To ban somebody is to remove them for longer.
pub fn can_remove_member(actor: &Member, other: &Member) -> bool {
    outranks(actor, other)
}

pub fn can_mute_member(actor: &Member, other: &Member) -> bool {
    outranks(actor, other)
}

/// A role below one's own, for those below oneself; an owner gives away their own as well.
pub fn can_set_role(actor: &Member, other: &Member, role: Role) -> bool {
    let is_own = role == Role::Owner && actor.role == Role::Owner;
    outranks(actor, other) && (rank(role) < rank(actor.role) || is_own)
}

fn keeps_room(member: &Member) -> bool {
    rank(member.role) >= rank(Role::Admin)
}

/// Nobody acts on their equals, on those above them, or on themselves.
fn outranks(actor: &Member, other: &Member) -> bool {
    rank(actor.role) > rank(other.role)
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Owner => 2,
        Role::Admin => 1,
        Role::Member => 0,
    }
}
