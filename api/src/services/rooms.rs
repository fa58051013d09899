//! Rooms: making, finding, joining and leaving them.

mod changes;
mod joining;

use std::sync::Arc;

use super::blocks::{check_passes, check_reach, hold_pair};
use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::notices;
use super::permissions::{can_leave_room, can_lose, can_see_room, is_open};
use super::text;
use super::transaction::Transaction;
use crate::model::{
    After, EventKind, Member, NewEvent, NewRoom, Notice, NoticeKind, Page, Position, Role, Room,
    RoomId, RoomKind, Sanction, SanctionKind, Timestamp, UserId,
};

const NAME_MOST: usize = 80;
const TOPIC_MOST: usize = 250;
const INVITED_MOST: usize = 100;

pub struct RoomDraft {
    pub kind: RoomKind,
    pub name: String,
    pub topic: Option<String>,
    /// Who is in it from the start, besides its maker.
    pub members: Vec<UserId>,
}

pub use changes::RoomChanges;
pub use joining::RoomReference;

pub struct Rooms(Arc<Core>);

impl Rooms {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// The room, if this viewer may see it.
    pub async fn find(&self, viewer: Viewer, id: RoomId) -> Result<Option<Room>> {
        let mut connection = self.0.read().await?;
        let Some(room) = connection.find_rooms(vec![id]).await?.pop() else {
            return Ok(None);
        };
        let membership = connection.find_member(id, viewer.user_id).await?;
        Ok(can_see_room(&room, membership.as_ref()).then_some(room))
    }

    /// The viewer's rooms, most recently active first.
    pub async fn list_own(
        &self,
        viewer: Viewer,
        kind: Option<RoomKind>,
        page: After<(Timestamp, RoomId)>,
    ) -> Result<Page<Room>> {
        Ok(self
            .0
            .read()
            .await?
            .list_rooms_of_user(viewer.user_id, kind, page)
            .await?)
    }

    /// Channels by name; those whose name contains `part` only, when it is given.
    pub async fn list_channels(
        &self,
        part: Option<&str>,
        page: After<String>,
    ) -> Result<Page<Room>> {
        let Ok(part) = text::optional_line("query", part, NAME_MOST) else {
            return Ok(Page::empty());
        };
        if page
            .after
            .as_ref()
            .is_some_and(|after| after.contains(char::is_control))
        {
            return Err(Error::invalid("after", "This cursor is not of this list"));
        }
        Ok(self
            .0
            .read()
            .await?
            .list_channels(part.as_deref(), page)
            .await?)
    }

    /// Members in the order in which they joined, of a room that the viewer may see.
    pub async fn list_members(
        &self,
        room: RoomId,
        page: After<(Position, UserId)>,
    ) -> Result<Page<Member>> {
        Ok(self.0.read().await?.list_members(room, page).await?)
    }

    pub async fn create(&self, viewer: Viewer, draft: RoomDraft) -> Result<Room> {
        self.0.check_write(viewer)?;
        if draft.kind == RoomKind::Direct {
            return Err(Error::invalid(
                "kind",
                "A direct room is opened, not created",
            ));
        }
        let now = self.0.now();
        let new = NewRoom {
            id: self.0.ids.next(now),
            kind: draft.kind,
            name: text::line("name", &draft.name, NAME_MOST)?,
            topic: text::optional_line("topic", draft.topic.as_deref(), TOPIC_MOST)?,
            pair: None,
        };
        let mut invited = draft.members;
        invited.retain(|user| *user != viewer.user_id);
        invited.sort_unstable();
        invited.dedup();
        if invited.len() > INVITED_MOST {
            let message = format!("At most {INVITED_MOST} people can be added at once");
            return Err(Error::invalid("memberIds", message));
        }
        let mut transaction = self.0.begin().await?;
        if transaction.find_users(invited.clone()).await?.len() != invited.len() {
            return Err(Error::invalid(
                "memberIds",
                "Not everyone in this list exists",
            ));
        }
        check_reach(&mut transaction, viewer.user_id, &invited).await?;
        let Some(room) = transaction.insert_room(&new, now).await? else {
            return Err(Error::Conflict {
                field: "name",
                message: "This name is taken",
            });
        };
        let mut members = vec![(viewer.user_id, Role::Owner)];
        members.extend(invited.into_iter().map(|user| (user, Role::Member)));
        let room = admit(&mut transaction, room, &members, now).await?;
        transaction.commit().await?;
        Ok(room)
    }

    /// The one direct room of the viewer and `other`, made if it is not there yet.
    pub async fn open_direct(&self, viewer: Viewer, other: UserId) -> Result<Room> {
        self.0.check_write(viewer)?;
        if other == viewer.user_id {
            return Err(Error::invalid(
                "userId",
                "A direct room needs another person",
            ));
        }
        let pair = (viewer.user_id, other);
        let mut connection = self.0.read().await?;
        if let Some(room) = connection.find_direct_room(pair).await? {
            return Ok(room);
        }
        if connection.find_users(vec![other]).await?.is_empty() {
            return Err(Error::NotFound("User"));
        }
        drop(connection);
        let now = self.0.now();
        let new = NewRoom {
            id: self.0.ids.next(now),
            kind: RoomKind::Direct,
            name: String::new(),
            topic: None,
            pair: Some(pair),
        };
        let mut transaction = self.0.begin().await?;
        hold_pair(&mut transaction, viewer.user_id, other).await?;
        check_reach(&mut transaction, viewer.user_id, &[other]).await?;
        check_reach(&mut transaction, other, &[viewer.user_id]).await?;
        let Some(room) = transaction.insert_room(&new, now).await? else {
            let room = transaction.find_direct_room(pair).await?;
            return room.ok_or(Error::NotFound("Room"));
        };
        let members = [(viewer.user_id, Role::Member), (other, Role::Member)];
        let room = admit(&mut transaction, room, &members, now).await?;
        transaction.commit().await?;
        Ok(room)
    }

    /// Leaves a room. `None` when the viewer cannot see it any more.
    pub async fn leave(&self, viewer: Viewer, id: RoomId) -> Result<Option<Room>> {
        self.0.check_write(viewer)?;
        let mut transaction = self.0.begin().await?;
        let (room, membership) = hold_room(&mut transaction, viewer, id).await?;
        let Some(member) = membership else {
            return Ok(Some(room));
        };
        if !can_leave_room(&room) {
            return Err(Error::Forbidden("A direct room cannot be left"));
        }
        if !can_lose(&room, &member) {
            return Err(Error::Forbidden(
                "The owner cannot leave a room with people in it: give it to somebody first",
            ));
        }
        let now = self.0.now();
        let mut room = dismiss(&mut transaction, &member, now).await?;
        let left = Notice {
            kind: NoticeKind::Left,
            user: None,
        };
        notices::tell_of_member(&self.0, &mut transaction, &mut room, viewer, left).await?;
        transaction.commit().await?;
        Ok(can_see_room(&room, None).then_some(room))
    }
}

/// The room, which nobody else changes until the transaction ends, and what the viewer is in it.
///
/// # Errors
/// `NotFound` when the viewer cannot see it.
pub(super) async fn hold_room(
    transaction: &mut Transaction,
    viewer: Viewer,
    id: RoomId,
) -> Result<(Room, Option<Member>)> {
    let held = transaction.hold_room(id).await?;
    let room = held.ok_or(Error::NotFound("Room"))?;
    let membership = transaction.find_member(id, viewer.user_id).await?;
    if !can_see_room(&room, membership.as_ref()) {
        return Err(Error::NotFound("Room"));
    }
    Ok((room, membership))
}

/// # Errors
/// `Forbidden` when the room is archived, or nothing passes between its two people.
pub(super) fn check_open(room: &Room) -> Result<()> {
    match is_open(room) {
        true => check_passes(room),
        false => Err(Error::Forbidden("This room is archived")),
    }
}

/// Takes somebody out of a room that is held, with the event.
pub(super) async fn dismiss(
    transaction: &mut Transaction,
    member: &Member,
    now: Timestamp,
) -> Result<Room> {
    let (room, user) = (member.room_id, member.user_id);
    transaction.delete_thread_member(room, user).await?;
    transaction.delete_draft(user, room).await?;
    transaction.delete_member(room, user).await?;
    let kind = EventKind::MemberLeft { room, user };
    transaction.record(NewEvent { at: now, kind });
    let counted = transaction.add_to_member_count(room, -1).await?;
    counted.ok_or(Error::NotFound("Room"))
}

/// Adds people to a room, with an event each; those who are in it already are passed over.
///
/// # Errors
/// `Banned` when one of them may not come in, `Forbidden` when the room is archived.
pub(super) async fn admit(
    transaction: &mut Transaction,
    room: Room,
    people: &[(UserId, Role)],
    now: Timestamp,
) -> Result<Room> {
    check_open(&room)?;
    let users = people.iter().map(|(user, _)| *user).collect();
    let mut sanctions = transaction.find_sanctions(room.id, users).await?;
    sanctions.retain(|sanction| sanction.is_in_force(now));
    let (bans, mutes): (Vec<Sanction>, Vec<Sanction>) = sanctions
        .into_iter()
        .partition(|sanction| sanction.kind == SanctionKind::Ban);
    if let Some(ban) = bans.into_iter().next() {
        return Err(Error::Banned(ban.reason));
    }
    let mut admitted = 0;
    for (user_id, role) in people {
        let mute = mutes.iter().find(|mute| mute.user_id == *user_id);
        let member = Member {
            room_id: room.id,
            user_id: *user_id,
            role: *role,
            joined_at: now,
            joined_position: Position(-i64::from(admitted)),
            last_read_seq: room.last_seq,
            muted_until: mute.and_then(|mute| mute.expires_at),
            mute_reason: mute.and_then(|mute| mute.reason.clone()),
            last_sent_at: None,
        };
        if transaction.insert_member(&member).await? {
            admitted += 1;
            let kind = EventKind::MemberJoined {
                room: room.id,
                user: *user_id,
            };
            transaction.record(NewEvent { at: now, kind });
        }
    }
    let counted = transaction.add_to_member_count(room.id, admitted).await?;
    counted.ok_or(Error::NotFound("Room"))
}
