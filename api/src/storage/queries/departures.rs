//! Deleting accounts, and what is to be done afterwards.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Member, MessageId, RoomId, RoomKind, Timestamp, UserId};
use crate::storage::error::Result;
use crate::storage::rows::MemberRow;
use crate::storage::schema::{
    blocks, departures, drafts, invites, members, messages, name_words, rooms, sanctions,
    scheduled_messages, sessions, users,
};

/// Leaves nothing of a person but their row, under these names.
pub(in crate::storage) async fn erase_user(
    conn: &mut Conn,
    id: UserId,
    username: &str,
    display_name: &str,
    now: Timestamp,
) -> Result<()> {
    diesel::update(users::table.find(id))
        .set((
            users::username.eq(username),
            users::display_name.eq(display_name),
            users::password_hash.eq(""),
            users::last_seen_at.eq(None::<Timestamp>),
            users::bio.eq(None::<String>),
            users::status_text.eq(None::<String>),
            users::status_emoji.eq(None::<String>),
            users::status_expires_at.eq(None::<Timestamp>),
            users::deleted_at.eq(now),
        ))
        .execute(conn)
        .await?;
    let words = name_words::table.filter(name_words::user_id.eq(id));
    diesel::delete(words).execute(conn).await?;
    let either = blocks::blocker_id.eq(id).or(blocks::blocked_id.eq(id));
    diesel::delete(blocks::table.filter(either))
        .execute(conn)
        .await?;
    diesel::update(sessions::table.filter(sessions::user_id.eq(id)))
        .set(sessions::device.eq(""))
        .execute(conn)
        .await?;
    let made = invites::table.filter(invites::creator_id.eq(id));
    diesel::delete(made).execute(conn).await?;
    let begun = drafts::table.filter(drafts::user_id.eq(id));
    diesel::delete(begun).execute(conn).await?;
    let unsent = scheduled_messages::message_id.is_null();
    let later = scheduled_messages::table.filter(scheduled_messages::author_id.eq(id));
    diesel::delete(later.filter(unsent)).execute(conn).await?;
    let laid = sanctions::table.filter(sanctions::user_id.eq(id));
    diesel::delete(laid).execute(conn).await?;
    Ok(())
}

/// Notes that there is more to do.
pub(in crate::storage) async fn insert_departure(
    conn: &mut Conn,
    user: UserId,
    erases_messages: bool,
) -> Result<()> {
    diesel::insert_into(departures::table)
        .values((
            departures::user_id.eq(user),
            departures::erases_messages.eq(erases_messages),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::storage) async fn delete_departure(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::delete(departures::table.find(user))
        .execute(conn)
        .await?;
    Ok(())
}

/// For whom there is more to do, and whether what they said goes.
pub(in crate::storage) async fn list_departures(conn: &mut Conn) -> Result<Vec<(UserId, bool)>> {
    Ok(departures::table.load(conn).await?)
}

/// Some of the channels and groups that a person is in.
pub(in crate::storage) async fn list_rooms_to_leave(
    conn: &mut Conn,
    user: UserId,
    limit: i64,
) -> Result<Vec<RoomId>> {
    Ok(members::table
        .inner_join(rooms::table)
        .filter(members::user_id.eq(user))
        .filter(rooms::kind.ne(RoomKind::Direct))
        .order(rooms::id.asc())
        .select(rooms::id)
        .limit(limit)
        .load(conn)
        .await?)
}

/// Lets nothing pass any more in some direct rooms of a person in which something does. Which.
pub(in crate::storage) async fn sever_direct_rooms(
    conn: &mut Conn,
    user: UserId,
    limit: i64,
) -> Result<Vec<RoomId>> {
    let open: Vec<RoomId> = members::table
        .inner_join(rooms::table)
        .filter(members::user_id.eq(user))
        .filter(rooms::kind.eq(RoomKind::Direct))
        .filter(rooms::is_severed.eq(false))
        .order(rooms::id.asc())
        .select(rooms::id)
        .limit(limit)
        .load(conn)
        .await?;
    let mut severed = Vec::new();
    for room in open {
        let changed = diesel::update(rooms::table.find(room))
            .filter(rooms::is_severed.eq(false))
            .set(rooms::is_severed.eq(true))
            .execute(conn)
            .await?;
        severed.extend((changed == 1).then_some(room));
    }
    Ok(severed)
}

/// Who takes a room over from somebody: of those with the highest role the one who has been there
/// longest.
pub(in crate::storage) async fn find_successor(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
) -> Result<Option<Member>> {
    let row: Option<MemberRow> = members::table
        .filter(members::room_id.eq(room))
        .filter(members::user_id.ne(user))
        // Admins come before members, in the alphabet as well.
        .order((members::role.asc(), members::joined_position.asc()))
        .select(MemberRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Member::from))
}

/// Some of what a person said and did not delete, with the rooms.
pub(in crate::storage) async fn list_messages_of(
    conn: &mut Conn,
    author: UserId,
    limit: i64,
) -> Result<Vec<(RoomId, MessageId)>> {
    Ok(messages::table
        .filter(messages::author_id.eq(author))
        .filter(messages::deleted_at.is_null())
        .select((messages::room_id, messages::id))
        .limit(limit)
        .load(conn)
        .await?)
}
