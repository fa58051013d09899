//! People and their accounts.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::model::{Account, ProfileChanges, Timestamp, User, UserId};
use crate::storage::error::Result;
use crate::storage::schema::users;
use crate::storage::user_row::{AccountRow, ProfileChangeset, UserRow};

/// The people with these ids, in no order; absent ones are left out.
pub(in crate::storage) async fn find_users(conn: &mut Conn, ids: Vec<UserId>) -> Result<Vec<User>> {
    let rows = users::table
        .filter(users::id.eq_any(ids))
        .select(UserRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(User::from).collect())
}

pub(in crate::storage) async fn find_user_by_username(
    conn: &mut Conn,
    username: &str,
) -> Result<Option<User>> {
    let row = users::table
        .filter(users::username.eq(username))
        .select(UserRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(User::from))
}

/// Whether there is anybody, deleted people too.
pub(in crate::storage) async fn has_users(conn: &mut Conn) -> Result<bool> {
    let anybody = diesel::select(diesel::dsl::exists(users::table.select(users::id)));
    Ok(anybody.get_result(conn).await?)
}

pub(in crate::storage) async fn find_account(
    conn: &mut Conn,
    username: &str,
) -> Result<Option<Account>> {
    let row = users::table
        .filter(users::username.eq(username))
        .select(AccountRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Account::from))
}

pub(in crate::storage) async fn find_account_of(
    conn: &mut Conn,
    id: UserId,
) -> Result<Option<Account>> {
    let row = users::table
        .find(id)
        .select(AccountRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Account::from))
}

/// False when the username is taken.
pub(in crate::storage) async fn insert_account(conn: &mut Conn, account: &Account) -> Result<bool> {
    let inserted = diesel::insert_into(users::table)
        .values((
            users::id.eq(account.user.id),
            users::username.eq(&account.user.username),
            users::display_name.eq(&account.user.display_name),
            users::password_hash.eq(&account.password_hash),
            users::created_at.eq(account.user.created_at),
        ))
        .on_conflict(users::username)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

/// Something must be different.
pub(in crate::storage) async fn update_profile(
    conn: &mut Conn,
    id: UserId,
    changes: &ProfileChanges,
) -> Result<Option<User>> {
    let row = diesel::update(users::table.find(id))
        .set(ProfileChangeset::from(changes))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(User::from))
}

/// False when the hash is not the one that it was. The account is held until the transaction ends.
pub(in crate::storage) async fn replace_password_hash(
    conn: &mut Conn,
    id: UserId,
    old: &str,
    new: &str,
) -> Result<bool> {
    let replaced = diesel::update(users::table.find(id))
        .filter(users::password_hash.eq(old))
        .set(users::password_hash.eq(new))
        .execute(conn)
        .await?;
    Ok(replaced == 1)
}

/// Notes when these people were connected last, apart from those who are gone.
pub(in crate::storage) async fn update_last_seen(
    conn: &mut Conn,
    ids: Vec<UserId>,
    at: Timestamp,
) -> Result<()> {
    diesel::update(users::table.filter(users::id.eq_any(ids)))
        .filter(users::deleted_at.is_null())
        .set(users::last_seen_at.eq(at))
        .execute(conn)
        .await?;
    Ok(())
}
