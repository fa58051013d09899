//! What is pinned, which no event tells message by message.

use super::{Result, Rows};
use crate::{MessageId, RoomId};
use jiff::Timestamp;
use rusqlite::params;

impl Rows<'_> {
    pub(crate) fn set_pins_stale(&self, room: &RoomId) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO stale_pins (room) VALUES (?1)")?;
        statement.execute([room.as_str()])?;
        Ok(())
    }

    pub(crate) fn list_stale_pins(&self) -> Result<Vec<RoomId>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT room FROM stale_pins")?;
        let rooms = statement.query_map([], |row| Ok(row.get::<_, String>(0)?.into()))?;
        Ok(rooms.collect::<rusqlite::Result<_>>()?)
    }

    /// All that is pinned in a room, and since when.
    pub(crate) fn set_pins(&self, room: &RoomId, pins: &[(MessageId, Timestamp)]) -> Result<()> {
        for query in [
            "UPDATE messages SET pinned_at = NULL WHERE room = ?1 AND pinned_at IS NOT NULL",
            "DELETE FROM stale_pins WHERE room = ?1",
        ] {
            self.connection.execute(query, [room.as_str()])?;
        }
        let mut statement = self
            .connection
            .prepare_cached("UPDATE messages SET pinned_at = ?2 WHERE id = ?1")?;
        for (message, at) in pins {
            statement.execute(params![message.as_str(), at.as_microsecond()])?;
        }
        Ok(())
    }
}
