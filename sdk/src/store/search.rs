//! Finding messages that are on the device.

use super::{Result, Rows};
use crate::{Message, RoomId};
use rusqlite::params;

impl Rows<'_> {
    /// The messages in which every word of `words` begins a word, the newest first.
    pub(crate) fn search(
        &self,
        words: &str,
        room: Option<&RoomId>,
        limit: usize,
    ) -> Result<Vec<Message>> {
        let Some(query) = all_words(words) else {
            return Ok(Vec::new());
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT id, timeline, seq, room, author, client_id, messages.body, sent_at, details,
                    pinned_at
             FROM words JOIN messages ON messages.row = words.rowid
             WHERE words MATCH ?1 AND (?2 IS NULL OR room = ?2)
             ORDER BY sent_at DESC, seq DESC LIMIT ?3",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![query, room.map(RoomId::as_str), limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(self.message(row)?);
        }
        Ok(found)
    }
}

/// Quoted, so that nothing that people type is read as a query; `None` when they typed no word. What they paste may have
/// control characters, which end words: a zero would end the whole query.
fn all_words(words: &str) -> Option<String> {
    let quoted: Vec<String> = words
        .split(|char: char| char.is_whitespace() || char.is_control())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| format!("\"{}\"*", word.replace('"', "\"\"")))
        .collect();
    (!quoted.is_empty()).then(|| quoted.join(" "))
}
