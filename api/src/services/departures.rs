//! Deleting accounts: what is done at once, and what is done afterwards, whatever happens meanwhile.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::accounts::{Accounts, name_digest};
use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::messages::erase;
use super::rooms::dismiss;
use super::sessions::end_sessions_of;
use super::transaction::Transaction;
use crate::model::{EventKind, MessageId, NewEvent, Role, RoomId, UserId};

const DISPLAY_NAME: &str = "Deleted user";

/// How often somebody looks for what another server, or this one before it was stopped, has left.
const LOOK: Duration = Duration::from_secs(30);

/// How many rooms are left and how many messages erased in one transaction: so few that others who
/// write get their turn within milliseconds.
const ROOMS_AT_ONCE: i64 = 10;
const MESSAGES_AT_ONCE: usize = 25;

/// How many messages are looked up at once.
const LISTED: i64 = 10_000;

pub struct Departures {
    core: Arc<Core>,
    more: Notify,
}

impl Departures {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            more: Notify::new(),
        }
    }

    /// Deletes the viewer's account. When it returns, all their sessions have ended, nothing that
    /// they told of themselves is left, and they are in no channel and no group. What they said is
    /// erased afterwards, if it is to go.
    pub async fn delete_account(
        &self,
        viewer: Viewer,
        password: String,
        erases_messages: bool,
        accounts: &Accounts,
        from: IpAddr,
    ) -> Result<()> {
        let (field, user) = ("password", viewer.user_id);
        let account = accounts.prove(viewer, password, field, from).await?;
        let now = self.core.now();
        let mut transaction = self.core.begin().await?;
        let hash = &account.password_hash;
        if !transaction.replace_password_hash(user, hash, "").await? {
            return Err(Error::WrongPassword { field });
        }
        let digest = name_digest(&account.user.username);
        transaction.keep_former_username(&digest, user).await?;
        let username = no_username(user);
        transaction
            .erase_user(user, &username, DISPLAY_NAME, now)
            .await?;
        transaction.insert_departure(user, erases_messages).await?;
        end_sessions_of(&mut transaction, user, None, now).await?;
        transaction.commit().await?;
        // They are gone, whatever comes of this: what is not done now is done afterwards.
        if let Err(error) = self.leave_rooms(user).await {
            report(&error);
        }
        self.more.notify_one();
        Ok(())
    }

    /// Does what is left to do, for as long as the process lives.
    pub async fn attend_to(&self) {
        loop {
            if let Err(error) = self.finish().await {
                report(&error);
            }
            // Whether there was a call or not, there may be something to do.
            let _ = timeout(LOOK, self.more.notified()).await;
        }
    }

    async fn finish(&self) -> Result<()> {
        let left = self.core.read().await?.list_departures().await?;
        for (user, erases_messages) in left {
            self.leave_rooms(user).await?;
            if erases_messages {
                self.erase_messages(user).await?;
            }
            let mut transaction = self.core.begin().await?;
            transaction.delete_departure(user).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    async fn leave_rooms(&self, user: UserId) -> Result<()> {
        loop {
            let mut connection = self.core.read().await?;
            let rooms = connection.list_rooms_to_leave(user, ROOMS_AT_ONCE).await?;
            drop(connection);
            if rooms.is_empty() {
                break;
            }
            let mut transaction = self.core.begin().await?;
            for room in rooms {
                self.leave(&mut transaction, room, user).await?;
            }
            transaction.commit().await?;
        }
        while self.sever_rooms(user).await? > 0 {}
        Ok(())
    }

    /// Lets nothing pass any more in some of a person's direct rooms. In how many.
    async fn sever_rooms(&self, user: UserId) -> Result<usize> {
        let mut transaction = self.core.begin().await?;
        let severed = transaction.sever_direct_rooms(user, ROOMS_AT_ONCE).await?;
        for room in &severed {
            let (at, room) = (self.core.now(), *room);
            let kind = EventKind::RoomChanged { room };
            transaction.record(NewEvent { at, kind });
        }
        transaction.commit().await?;
        Ok(severed.len())
    }

    /// A room that would be without an owner goes to whoever has the highest role, and has been
    /// there longest.
    async fn leave(&self, transaction: &mut Transaction, room: RoomId, user: UserId) -> Result<()> {
        let now = self.core.now();
        transaction.hold_room(room).await?;
        let Some(member) = transaction.find_member(room, user).await? else {
            return Ok(());
        };
        if member.role == Role::Owner
            && let Some(next) = transaction.find_successor(room, user).await?
        {
            let successor = next.user_id;
            transaction.set_role(room, successor, Role::Owner).await?;
            let kind = EventKind::MemberChanged {
                room,
                user: successor,
            };
            transaction.record(NewEvent { at: now, kind });
        }
        dismiss(transaction, &member, now).await?;
        Ok(())
    }

    async fn erase_messages(&self, author: UserId) -> Result<()> {
        loop {
            let mut connection = self.core.read().await?;
            let mut left = connection.list_messages_of(author, LISTED).await?;
            drop(connection);
            if left.is_empty() {
                return Ok(());
            }
            // By their rooms, so that a transaction holds few of them, in the order of their ids.
            left.sort_unstable();
            for some in left.chunks(MESSAGES_AT_ONCE) {
                self.erase_some(some).await?;
            }
        }
    }

    async fn erase_some(&self, some: &[(RoomId, MessageId)]) -> Result<()> {
        let now = self.core.now();
        let mut transaction = self.core.begin().await?;
        let mut rooms: Vec<RoomId> = some.iter().map(|(room, _)| *room).collect();
        rooms.dedup();
        for room in rooms {
            transaction.hold_room(room).await?;
        }
        let ids = some.iter().map(|(_, message)| *message).collect();
        for message in transaction.find_messages(ids).await? {
            // Another server may have been there first.
            if message.deleted_at.is_some() {
                continue;
            }
            let erased = erase(&mut transaction, &message, now).await?;
            let kind = EventKind::MessageDeleted {
                room: message.room_id,
                message: message.id,
            };
            transaction.record_about(NewEvent { at: now, kind }, erased);
        }
        transaction.commit().await
    }
}

fn report(error: &Error) {
    let cause = std::error::Error::source(error).unwrap_or(error);
    tracing::error!(%cause, "cannot finish deleting an account; trying again later");
}

/// Unique, and nothing that anybody could take or write as a mention.
fn no_username(user: UserId) -> String {
    let id = user.to_string();
    let (_, id) = id.split_once('_').unwrap_or_default();
    format!("deleted~{id}")
}
