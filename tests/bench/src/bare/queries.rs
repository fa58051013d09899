//! The queries, compiled for each database.

use diesel::prelude::*;

use super::{Conn, Id, Instant, id};
use crate::servers::message::BODY;

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Text};
    use super::super::{SqlId, SqlInstant};

    messages (id) {
        id -> SqlId,
        room_id -> SqlId,
        timeline_id -> SqlId,
        seq -> BigInt,
        author_id -> SqlId,
        fingerprint -> Binary,
        body -> Text,
        sent_at -> SqlInstant,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use super::super::SqlId;

    users (id) {
        id -> SqlId,
        display_name -> Text,
    }
}

diesel::joinable!(messages -> users (author_id));
diesel::allow_tables_to_appear_in_same_query!(messages, users);

/// A message and its author's name, as a page of history has them.
type Item = (Id, i64, String, Instant, Id, String);

/// A room, one of its authors, and some time.
pub struct Room {
    id: Id,
    author: Id,
    time: Instant,
}

impl Room {
    /// The room of any message.
    pub fn find(connection: &mut Conn) -> QueryResult<Self> {
        let (id, author, time) = messages::table
            .select((messages::room_id, messages::author_id, messages::sent_at))
            .first(connection)?;
        Ok(Self { id, author, time })
    }

    pub fn commit(&self, connection: &mut Conn, number: u32) -> QueryResult<()> {
        diesel::insert_into(messages::table)
            .values((
                messages::id.eq(id(u128::MAX - u128::from(number))),
                messages::room_id.eq(&self.id),
                messages::timeline_id.eq(&self.id),
                messages::seq.eq(i64::MAX - i64::from(number)),
                messages::author_id.eq(&self.author),
                messages::fingerprint.eq([0; 32].as_slice()),
                messages::body.eq(BODY),
                messages::sent_at.eq(self.time),
            ))
            .execute(connection)?;
        Ok(())
    }

    pub fn page(&self, connection: &mut Conn, before: i64, length: i64) -> QueryResult<i64> {
        let items: Vec<Item> = messages::table
            .inner_join(users::table)
            .filter(messages::timeline_id.eq(&self.id))
            .filter(messages::seq.lt(before))
            .order(messages::seq.desc())
            .limit(length)
            .select((
                messages::id,
                messages::seq,
                messages::body,
                messages::sent_at,
                users::id,
                users::display_name,
            ))
            .load(connection)?;
        Ok(items.last().map_or(0, |item| item.1))
    }
}
