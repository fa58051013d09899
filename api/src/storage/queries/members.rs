//! Who is in which room.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{After, Member, Page, Position, Role, RoomId, User, UserId};
use crate::storage::error::Result;
use crate::storage::rows::MemberRow;
use crate::storage::schema::{blocks, members, rooms, users};
use crate::storage::user_row::UserRow;

pub(in crate::storage) async fn find_member(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
) -> Result<Option<Member>> {
    let row = members::table
        .find((room, user))
        .select(MemberRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Member::from))
}

/// The memberships of these people in these rooms.
pub(in crate::storage) async fn find_memberships(
    conn: &mut Conn,
    users: Vec<UserId>,
    in_rooms: Vec<RoomId>,
) -> Result<Vec<Member>> {
    let rows = members::table
        .filter(members::user_id.eq_any(users))
        .filter(members::room_id.eq_any(in_rooms))
        .select(MemberRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Member::from).collect())
}

/// Every room that a person is in.
pub(in crate::storage) async fn list_memberships(
    conn: &mut Conn,
    user: UserId,
) -> Result<Vec<Member>> {
    let rows = members::table
        .filter(members::user_id.eq(user))
        .select(MemberRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Member::from).collect())
}

/// The rooms that a person is in, none of which they leave until the transaction ends.
pub(in crate::storage) async fn hold_memberships(
    conn: &mut Conn,
    user: UserId,
) -> Result<Vec<RoomId>> {
    Ok(diesel::update(members::table)
        .filter(members::user_id.eq(user))
        .set(members::role.eq(members::role))
        .returning(members::room_id)
        .get_results(conn)
        .await?)
}

/// The other person of each of these direct rooms.
pub(in crate::storage) async fn find_counterparts(
    conn: &mut Conn,
    user: UserId,
    in_rooms: Vec<RoomId>,
) -> Result<Vec<(RoomId, User)>> {
    let rows: Vec<(RoomId, UserRow)> = members::table
        .inner_join(users::table)
        .filter(members::room_id.eq_any(in_rooms))
        .filter(members::user_id.ne(user))
        .select((members::room_id, UserRow::as_select()))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(room, user)| (room, user.into()))
        .collect())
}

/// The members of a room in the order in which they joined.
pub(in crate::storage) async fn list_members(
    conn: &mut Conn,
    room: RoomId,
    page: After<(Position, UserId)>,
) -> Result<Page<Member>> {
    let mut query = members::table
        .filter(members::room_id.eq(room))
        .order((members::joined_position.asc(), members::user_id.asc()))
        .select(MemberRow::as_select())
        .limit(page.limit + 1)
        .into_boxed();
    if let Some((position, user)) = page.after {
        let same_event = members::joined_position
            .eq(position)
            .and(members::user_id.gt(user));
        query = query.filter(members::joined_position.gt(position).or(same_event));
    }
    let rows: Vec<MemberRow> = query.load(conn).await?;
    Ok(page.cut(rows).map(Member::from))
}

/// False when the person is in the room already.
pub(in crate::storage) async fn insert_member(conn: &mut Conn, member: &Member) -> Result<bool> {
    let inserted = diesel::insert_into(members::table)
        .values(MemberRow::from(member))
        .on_conflict((members::room_id, members::user_id))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

pub(in crate::storage) async fn set_role(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    role: Role,
) -> Result<()> {
    diesel::update(members::table.find((room, user)))
        .set(members::role.eq(role))
        .execute(conn)
        .await?;
    Ok(())
}

/// False when the person was not in the room.
pub(in crate::storage) async fn delete_member(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
) -> Result<bool> {
    let deleted = diesel::delete(members::table.find((room, user)))
        .execute(conn)
        .await?;
    Ok(deleted == 1)
}

/// Gives the members whose joining was just logged, from `first` on and one after the other,
/// their places in the log. Until then each has minus the number of those before them.
pub(in crate::storage) async fn place_new_members(
    conn: &mut Conn,
    room: RoomId,
    first: Position,
) -> Result<()> {
    let place = first.into_sql::<BigInt>() - members::joined_position;
    diesel::update(members::table)
        .filter(members::room_id.eq(room))
        .filter(members::joined_position.le(Position::default()))
        .set(members::joined_position.eq(place))
        .execute(conn)
        .await?;
    Ok(())
}

/// Those of these people who share a room with a person, and have not blocked them.
pub(in crate::storage) async fn find_acquaintances(
    conn: &mut Conn,
    user: UserId,
    among: Vec<UserId>,
) -> Result<Vec<UserId>> {
    let own = diesel::alias!(members as own);
    Ok(members::table
        .inner_join(own.on(own.field(members::room_id).eq(members::room_id)))
        .filter(own.field(members::user_id).eq(user))
        .filter(members::user_id.eq_any(among))
        .filter(members::user_id.ne_all(blockers_of(user)))
        .select(members::user_id)
        .distinct()
        .load(conn)
        .await?)
}

/// Those who share a room with a person that has at most so many members, and have not blocked
/// them.
pub(in crate::storage) async fn list_acquaintances(
    conn: &mut Conn,
    user: UserId,
    most_members: i32,
    limit: i64,
) -> Result<Vec<UserId>> {
    let own = diesel::alias!(members as own);
    Ok(members::table
        .inner_join(own.on(own.field(members::room_id).eq(members::room_id)))
        .inner_join(rooms::table)
        .filter(own.field(members::user_id).eq(user))
        .filter(rooms::member_count.le(most_members))
        .filter(members::user_id.ne_all(blockers_of(user)))
        .select(members::user_id)
        .distinct()
        .limit(limit)
        .load(conn)
        .await?)
}

/// The rooms of each of these people, with how many are in them.
pub(in crate::storage) async fn list_rooms_of_users(
    conn: &mut Conn,
    users: Vec<UserId>,
) -> Result<Vec<(UserId, RoomId, i32)>> {
    Ok(members::table
        .inner_join(rooms::table)
        .filter(members::user_id.eq_any(users))
        .select((members::user_id, rooms::id, rooms::member_count))
        .load(conn)
        .await?)
}

#[diesel::dsl::auto_type]
fn blockers_of(user: UserId) -> _ {
    blocks::table
        .filter(blocks::blocked_id.eq(user))
        .select(blocks::blocker_id)
}
