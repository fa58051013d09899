//! Finding people by the words of their names.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{After, Page, User, UserId};
use crate::storage::error::Result;
use crate::storage::schema::{name_words, users};
use crate::storage::user_row::UserRow;

/// Says what a person is found by from now on: nothing, without words.
pub(in crate::storage) async fn set_name_words(
    conn: &mut Conn,
    user: UserId,
    words: Vec<String>,
) -> Result<()> {
    diesel::delete(name_words::table.filter(name_words::user_id.eq(user)))
        .execute(conn)
        .await?;
    for word in words {
        diesel::insert_into(name_words::table)
            .values((name_words::word.eq(word), name_words::user_id.eq(user)))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Those in whose names each of these begins a word, by username. All of them, if there is none.
pub(in crate::storage) async fn search_users(
    conn: &mut Conn,
    beginnings: &[String],
    page: After<String>,
) -> Result<Page<User>> {
    let mut query = users::table
        .order(users::username.asc())
        .select(UserRow::as_select())
        .limit(page.limit + 1)
        .into_boxed();
    for beginning in beginnings {
        // A range, and no pattern: any index serves that.
        let beyond = format!("{beginning}{}", char::MAX);
        let found = name_words::table
            .filter(name_words::word.ge(beginning))
            .filter(name_words::word.lt(beyond))
            .select(name_words::user_id);
        query = query.filter(users::id.eq_any(found));
    }
    if let Some(after) = &page.after {
        query = query.filter(users::username.gt(after));
    }
    let rows: Vec<UserRow> = query.load(conn).await?;
    Ok(page.cut(rows).map(User::from))
}
