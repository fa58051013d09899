//! The one face of both databases: every query by name, and the one place that chooses between
//! them.

use std::path::PathBuf;
use std::sync::Arc;

use diesel_async::{AsyncConnection, TransactionManager};

use super::error::{OpenError, Result};
use super::pool::{Establish, Pooled};
use super::postgres::{self, Postgres};
use super::sending::{SendRule, Sent};
use super::sqlite::{self, Sqlite};
use crate::model::{
    Account, After, AuditEntry, Bound, Draft, Event, Invite, Member, Message, MessageId,
    MessageVersion, NewEvent, NewMessage, NewRoom, Notice, Page, Position, ProfileChanges,
    Reaction, Receipt, Role, Room, RoomId, RoomKind, Sanction, SanctionKind, ScheduledMessage,
    ScheduledMessageId, Session, SessionId, SubjectId, Thread, ThreadMember, TimelineId, Timestamp,
    Unread, User, UserId,
};

type SqliteTransactions = <sqlite::Conn as AsyncConnection>::TransactionManager;
type PostgresTransactions = <postgres::Conn as AsyncConnection>::TransactionManager;

/// Which database, and where.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file, made when it is absent.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

/// An open, migrated database.
pub enum Database {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

/// A connection on loan, for reading.
#[expect(
    clippy::large_enum_variant,
    reason = "few exist at a time, and none is kept"
)]
pub enum Connection {
    Sqlite(Pooled<sqlite::Conn>),
    Postgres(Pooled<postgres::Conn>),
}

/// An open transaction. Dropping it without [`Transaction::commit`] undoes it.
pub struct Transaction {
    /// Present until the transaction ends.
    connection: Option<Connection>,
}

impl Database {
    pub async fn open(location: &Location) -> std::result::Result<Self, OpenError> {
        Self::open_with(location, postgres::establish).await
    }

    /// The same for a program that only fills it: what PostgreSQL has committed is on the disk within
    /// a second, and nobody waits for that. A crash may lose it.
    pub async fn open_for_filling(location: &Location) -> std::result::Result<Self, OpenError> {
        Self::open_with(location, postgres::establish_for_filling).await
    }

    async fn open_with(
        location: &Location,
        establish: Establish<postgres::Conn>,
    ) -> std::result::Result<Self, OpenError> {
        Ok(match location {
            Location::Sqlite(path) => Self::Sqlite(Box::new(Sqlite::open(path).await?)),
            Location::Postgres(url) => {
                Self::Postgres(Box::new(Postgres::open(url, establish).await?))
            }
        })
    }

    pub async fn read(&self) -> Result<Connection> {
        Ok(match self {
            Self::Sqlite(database) => Connection::Sqlite(database.read().await?),
            Self::Postgres(database) => Connection::Postgres(database.read().await?),
        })
    }

    /// Sends messages in one transaction, with an event each: as its last statement, as always.
    /// What became of each, in their order; a failure is everyone's, and nothing is stored.
    pub async fn send<R: Send + 'static>(
        &self,
        new: Arc<Vec<NewMessage>>,
        rule: SendRule<R>,
    ) -> Result<Vec<Sent<R>>> {
        tracing::trace!(query = "send");
        match self {
            Self::Sqlite(database) => database.send(new, rule).await,
            Self::Postgres(database) => database.send(&new, rule).await,
        }
    }

    pub async fn begin(&self) -> Result<Transaction> {
        let connection = match self {
            Self::Sqlite(database) => Connection::Sqlite(database.begin().await?),
            Self::Postgres(database) => Connection::Postgres(database.begin().await?),
        };
        Ok(Transaction {
            connection: Some(connection),
        })
    }
}

impl Connection {
    async fn commit_open(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(conn) => SqliteTransactions::commit_transaction(&mut **conn).await?,
            Self::Postgres(conn) => PostgresTransactions::commit_transaction(&mut **conn).await?,
        }
        Ok(())
    }

    async fn roll_back(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(conn) => SqliteTransactions::rollback_transaction(&mut **conn).await?,
            Self::Postgres(conn) => PostgresTransactions::rollback_transaction(&mut **conn).await?,
        }
        Ok(())
    }
}

impl Transaction {
    pub async fn commit(mut self) -> Result<()> {
        (*self).commit_open().await?;
        self.connection = None;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        tokio::spawn(async move {
            // If even this fails, the pool closes the connection, which undoes it too.
            if let Err(error) = connection.roll_back().await {
                tracing::debug!(%error, "a transaction could not be rolled back");
            }
        });
    }
}

impl std::ops::Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("present until the transaction ends")
    }
}

impl std::ops::DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection
            .as_mut()
            .expect("present until the transaction ends")
    }
}

/// Gives [`Connection`] one method a query, each going to the database at hand. What a query
/// does is documented beside its SQL.
macro_rules! queries {
    ($($module:ident { $(fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)* })*) => {
        impl Connection {
            $($(
                pub async fn $name(&mut self, $($arg: $type),*) -> Result<$answer> {
                    tracing::trace!(query = stringify!($name));
                    match self {
                        Self::Sqlite(conn) => sqlite::$module::$name(conn, $($arg),*).await,
                        Self::Postgres(conn) => postgres::$module::$name(conn, $($arg),*).await,
                    }
                }
            )*)*
        }
    };
}

queries! {
    users {
        fn find_users(ids: Vec<UserId>) -> Vec<User>;
        fn find_user_by_username(username: &str) -> Option<User>;
        fn has_users() -> bool;
        fn find_account(username: &str) -> Option<Account>;
        fn find_account_of(id: UserId) -> Option<Account>;
        fn insert_account(account: &Account) -> bool;
        fn update_profile(id: UserId, changes: &ProfileChanges) -> Option<User>;
        fn replace_password_hash(id: UserId, old: &str, new: &str) -> bool;
        fn update_last_seen(ids: Vec<UserId>, at: Timestamp) -> ();
    }
    audit {
        fn append_audit_entry(entry: &AuditEntry) -> ();
        fn list_audit_entries(room: RoomId, page: After<i64>) -> Page<(i64, AuditEntry)>;
    }
    blocks {
        fn hold_user(id: UserId) -> bool;
        fn insert_block(blocker: UserId, blocked: UserId, now: Timestamp) -> ();
        fn delete_block(blocker: UserId, blocked: UserId) -> ();
        fn count_blocked(blocker: UserId) -> i64;
        fn list_blocked(blocker: UserId) -> Vec<User>;
        fn find_blockers(blocked: UserId, among: Vec<UserId>) -> Vec<UserId>;
        fn find_blocked(blockers: Vec<UserId>) -> Vec<(UserId, UserId)>;
        fn set_severed(pair: (UserId, UserId), is_severed: bool) -> ();
    }
    departures {
        fn erase_user(id: UserId, username: &str, display_name: &str, now: Timestamp) -> ();
        fn insert_departure(user: UserId, erases_messages: bool) -> ();
        fn delete_departure(user: UserId) -> ();
        fn list_departures() -> Vec<(UserId, bool)>;
        fn list_rooms_to_leave(user: UserId, limit: i64) -> Vec<RoomId>;
        fn sever_direct_rooms(user: UserId, limit: i64) -> Vec<RoomId>;
        fn find_successor(room: RoomId, user: UserId) -> Option<Member>;
        fn list_messages_of(author: UserId, limit: i64) -> Vec<(RoomId, MessageId)>;
    }
    name_words {
        fn set_name_words(user: UserId, words: Vec<String>) -> ();
        fn search_users(beginnings: &[String], page: After<String>) -> Page<User>;
    }
    usernames {
        fn update_username(id: UserId, username: &str) -> Option<User>;
        fn find_former_owner(digest: &[u8]) -> Option<UserId>;
        fn keep_former_username(digest: &[u8], user: UserId) -> ();
        fn count_former_usernames(user: UserId) -> i64;
    }
    sessions {
        fn insert_session(session: &Session) -> ();
        fn find_session(id: SessionId) -> Option<Session>;
        fn find_sessions(ids: Vec<SessionId>) -> Vec<Session>;
        fn rotate_session(
            id: SessionId, generation: u32, attempt_id: Option<&str>, from: &str, now: Timestamp
        ) -> Option<Session>;
        fn update_session_address(id: SessionId, from: &str, now: Timestamp) -> ();
        fn end_session(id: SessionId, now: Timestamp) -> bool;
        fn end_sessions_of(
            user: UserId, except: Option<SessionId>, now: Timestamp
        ) -> Vec<SessionId>;
        fn list_sessions(user: UserId, since: Timestamp, limit: i64) -> Vec<Session>;
    }
    rooms {
        fn find_rooms(ids: Vec<RoomId>) -> Vec<Room>;
        fn find_channel_by_name(name: &str) -> Option<Room>;
        fn find_direct_room(pair: (UserId, UserId)) -> Option<Room>;
        fn list_rooms_of_user(
            user: UserId, kind: Option<RoomKind>, page: After<(Timestamp, RoomId)>
        ) -> Page<Room>;
        fn list_channels(part: Option<&str>, page: After<String>) -> Page<Room>;
        fn insert_room(room: &NewRoom, now: Timestamp) -> Option<Room>;
        fn update_room(room: &Room) -> Option<Room>;
        fn hold_room(room: RoomId) -> Option<Room>;
        fn add_to_member_count(room: RoomId, change: i32) -> Option<Room>;
    }
    members {
        fn find_member(room: RoomId, user: UserId) -> Option<Member>;
        fn find_memberships(users: Vec<UserId>, in_rooms: Vec<RoomId>) -> Vec<Member>;
        fn list_memberships(user: UserId) -> Vec<Member>;
        fn hold_memberships(user: UserId) -> Vec<RoomId>;
        fn find_counterparts(user: UserId, in_rooms: Vec<RoomId>) -> Vec<(RoomId, User)>;
        fn find_acquaintances(user: UserId, among: Vec<UserId>) -> Vec<UserId>;
        fn list_acquaintances(user: UserId, most_members: i32, limit: i64) -> Vec<UserId>;
        fn list_rooms_of_users(users: Vec<UserId>) -> Vec<(UserId, RoomId, i32)>;
        fn list_members(room: RoomId, page: After<(Position, UserId)>) -> Page<Member>;
        fn insert_member(member: &Member) -> bool;
        fn set_role(room: RoomId, user: UserId, role: Role) -> ();
        fn delete_member(room: RoomId, user: UserId) -> bool;
        fn place_new_members(room: RoomId, position: Position) -> ();
    }
    invites {
        fn find_invite(code: &str) -> Option<Invite>;
        fn insert_invite(invite: &Invite) -> ();
        fn delete_invite(code: &str) -> bool;
        fn list_invites(
            room: RoomId, now: Timestamp, page: After<(Timestamp, String)>
        ) -> Page<Invite>;
        fn use_invite(code: &str, now: Timestamp) -> bool;
    }
    sanctions {
        fn find_sanctions(room: RoomId, users: Vec<UserId>) -> Vec<Sanction>;
        fn list_bans(
            room: RoomId, now: Timestamp, page: After<(Timestamp, UserId)>
        ) -> Page<Sanction>;
        fn put_sanction(sanction: &Sanction) -> ();
        fn lift_sanction(room: RoomId, user: UserId, kind: SanctionKind) -> bool;
        fn set_mute(
            room: RoomId, user: UserId, until: Option<Timestamp>, reason: Option<&str>
        ) -> ();
    }
    messages {
        fn find_messages(ids: Vec<MessageId>) -> Vec<Message>;
        fn find_last_messages(in_rooms: Vec<RoomId>) -> Vec<Message>;
        fn list_messages(timeline: TimelineId, bound: Bound<i64>) -> Page<Message>;
        fn edit_message(
            id: MessageId, body: &str, mentions_room: bool, now: Timestamp
        ) -> Option<Message>;
        fn erase_message(id: MessageId, now: Timestamp) -> Option<Message>;
        fn insert_version(id: MessageId, version: &MessageVersion) -> ();
        fn list_versions(ids: Vec<MessageId>, most: i32) -> Vec<(MessageId, MessageVersion)>;
        fn delete_versions(id: MessageId) -> ();
        fn set_pinned(id: MessageId, at: Option<Timestamp>) -> Option<Message>;
        fn list_pinned(room: RoomId) -> Vec<Message>;
        fn insert_notice(new: &NewMessage, notice: Notice) -> Message;
    }
    threads {
        fn find_threads(roots: Vec<MessageId>) -> Vec<Thread>;
        fn list_followed_threads(
            user: UserId, page: After<(Timestamp, MessageId)>
        ) -> Page<Thread>;
        fn find_thread_members(user: UserId, roots: Vec<MessageId>) -> Vec<ThreadMember>;
        fn put_thread_member(room: RoomId, user: UserId, member: ThreadMember) -> ();
        fn delete_thread_member(room: RoomId, user: UserId) -> ();
        fn count_unread_in_threads(
            user: UserId, roots: Option<Vec<MessageId>>
        ) -> Vec<(MessageId, Unread)>;
    }
    changes {
        fn find_latest_change(session: SessionId, subject: SubjectId) -> Option<Timestamp>;
        fn put_latest_change(
            session: SessionId, subject: SubjectId, made_at: Timestamp
        ) -> ();
    }
    drafts {
        fn find_drafts(user: UserId, in_rooms: Vec<RoomId>) -> Vec<Draft>;
        fn put_draft(user: UserId, draft: &Draft) -> ();
        fn delete_draft(user: UserId, room: RoomId) -> ();
        fn insert_scheduled_message(message: &ScheduledMessage) -> bool;
        fn find_scheduled_message(id: ScheduledMessageId) -> Option<ScheduledMessage>;
        fn find_scheduled_by_key(author: UserId, client_id: &str) -> Option<ScheduledMessage>;
        fn list_scheduled_messages(author: UserId) -> Vec<ScheduledMessage>;
        fn count_scheduled_messages(author: UserId) -> i64;
        fn list_due_messages(
            now: Timestamp, stale: Timestamp, limit: i64
        ) -> Vec<ScheduledMessageId>;
        fn claim_messages(
            ids: Vec<ScheduledMessageId>, now: Timestamp, stale: Timestamp
        ) -> Vec<ScheduledMessage>;
        fn settle_scheduled_message(id: ScheduledMessageId, message: MessageId) -> ();
        fn fail_scheduled_message(id: ScheduledMessageId, failure: &str) -> ();
        fn delete_scheduled_message(id: ScheduledMessageId) -> bool;
    }
    mentions {
        fn find_mentioned(ids: Vec<MessageId>) -> Vec<(MessageId, User)>;
        fn insert_mentions(named: Vec<(MessageId, String)>) -> ();
        fn delete_mentions(id: MessageId, except: Vec<String>) -> ();
    }
    reactions {
        fn count_reactions(ids: Vec<MessageId>) -> Vec<Reaction>;
        fn find_own_reactions(user: UserId, ids: Vec<MessageId>) -> Vec<(MessageId, String)>;
        fn list_reactors(
            ids: Vec<MessageId>, most: i64
        ) -> Vec<(MessageId, String, UserId)>;
        fn insert_reaction(
            message: MessageId, user: UserId, emoji: &str, now: Timestamp
        ) -> bool;
        fn delete_reaction(message: MessageId, user: UserId, emoji: &str) -> bool;
        fn delete_reactions(message: MessageId) -> ();
    }
    receipts {
        fn mark_read(
            room: RoomId, user: UserId, seq: i64, now: Timestamp
        ) -> Option<Member>;
        fn list_receipts(room: RoomId, limit: i64) -> Vec<Receipt>;
        fn list_receipts_since(room: RoomId, since: Timestamp) -> Vec<Receipt>;
        fn list_own_receipts(user: UserId, since: Timestamp) -> Vec<(RoomId, Receipt)>;
        fn count_unread(user: UserId, in_rooms: Option<Vec<RoomId>>) -> Vec<(RoomId, Unread)>;
    }
    events {
        fn log_head() -> Position;
        fn log_bounds() -> (Position, Position);
        fn append_events(new: Vec<NewEvent>) -> Vec<Event>;
        fn list_events(after: Position, limit: i64) -> Vec<Event>;
        fn list_room_events(room: RoomId, after: Position, limit: i64) -> Vec<Event>;
    }
}
