//! Messages that are to be sent later: once, whatever happens to the server in between.
//!
//! What is due is taken up first and sent then, under a key of its own. A server that stops in between
//! leaves it to whoever comes next: the key makes sending it again harmless.

use std::time::Duration;

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::permissions::{can_read_messages, can_see_room};
use super::{MessageDraft, Messages, check_references};
use crate::model::{EventKind, NewEvent, ScheduledMessage, ScheduledMessageId, Timestamp, UserId};
use crate::storage::Connection;

/// How many messages of one author can wait.
const WAITING_MOST: i64 = 100;

/// How far ahead they can be scheduled.
const AHEAD_MOST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// How many are taken up at once.
const DUE_MOST: i64 = 100;

/// After how long what was taken up and has no outcome is taken up again.
const ABANDONED: Duration = Duration::from_secs(30);

impl Messages {
    /// Has a message sent at a time. A retry with the same `client_id` answers with the first one,
    /// also when it is sent; the same key with other content is a conflict.
    pub async fn schedule(
        &self,
        viewer: Viewer,
        draft: MessageDraft,
        send_at: Timestamp,
    ) -> Result<ScheduledMessage> {
        self.core.check_write(viewer)?;
        let author = viewer.user_id;
        let (draft, mut fingerprint) = draft.checked()?;
        fingerprint.extend_from_slice(&send_at.as_micros().to_be_bytes());
        let now = self.core.now();
        let mut connection = self.core.read().await?;
        if let Some(key) = &draft.client_id
            && let Some(first) = connection.find_scheduled_by_key(author, key).await?
        {
            return same(first, &fingerprint);
        }
        if send_at <= now || send_at > now + AHEAD_MOST {
            let message = "This must be in the future, and within a year";
            return Err(Error::invalid("sendAt", message));
        }
        check_member(&mut connection, author, &draft).await?;
        if connection.count_scheduled_messages(author).await? >= WAITING_MOST {
            let message = format!("At most {WAITING_MOST} messages can wait to be sent");
            return Err(Error::invalid("sendAt", message));
        }
        drop(connection);
        let scheduled = ScheduledMessage {
            id: self.core.ids.next(now),
            author_id: author,
            client_id: draft.client_id,
            fingerprint,
            room_id: draft.room_id,
            thread_root: draft.thread_root,
            reply_to: draft.reply_to,
            body: draft.body,
            send_at,
            claimed_at: None,
            message: None,
            failure: None,
        };
        self.insert(scheduled).await
    }

    async fn insert(&self, scheduled: ScheduledMessage) -> Result<ScheduledMessage> {
        let mut transaction = self.core.begin().await?;
        if transaction.insert_scheduled_message(&scheduled).await? {
            transaction.record(changed(&scheduled, self.core.now()));
            transaction.commit().await?;
            return Ok(scheduled);
        }
        // Another device, or the retry of this one, was there first.
        let key = scheduled.client_id.as_deref().unwrap_or_default();
        let author = scheduled.author_id;
        let first = transaction.find_scheduled_by_key(author, key).await?;
        same(
            first.ok_or(Error::NotFound("Scheduled message"))?,
            &scheduled.fingerprint,
        )
    }

    /// What the viewer wants to be sent and is not, the next first.
    pub async fn list_scheduled(&self, viewer: Viewer) -> Result<Vec<ScheduledMessage>> {
        let mut connection = self.core.read().await?;
        Ok(connection.list_scheduled_messages(viewer.user_id).await?)
    }

    /// Sees to it that a message is not sent, or forgets one that could not be.
    pub async fn cancel_scheduled(
        &self,
        viewer: Viewer,
        id: ScheduledMessageId,
    ) -> Result<ScheduledMessage> {
        self.core.check_write(viewer)?;
        let mut transaction = self.core.begin().await?;
        let found = transaction.find_scheduled_message(id).await?;
        let found = found.filter(|found| found.author_id == viewer.user_id);
        let found = found.ok_or(Error::NotFound("Scheduled message"))?;
        if !transaction.delete_scheduled_message(id).await? {
            return Err(Error::Conflict {
                field: "scheduledMessageId",
                message: "This message is sent, or is just being sent",
            });
        }
        transaction.record(changed(&found, self.core.now()));
        transaction.commit().await?;
        Ok(found)
    }

    /// Sends what is due. To be called again and again.
    pub async fn send_due(&self) -> Result<()> {
        let now = self.core.now();
        let stale = Timestamp::from_micros(now.as_micros() - ABANDONED.as_micros() as i64);
        let mut connection = self.core.read().await?;
        let due = connection.list_due_messages(now, stale, DUE_MOST).await?;
        drop(connection);
        if due.is_empty() {
            return Ok(());
        }
        let mut transaction = self.core.begin().await?;
        let claimed = transaction.claim_messages(due, now, stale).await?;
        transaction.commit().await?;
        // One that fails is taken up again after a while, and holds up nobody.
        let mut failed = Ok(());
        for scheduled in claimed {
            failed = failed.and(self.send_scheduled(scheduled).await);
        }
        failed
    }

    async fn send_scheduled(&self, scheduled: ScheduledMessage) -> Result<()> {
        let id = scheduled.id;
        let key = scheduled.client_id.clone();
        let draft = MessageDraft {
            room_id: scheduled.room_id,
            thread_root: scheduled.thread_root,
            body: scheduled.body.clone(),
            client_id: Some(key.unwrap_or_else(|| id.to_string())),
            reply_to: scheduled.reply_to,
        };
        let sent = self.send_for(scheduled.author_id, draft).await;
        let outcome = match sent {
            Ok(message) => Ok(message.id),
            Err(error @ (Error::Internal(_) | Error::Busy { .. })) => return Err(error),
            // Slow mode: later, then.
            Err(Error::RateLimited { .. }) => return Ok(()),
            Err(refusal) => Err(refusal.to_string()),
        };
        let mut transaction = self.core.begin().await?;
        match outcome {
            Ok(message) => transaction.settle_scheduled_message(id, message).await?,
            Err(refusal) => transaction.fail_scheduled_message(id, &refusal).await?,
        }
        transaction.record(changed(&scheduled, self.core.now()));
        transaction.commit().await
    }
}

fn same(first: ScheduledMessage, fingerprint: &[u8]) -> Result<ScheduledMessage> {
    match first.fingerprint == fingerprint {
        true => Ok(first),
        false => Err(Error::Conflict {
            field: "clientId",
            message: "Another message was scheduled with this clientId",
        }),
    }
}

fn changed(scheduled: &ScheduledMessage, at: Timestamp) -> NewEvent {
    let (room, user) = (scheduled.room_id, scheduled.author_id);
    let kind = EventKind::ScheduledMessagesChanged { room, user };
    NewEvent { at, kind }
}

async fn check_member(
    connection: &mut Connection,
    author: UserId,
    draft: &MessageDraft,
) -> Result<()> {
    let room = connection.find_rooms(vec![draft.room_id]).await?.pop();
    let room = room.ok_or(Error::NotFound("Room"))?;
    let membership = connection.find_member(room.id, author).await?;
    if !can_see_room(&room, membership.as_ref()) {
        return Err(Error::NotFound("Room"));
    }
    if !can_read_messages(membership.as_ref()) {
        return Err(Error::Forbidden("Join this channel to send messages to it"));
    }
    check_references(
        connection,
        author,
        room.id,
        draft.thread_root,
        draft.reply_to,
    )
    .await
}
