//! The viewer's rooms and threads, as they were heard of last.

use super::people::as_sqlite;
use super::{Result, Rows};
use crate::model::Unread;
use crate::operations::sync::FollowedThread;
use crate::{MessageId, Room, RoomId};
use rusqlite::{OptionalExtension, params};

impl Rows<'_> {
    pub(crate) fn put_room(&self, room: &Room) -> Result<()> {
        if let Some(other) = &room.other_user {
            self.put_user(other)?;
        }
        let content = serde_json::to_string(room)?;
        let mut statement = self
            .connection
            .prepare_cached("INSERT OR REPLACE INTO rooms (id, content) VALUES (?1, ?2)")?;
        statement.execute([room.id.as_str(), &content])?;
        Ok(())
    }

    pub(crate) fn list_rooms(&self) -> Result<Vec<Room>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT content FROM rooms")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(serde_json::from_str(
                row.get_ref(0)?.as_str().map_err(as_sqlite)?,
            )?);
        }
        Ok(all)
    }

    /// Forgets a room and everything that was said in it.
    pub(crate) fn remove_room(&self, room: &RoomId) -> Result<()> {
        let room = [room.as_str()];
        self.connection.execute(
            "DELETE FROM messages WHERE timeline IN (SELECT root FROM threads WHERE room = ?1)",
            room,
        )?;
        for query in [
            "DELETE FROM messages WHERE timeline = ?1",
            "DELETE FROM threads WHERE room = ?1",
            "DELETE FROM stale_pins WHERE room = ?1",
            "DELETE FROM rooms WHERE id = ?1",
        ] {
            self.connection.execute(query, room)?;
        }
        Ok(())
    }

    /// That there is such a thread, whatever is known of it.
    pub(super) fn note_thread(&self, room: &RoomId, root: &MessageId) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO threads (root, room) VALUES (?1, ?2)")?;
        statement.execute([root.as_str(), room.as_str()])?;
        Ok(())
    }

    pub(crate) fn set_thread_stale(&self, room: &RoomId, root: &MessageId) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO threads (root, room, is_stale) VALUES (?1, ?2, TRUE)
             ON CONFLICT (root) DO UPDATE SET is_stale = TRUE",
        )?;
        statement.execute([root.as_str(), room.as_str()])?;
        Ok(())
    }

    pub(crate) fn list_stale_threads(&self) -> Result<Vec<MessageId>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT root FROM threads WHERE is_stale")?;
        let roots = statement.query_map([], |row| Ok(row.get::<_, String>(0)?.into()))?;
        Ok(roots.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn put_thread(
        &self,
        room: &RoomId,
        thread: &FollowedThread,
        is_stale: bool,
    ) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "INSERT OR REPLACE INTO threads (root, room, following, last_read_seq, unread_messages, unread_mentions, is_stale)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        statement.execute(params![
            thread.root.as_str(),
            room.as_str(),
            thread.following,
            thread.last_read_seq.cast_signed(),
            thread.unread.messages.cast_signed(),
            thread.unread.mentions.cast_signed(),
            is_stale,
        ])?;
        Ok(())
    }

    pub(crate) fn find_thread(&self, root: &MessageId) -> Result<Option<FollowedThread>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT following, last_read_seq, unread_messages, unread_mentions FROM threads WHERE root = ?1",
        )?;
        let found = statement.query_row([root.as_str()], |row| {
            let number = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
            Ok(FollowedThread {
                root: root.clone(),
                following: row.get(0)?,
                last_read_seq: number(1)?,
                unread: Unread {
                    messages: number(2)?,
                    mentions: number(3)?,
                },
            })
        });
        Ok(found.optional()?)
    }
}
