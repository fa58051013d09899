//! Rooms: finding, listing, making.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Nullable, Text};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::text::fold_name;
use crate::model::{After, NewRoom, Page, Room, RoomId, RoomKind, Timestamp, UserId};
use crate::storage::error::Result;
use crate::storage::keys::pair_key;
use crate::storage::rows::RoomRow;
use crate::storage::schema::{members, rooms};

/// The rooms with these ids, in no order; absent ones are left out.
pub(in crate::storage) async fn find_rooms(conn: &mut Conn, ids: Vec<RoomId>) -> Result<Vec<Room>> {
    let rows = rooms::table
        .filter(rooms::id.eq_any(ids))
        .select(RoomRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Room::from).collect())
}

pub(in crate::storage) async fn find_channel_by_name(
    conn: &mut Conn,
    name: &str,
) -> Result<Option<Room>> {
    let row = rooms::table
        .filter(rooms::name_key.eq(fold_name(name)))
        .select(RoomRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Room::from))
}

pub(in crate::storage) async fn find_direct_room(
    conn: &mut Conn,
    pair: (UserId, UserId),
) -> Result<Option<Room>> {
    let row = rooms::table
        .filter(rooms::pair_key.eq(pair_key(pair)))
        .select(RoomRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Room::from))
}

/// The rooms that a person is in, most recently active first.
pub(in crate::storage) async fn list_rooms_of_user(
    conn: &mut Conn,
    user: UserId,
    kind: Option<RoomKind>,
    page: After<(Timestamp, RoomId)>,
) -> Result<Page<Room>> {
    let mut query = members::table
        .inner_join(rooms::table)
        .filter(members::user_id.eq(user))
        .order((rooms::last_active_at.desc(), rooms::id.desc()))
        .select(RoomRow::as_select())
        .limit(page.limit + 1)
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(rooms::kind.eq(kind));
    }
    if let Some((at, id)) = page.after {
        let same_instant = rooms::last_active_at.eq(at).and(rooms::id.lt(id));
        query = query.filter(rooms::last_active_at.lt(at).or(same_instant));
    }
    let rows: Vec<RoomRow> = query.load(conn).await?;
    Ok(page.cut(rows).map(Room::from))
}

/// The channels whose name contains `part` (case ignored), in the order of their folded names,
/// which only channels have.
pub(in crate::storage) async fn list_channels(
    conn: &mut Conn,
    part: Option<&str>,
    page: After<String>,
) -> Result<Page<Room>> {
    let mut query = rooms::table
        .filter(rooms::name_key.is_not_null())
        .filter(rooms::archived_at.is_null())
        .order(rooms::name_key.asc())
        .select(RoomRow::as_select())
        .limit(page.limit + 1)
        .into_boxed();
    if let Some(part) = part {
        query = query.filter(rooms::name_key.like(contains_pattern(part)).escape('\\'));
    }
    if let Some(after) = &page.after {
        query = query.filter(rooms::name_key.gt(after.clone()));
    }
    let rows: Vec<RoomRow> = query.load(conn).await?;
    Ok(page.cut(rows).map(Room::from))
}

/// `None` when its name (channel) or its pair (direct) is taken.
pub(in crate::storage) async fn insert_room(
    conn: &mut Conn,
    room: &NewRoom,
    now: Timestamp,
) -> Result<Option<Room>> {
    let row = diesel::insert_into(rooms::table)
        .values((
            rooms::id.eq(room.id),
            rooms::kind.eq(room.kind),
            rooms::name.eq(&room.name),
            rooms::name_key.eq((room.kind == RoomKind::Channel).then(|| fold_name(&room.name))),
            rooms::pair_key.eq(room.pair.map(pair_key)),
            rooms::topic.eq(&room.topic),
            rooms::created_at.eq(now),
            rooms::last_active_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(RoomRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Room::from))
}

/// Changes the settings of a room to what they are here. `None` when its name is taken: then the
/// transaction can only be undone.
pub(in crate::storage) async fn update_room(conn: &mut Conn, room: &Room) -> Result<Option<Room>> {
    let updated = diesel::update(rooms::table.find(room.id))
        .set((
            rooms::name.eq(&room.name),
            rooms::topic.eq(&room.topic),
            rooms::slow_mode_seconds.eq(room.slow_mode_seconds),
            rooms::announcement_only.eq(room.announcement_only),
            rooms::announces_members.eq(room.announces_members),
            rooms::archived_at.eq(room.archived_at),
            // Only channels have one.
            rooms::name_key.eq(diesel::dsl::case_when(
                rooms::name_key.is_not_null(),
                Some(room.folded_name()).into_sql::<Nullable<Text>>(),
            )),
        ))
        .returning(RoomRow::as_returning())
        .get_result(conn)
        .await;
    match updated {
        Ok(row) => Ok(Some(Room::from(row))),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The room, which nobody else changes until the transaction ends.
pub(in crate::storage) async fn hold_room(conn: &mut Conn, room: RoomId) -> Result<Option<Room>> {
    super::hold_room(conn, room).await
}

/// Changes how many are in the room, and holds the room until the transaction ends.
pub(in crate::storage) async fn add_to_member_count(
    conn: &mut Conn,
    room: RoomId,
    change: i32,
) -> Result<Option<Room>> {
    let row = diesel::update(rooms::table.find(room))
        .set(rooms::member_count.eq(rooms::member_count + change))
        .returning(RoomRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Room::from))
}

fn contains_pattern(part: &str) -> String {
    let mut pattern = String::from("%");
    for character in fold_name(part).chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
