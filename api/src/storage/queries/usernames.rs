//! What people are called by, and were before.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{User, UserId};
use crate::storage::error::Result;
use crate::storage::schema::{former_usernames, users};
use crate::storage::user_row::UserRow;

/// `None` when the name is taken: then the transaction can only be undone.
pub(in crate::storage) async fn update_username(
    conn: &mut Conn,
    id: UserId,
    username: &str,
) -> Result<Option<User>> {
    let updated = diesel::update(users::table.find(id))
        .set(users::username.eq(username))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await;
    match updated {
        Ok(row) => Ok(Some(User::from(row))),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whose name it was, by its digest.
pub(in crate::storage) async fn find_former_owner(
    conn: &mut Conn,
    digest: &[u8],
) -> Result<Option<UserId>> {
    Ok(former_usernames::table
        .find(digest)
        .select(former_usernames::user_id)
        .first(conn)
        .await
        .optional()?)
}

/// Notes that it was somebody's name. Nothing happens when that is known.
pub(in crate::storage) async fn keep_former_username(
    conn: &mut Conn,
    digest: &[u8],
    user: UserId,
) -> Result<()> {
    diesel::insert_into(former_usernames::table)
        .values((
            former_usernames::digest.eq(digest),
            former_usernames::user_id.eq(user),
        ))
        .on_conflict(former_usernames::digest)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::storage) async fn count_former_usernames(
    conn: &mut Conn,
    user: UserId,
) -> Result<i64> {
    Ok(former_usernames::table
        .filter(former_usernames::user_id.eq(user))
        .count()
        .get_result(conn)
        .await?)
}
