//! People as diesel reads and changes them.

use diesel::prelude::*;

use super::schema::users;
use crate::model::{Account, ProfileChanges, Status, Timestamp, User, UserId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct UserRow {
    id: UserId,
    username: String,
    display_name: String,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
    bio: Option<String>,
    status_text: Option<String>,
    status_emoji: Option<String>,
    status_expires_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        let status = row.status_text.map(|text| Status {
            text,
            emoji: row.status_emoji,
            expires_at: row.status_expires_at,
        });
        Self {
            id: row.id,
            username: row.username,
            display_name: row.display_name,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            bio: row.bio,
            status,
            is_deleted: row.deleted_at.is_some(),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct AccountRow {
    #[diesel(embed)]
    user: UserRow,
    password_hash: String,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            user: row.user.into(),
            password_hash: row.password_hash,
        }
    }
}

/// What of a person is set; the rest is left as it is.
#[derive(AsChangeset)]
#[diesel(table_name = users)]
pub(super) struct ProfileChangeset<'a> {
    display_name: Option<&'a str>,
    bio: Option<Option<&'a str>>,
    status_text: Option<Option<&'a str>>,
    status_emoji: Option<Option<&'a str>>,
    status_expires_at: Option<Option<Timestamp>>,
}

impl<'a> From<&'a ProfileChanges> for ProfileChangeset<'a> {
    fn from(changes: &'a ProfileChanges) -> Self {
        let status = changes.status.as_ref().map(Option::as_ref);
        Self {
            display_name: changes.display_name.as_deref(),
            bio: changes.bio.as_ref().map(Option::as_deref),
            status_text: status.map(|set| set.map(|status| status.text.as_str())),
            status_emoji: status.map(|set| set.and_then(|status| status.emoji.as_deref())),
            status_expires_at: status.map(|set| set.and_then(|status| status.expires_at)),
        }
    }
}
