//! Rows as diesel reads them, and the model's types that they become.

use diesel::prelude::*;

use super::schema::{invites, members, messages, rooms, sessions};
use crate::model::{
    Invite, Member, Message, MessageId, Notice, NoticeKind, Position, Receipt, Role, Room, RoomId,
    RoomKind, Session, SessionId, TimelineId, Timestamp, UserId,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(super) struct SessionRow {
    id: SessionId,
    user_id: UserId,
    device: String,
    generation: i32,
    rotated_at: Timestamp,
    attempt_id: Option<String>,
    created_at: Timestamp,
    last_used_at: Timestamp,
    last_used_from: String,
    ended_at: Option<Timestamp>,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            device: row.device,
            generation: row.generation.cast_unsigned(),
            rotated_at: row.rotated_at,
            attempt_id: row.attempt_id,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            last_used_from: row.last_used_from,
            ended_at: row.ended_at,
        }
    }
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        let session = session.clone();
        Self {
            id: session.id,
            user_id: session.user_id,
            device: session.device,
            generation: session.generation.cast_signed(),
            rotated_at: session.rotated_at,
            attempt_id: session.attempt_id,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            last_used_from: session.last_used_from,
            ended_at: session.ended_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = rooms)]
pub(super) struct RoomRow {
    id: RoomId,
    kind: RoomKind,
    name: String,
    topic: Option<String>,
    created_at: Timestamp,
    member_count: i32,
    last_seq: i64,
    last_active_at: Timestamp,
    slow_mode_seconds: i32,
    announcement_only: bool,
    announces_members: bool,
    archived_at: Option<Timestamp>,
    is_severed: bool,
}

impl From<RoomRow> for Room {
    fn from(row: RoomRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            topic: row.topic,
            created_at: row.created_at,
            member_count: row.member_count,
            last_seq: row.last_seq,
            last_active_at: row.last_active_at,
            slow_mode_seconds: row.slow_mode_seconds,
            announcement_only: row.announcement_only,
            announces_members: row.announces_members,
            archived_at: row.archived_at,
            is_severed: row.is_severed,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = members)]
pub(super) struct MemberRow {
    room_id: RoomId,
    user_id: UserId,
    role: Role,
    joined_at: Timestamp,
    joined_position: Position,
    last_read_seq: i64,
    muted_until: Option<Timestamp>,
    mute_reason: Option<String>,
    last_sent_at: Option<Timestamp>,
}

impl From<MemberRow> for Member {
    fn from(row: MemberRow) -> Self {
        Self {
            room_id: row.room_id,
            user_id: row.user_id,
            role: row.role,
            joined_at: row.joined_at,
            joined_position: row.joined_position,
            last_read_seq: row.last_read_seq,
            muted_until: row.muted_until,
            mute_reason: row.mute_reason,
            last_sent_at: row.last_sent_at,
        }
    }
}

impl From<&Member> for MemberRow {
    fn from(member: &Member) -> Self {
        Self {
            room_id: member.room_id,
            user_id: member.user_id,
            role: member.role,
            joined_at: member.joined_at,
            joined_position: member.joined_position,
            last_read_seq: member.last_read_seq,
            muted_until: member.muted_until,
            mute_reason: member.mute_reason.clone(),
            last_sent_at: member.last_sent_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
pub(super) struct ReceiptRow {
    user_id: UserId,
    last_read_seq: i64,
    /// Present: only such rows are read.
    #[diesel(select_expression = members::read_at.assume_not_null())]
    read_at: Timestamp,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            user_id: row.user_id,
            last_read_seq: row.last_read_seq,
            read_at: row.read_at,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invites, treat_none_as_default_value = false)]
pub(super) struct InviteRow {
    code: String,
    room_id: RoomId,
    creator_id: UserId,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    max_uses: Option<i32>,
    uses: i32,
}

impl From<InviteRow> for Invite {
    fn from(row: InviteRow) -> Self {
        Self {
            code: row.code,
            room_id: row.room_id,
            creator_id: row.creator_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            max_uses: row.max_uses,
            uses: row.uses,
        }
    }
}

impl From<&Invite> for InviteRow {
    fn from(invite: &Invite) -> Self {
        Self {
            code: invite.code.clone(),
            room_id: invite.room_id,
            creator_id: invite.creator_id,
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            max_uses: invite.max_uses,
            uses: invite.uses,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct MessageRow {
    id: MessageId,
    room_id: RoomId,
    timeline_id: TimelineId,
    seq: i64,
    author_id: UserId,
    client_id: Option<String>,
    body: String,
    reply_to_id: Option<MessageId>,
    sent_at: Timestamp,
    edited_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    pinned_at: Option<Timestamp>,
    mentions_room: bool,
    forwarded_from_id: Option<MessageId>,
    notice: Option<NoticeKind>,
    notice_user_id: Option<UserId>,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            id: row.id,
            room_id: row.room_id,
            thread_root: row.timeline_id.thread_root(row.room_id),
            seq: row.seq,
            author_id: row.author_id,
            client_id: row.client_id,
            body: row.body,
            reply_to: row.reply_to_id,
            sent_at: row.sent_at,
            edited_at: row.edited_at,
            deleted_at: row.deleted_at,
            pinned_at: row.pinned_at,
            mentions_room: row.mentions_room,
            forwarded_from: row.forwarded_from_id,
            notice: row.notice.map(|kind| Notice {
                kind,
                user: row.notice_user_id,
            }),
        }
    }
}
