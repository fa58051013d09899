//! Messages, and how far a timeline is known without a gap.

use super::people::as_sqlite;
use super::{Result, Rows};
use crate::model::{Forwarded, Notice, NoticeKind, Quote, Reaction, ThreadSummary};
use crate::{ClientId, Message, MessageId, RoomId, UserId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// A sequence of messages with a `seq` of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Timeline {
    /// A room's main line.
    Room(RoomId),
    /// The thread that hangs on a message.
    Thread(RoomId, MessageId),
}

impl Timeline {
    pub(crate) fn of(message: &Message) -> Self {
        let room = message.room_id.clone();
        match &message.thread_root {
            Some(root) => Self::Thread(room, root.clone()),
            None => Self::Room(room),
        }
    }

    pub(crate) fn room(&self) -> &RoomId {
        match self {
            Self::Room(room) | Self::Thread(room, _) => room,
        }
    }

    pub(crate) fn root(&self) -> Option<&MessageId> {
        match self {
            Self::Room(_) => None,
            Self::Thread(_, root) => Some(root),
        }
    }

    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Room(room) => room.as_str(),
            Self::Thread(_, root) => root.as_str(),
        }
    }
}

/// What a message may have, and most have not.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<StoredQuote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadSummary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<UserId>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mentions_room: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    forwarded_from: Option<(UserId, Timestamp)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<(NoticeKind, Option<UserId>)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<Reaction>,
}

#[derive(Serialize, Deserialize)]
struct StoredQuote {
    id: MessageId,
    author: UserId,
    body: String,
    is_deleted: bool,
}

const COLUMNS: &str =
    "id, timeline, seq, room, author, client_id, body, sent_at, details, pinned_at FROM messages";

impl Rows<'_> {
    pub(crate) fn put_message(&self, message: &Message) -> Result<()> {
        self.put_people_of(message)?;
        let timeline = Timeline::of(message);
        if let Timeline::Thread(room, root) = &timeline {
            self.note_thread(room, root)?;
        }
        let details = serde_json::to_string(&Details::from(message))?;
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO messages (id, timeline, seq, room, author, client_id, body, sent_at, details, pinned_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE
             SET body = excluded.body, details = excluded.details, pinned_at = excluded.pinned_at",
        )?;
        statement.execute(params![
            message.id.as_str(),
            timeline.key(),
            message.seq.cast_signed(),
            message.room_id.as_str(),
            message.author.id.as_str(),
            message.client_id.as_ref().map(ClientId::as_str),
            message.body,
            message.sent_at.as_microsecond(),
            details,
            message.pinned_at.map(Timestamp::as_microsecond),
        ])?;
        Ok(())
    }

    fn put_people_of(&self, message: &Message) -> Result<()> {
        let quoted = message.reply_to.iter().map(|quote| &quote.author);
        let forwarded = message.forwarded_from.iter().map(|from| &from.author);
        let noticed = message
            .notice
            .iter()
            .filter_map(|notice| notice.user.as_ref());
        [&message.author]
            .into_iter()
            .chain(quoted)
            .chain(forwarded)
            .chain(noticed)
            .chain(&message.mentions)
            .try_for_each(|user| self.put_user(user))
    }

    pub(crate) fn find_message(&self, id: &MessageId) -> Result<Option<Message>> {
        let query = format!("SELECT {COLUMNS} WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&query)?;
        let mut rows = statement.query([id.as_str()])?;
        rows.next()?.map(|row| self.message(row)).transpose()
    }

    /// What somebody has sent there under a key of theirs.
    pub(crate) fn find_sent(
        &self,
        timeline: &Timeline,
        author: &UserId,
        key: &ClientId,
    ) -> Result<Option<MessageId>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM messages WHERE timeline = ?1 AND author = ?2 AND client_id = ?3",
        )?;
        let found = statement.query_row([timeline.key(), author.as_str(), key.as_str()], |row| {
            row.get::<_, String>(0)
        });
        Ok(found.optional()?.map(Into::into))
    }

    pub(crate) fn newest_seq(&self, timeline: &Timeline) -> Result<Option<u64>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT max(seq) FROM messages WHERE timeline = ?1")?;
        let seq: Option<i64> = statement.query_row([timeline.key()], |row| row.get(0))?;
        Ok(seq.map(i64::cast_unsigned))
    }

    /// At most `limit` messages up to `seq` and without a gap before it, ascending.
    pub(crate) fn run_before(
        &self,
        timeline: &Timeline,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Message>> {
        let query = format!(
            "SELECT {COLUMNS} WHERE timeline = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT ?3"
        );
        let mut run = self.run(&query, timeline, seq, limit, |wanted| wanted.checked_sub(1))?;
        run.reverse();
        Ok(run)
    }

    /// At most `limit` messages from `seq` on and without a gap, ascending.
    pub(crate) fn run_after(
        &self,
        timeline: &Timeline,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Message>> {
        let query =
            format!("SELECT {COLUMNS} WHERE timeline = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3");
        self.run(&query, timeline, seq, limit, |wanted| wanted.checked_add(1))
    }

    fn run(
        &self,
        query: &str,
        timeline: &Timeline,
        from: u64,
        limit: usize,
        next: impl Fn(u64) -> Option<u64>,
    ) -> Result<Vec<Message>> {
        let mut statement = self.connection.prepare_cached(query)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![timeline.key(), from.cast_signed(), limit])?;
        let (mut run, mut wanted) = (Vec::new(), Some(from));
        while let Some(row) = rows.next()? {
            let message = self.message(row)?;
            if Some(message.seq) != wanted {
                break;
            }
            wanted = next(message.seq);
            run.push(message);
        }
        Ok(run)
    }

    /// The server's cursor of the page before a message, where that is known.
    pub(crate) fn older_cursor(&self, message: &MessageId) -> Result<Option<String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT older FROM messages WHERE id = ?1")?;
        let found = statement.query_row([message.as_str()], |row| row.get(0));
        Ok(found.optional()?.flatten())
    }

    /// The cursor of the page before the first message from `seq` on for which that is known.
    pub(crate) fn nearest_older_cursor(
        &self,
        timeline: &Timeline,
        seq: u64,
    ) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT older FROM messages
             WHERE timeline = ?1 AND seq >= ?2 AND older IS NOT NULL ORDER BY seq LIMIT 1",
        )?;
        let found =
            statement.query_row(params![timeline.key(), seq.cast_signed()], |row| row.get(0));
        Ok(found.optional()?)
    }

    pub(crate) fn set_older_cursor(&self, message: &MessageId, cursor: &str) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("UPDATE messages SET older = ?2 WHERE id = ?1")?;
        statement.execute([message.as_str(), cursor])?;
        Ok(())
    }

    /// What the thread that hangs on a message has become.
    pub(crate) fn set_thread_summary(
        &self,
        root: &MessageId,
        thread: Option<ThreadSummary>,
    ) -> Result<()> {
        let Some(mut message) = self.find_message(root)? else {
            return Ok(());
        };
        message.thread = thread;
        self.put_message(&message)
    }

    pub(super) fn message(&self, row: &Row<'_>) -> Result<Message> {
        let text = |index| -> Result<&str> { Ok(row.get_ref(index)?.as_str().map_err(as_sqlite)?) };
        let details: Details = serde_json::from_str(text(8)?)?;
        let room = text(3)?;
        let timeline = text(1)?;
        let people = |ids: Vec<UserId>| ids.iter().map(|id| self.user(id)).collect::<Result<_>>();
        Ok(Message {
            id: text(0)?.into(),
            room_id: room.into(),
            author: self.user(&text(4)?.into())?,
            seq: row.get::<_, i64>(2)?.cast_unsigned(),
            client_id: row.get::<_, Option<String>>(5)?.map(Into::into),
            body: text(6)?.to_owned(),
            sent_at: Timestamp::from_microsecond(row.get(7)?).unwrap_or(Timestamp::UNIX_EPOCH),
            edited_at: details.edited_at,
            deleted_at: details.deleted_at,
            pinned_at: row
                .get::<_, Option<i64>>(9)?
                .and_then(|at| Timestamp::from_microsecond(at).ok()),
            reply_to: details
                .reply_to
                .map(|quote| self.quote(quote))
                .transpose()?,
            thread_root: (timeline != room).then(|| timeline.into()),
            thread: details.thread,
            mentions: people(details.mentions)?,
            mentions_room: details.mentions_room,
            forwarded_from: match details.forwarded_from {
                Some((author, sent_at)) => Some(Forwarded {
                    author: self.user(&author)?,
                    sent_at,
                }),
                None => None,
            },
            notice: match details.notice {
                Some((kind, user)) => Some(Notice {
                    kind,
                    user: user.map(|id| self.user(&id)).transpose()?,
                }),
                None => None,
            },
            reactions: details.reactions,
        })
    }

    fn quote(&self, quote: StoredQuote) -> Result<Quote> {
        Ok(Quote {
            author: self.user(&quote.author)?,
            id: quote.id,
            body: quote.body,
            is_deleted: quote.is_deleted,
        })
    }
}

impl From<&Message> for Details {
    fn from(message: &Message) -> Self {
        let ids = |users: &[crate::User]| users.iter().map(|user| user.id.clone()).collect();
        Self {
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            reply_to: message.reply_to.as_ref().map(|quote| StoredQuote {
                id: quote.id.clone(),
                author: quote.author.id.clone(),
                body: quote.body.clone(),
                is_deleted: quote.is_deleted,
            }),
            thread: message.thread.clone(),
            mentions: ids(&message.mentions),
            mentions_room: message.mentions_room,
            forwarded_from: message
                .forwarded_from
                .as_ref()
                .map(|from| (from.author.id.clone(), from.sent_at)),
            notice: message.notice.as_ref().map(|notice| {
                let user = notice.user.as_ref().map(|user| user.id.clone());
                (notice.kind.clone(), user)
            }),
            reactions: message.reactions.clone(),
        }
    }
}
