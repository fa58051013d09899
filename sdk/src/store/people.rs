//! The people that something was heard of, each as they were heard of last.

use super::{Result, Rows};
use crate::{User, UserId};
use jiff::Timestamp;

impl Rows<'_> {
    pub(crate) fn put_user(&self, user: &User) -> Result<()> {
        if self.find_user(&user.id)?.as_ref() == Some(user) {
            return Ok(());
        }
        self.has_new_names.set(true);
        let content = serde_json::to_string(user)?;
        let mut statement = self
            .connection
            .prepare_cached("INSERT OR REPLACE INTO users (id, content) VALUES (?1, ?2)")?;
        statement.execute([user.id.as_str(), &content])?;
        self.people
            .borrow_mut()
            .insert(user.id.clone(), user.clone());
        Ok(())
    }

    pub(crate) fn find_user(&self, id: &UserId) -> Result<Option<User>> {
        if let Some(user) = self.people.borrow().get(id) {
            return Ok(Some(user.clone()));
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT content FROM users WHERE id = ?1")?;
        let mut rows = statement.query([id.as_str()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let user: User = serde_json::from_str(row.get_ref(0)?.as_str().map_err(as_sqlite)?)?;
        self.people.borrow_mut().insert(id.clone(), user.clone());
        Ok(Some(user))
    }

    /// Whoever is named in something that is kept is kept too; should they not be, they have no name.
    pub(crate) fn user(&self, id: &UserId) -> Result<User> {
        Ok(self.find_user(id)?.unwrap_or_else(|| User {
            id: id.clone(),
            username: String::new(),
            display_name: String::new(),
            is_deleted: false,
            created_at: Timestamp::UNIX_EPOCH,
        }))
    }
}

pub(super) fn as_sqlite(error: rusqlite::types::FromSqlError) -> rusqlite::Error {
    error.into()
}
