//! What becomes of messages: pinned, said again elsewhere, edited, answered in a thread, sent later.

use crate::client::CauserieClient;
use crate::errors::CauserieError;
use crate::ids::{time, timestamp};
use crate::messages::{Message, Unread};
use crate::records::page;
use crate::runtime::run;
use causerie_sdk::{ClientId, MessageId, RoomId, ScheduledMessageId};
use std::time::SystemTime;

#[uniffi::export]
impl CauserieClient {
    /// Pins a message to its room, for everyone; at most 50 a room. That it is pinned already is fine.
    pub async fn pin_message(&self, message_id: MessageId) -> Result<Message, CauserieError> {
        let sdk = self.sdk.clone();
        let message = run(async move { sdk.pin_message(&message_id).await });
        Ok(message.await?.into())
    }

    /// Takes a pin away; that there is none is fine.
    pub async fn unpin_message(&self, message_id: MessageId) -> Result<Message, CauserieError> {
        let sdk = self.sdk.clone();
        let message = run(async move { sdk.unpin_message(&message_id).await });
        Ok(message.await?.into())
    }

    /// The messages that are pinned in a room, the newest pins first.
    pub async fn pinned_messages(&self, room_id: RoomId) -> Result<Vec<Message>, CauserieError> {
        let sdk = self.sdk.clone();
        let messages = run(async move { sdk.pinned_messages(&room_id).await }).await?;
        Ok(messages.into_iter().map(Into::into).collect())
    }

    /// Sends what a message says to a room, as its author's words, once however often the network breaks. The key is as
    /// in `send`.
    #[uniffi::method(default(client_id = None))]
    pub async fn forward(
        &self,
        message_id: MessageId,
        room_id: RoomId,
        client_id: Option<ClientId>,
    ) -> Result<Message, CauserieError> {
        let sdk = self.sdk.clone();
        let key = client_id.unwrap_or_else(ClientId::random);
        let message = run(async move { sdk.forward_as(&message_id, &room_id, &key).await });
        Ok(message.await?.into())
    }

    /// What a message said before it was edited, the newest first. For its author, and for those who keep the room; empty
    /// for others.
    pub async fn message_versions(
        &self,
        message_id: MessageId,
    ) -> Result<Vec<MessageVersion>, CauserieError> {
        let sdk = self.sdk.clone();
        let versions = run(async move { sdk.message_versions(&message_id).await }).await?;
        Ok(versions.into_iter().map(Into::into).collect())
    }

    /// The threads that the viewer follows, those with the newest replies first, with what they have not read.
    #[uniffi::method(default(limit = 50, after = None))]
    pub async fn threads(
        &self,
        limit: u32,
        after: Option<String>,
    ) -> Result<ViewerThreadPage, CauserieError> {
        let sdk = self.sdk.clone();
        let page = run(async move { sdk.threads(limit, after.as_deref()).await });
        Ok(page.await?.into())
    }

    /// Follows the thread that hangs on a message, from its newest reply on. `Invalid` when nobody has replied yet.
    pub async fn follow_thread(&self, root: MessageId) -> Result<ViewerThread, CauserieError> {
        let sdk = self.sdk.clone();
        let thread = run(async move { sdk.follow_thread(&root).await });
        Ok(thread.await?.into())
    }

    /// Follows a thread no longer; not following it is fine.
    pub async fn unfollow_thread(&self, root: MessageId) -> Result<ViewerThread, CauserieError> {
        let sdk = self.sdk.clone();
        let thread = run(async move { sdk.unfollow_thread(&root).await });
        Ok(thread.await?.into())
    }

    /// Has a message sent at a time, once, whatever happens to the server or this device in between. What stands against
    /// it when its time comes is in `failure`. At most 100 of them wait.
    pub async fn schedule_message(
        &self,
        message: NewScheduledMessage,
    ) -> Result<ScheduledMessage, CauserieError> {
        let (sdk, message) = (self.sdk.clone(), message.try_into()?);
        let scheduled = run(async move { sdk.schedule_message(message).await });
        Ok(scheduled.await?.into())
    }

    /// Sees to it that a message is not sent, or forgets one that could not be. `Conflict` when it is sent already.
    pub async fn cancel_scheduled_message(
        &self,
        id: ScheduledMessageId,
    ) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.cancel_scheduled_message(&id).await }).await
    }

    /// What the viewer wants to be sent later and is not, the next first.
    pub async fn scheduled_messages(&self) -> Result<Vec<ScheduledMessage>, CauserieError> {
        let sdk = self.sdk.clone();
        let messages = run(async move { sdk.scheduled_messages().await }).await?;
        Ok(messages.into_iter().map(Into::into).collect())
    }
}

page! {
    /// One page of threads.
    ViewerThreadPage of ViewerThread
}

/// What a message said before it was edited.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MessageVersion {
    /// Markdown source, as it was.
    pub body: String,
    /// When that was written.
    pub written_at: SystemTime,
}

impl From<causerie_sdk::MessageVersion> for MessageVersion {
    fn from(version: causerie_sdk::MessageVersion) -> Self {
        Self {
            body: version.body,
            written_at: time(version.written_at),
        }
    }
}

/// A thread, and the viewer's part in it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ViewerThread {
    /// The message that it hangs on.
    pub root: Message,
    /// How many replies there are, without those that were deleted.
    pub reply_count: u64,
    /// When the newest one was sent.
    pub last_reply_at: Option<SystemTime>,
    /// Whether the viewer follows it.
    pub is_followed: bool,
    /// The `seq` of the newest reply that they have read.
    pub last_read_seq: u64,
    /// What they have not read.
    pub unread: Unread,
}

impl From<causerie_sdk::ViewerThread> for ViewerThread {
    fn from(thread: causerie_sdk::ViewerThread) -> Self {
        Self {
            root: thread.root.into(),
            reply_count: thread.reply_count,
            last_reply_at: thread.last_reply_at.map(time),
            is_followed: thread.is_followed,
            last_read_seq: thread.last_read_seq,
            unread: thread.unread.into(),
        }
    }
}

/// A message to send later.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewScheduledMessage {
    /// Where to.
    pub room_id: RoomId,
    /// Markdown source, up to 16 KiB.
    pub body: String,
    /// When: within a year.
    pub send_at: SystemTime,
    /// Scheduling again under the same key gives the first one back. One is made when absent.
    #[uniffi(default = None)]
    pub client_id: Option<ClientId>,
    /// An earlier message of the same room, to which this one replies.
    #[uniffi(default = None)]
    pub reply_to: Option<MessageId>,
    /// A message on the room's main line, in whose thread this one is said.
    #[uniffi(default = None)]
    pub thread_root: Option<MessageId>,
}

impl TryFrom<NewScheduledMessage> for causerie_sdk::NewScheduledMessage {
    type Error = CauserieError;

    fn try_from(message: NewScheduledMessage) -> Result<Self, CauserieError> {
        Ok(Self {
            room_id: message.room_id,
            body: message.body,
            send_at: timestamp(message.send_at)?,
            key: message.client_id.unwrap_or_else(ClientId::random),
            reply_to: message.reply_to,
            thread_root: message.thread_root,
        })
    }
}

/// A message that is to be sent later, or was. Only its author sees it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ScheduledMessage {
    /// Stable.
    pub id: ScheduledMessageId,
    /// Where to; absent when the viewer cannot see that room any more.
    pub room_id: Option<RoomId>,
    /// The key that it was scheduled with, which the message will have too.
    pub client_id: Option<ClientId>,
    /// Markdown source. Empty once it is sent.
    pub body: String,
    /// The message to which it is to reply.
    pub reply_to: Option<MessageId>,
    /// The message in whose thread it is to be said.
    pub thread_root: Option<MessageId>,
    /// When it is to be sent.
    pub send_at: SystemTime,
    /// The message, once it is sent.
    pub message_id: Option<MessageId>,
    /// Why it was not sent when its time came, for people; absent when nothing stood against it.
    pub failure: Option<String>,
}

impl From<causerie_sdk::ScheduledMessage> for ScheduledMessage {
    fn from(message: causerie_sdk::ScheduledMessage) -> Self {
        Self {
            id: message.id,
            room_id: message.room_id,
            client_id: message.client_id,
            body: message.body,
            reply_to: message.reply_to,
            thread_root: message.thread_root,
            send_at: time(message.send_at),
            message_id: message.message_id,
            failure: message.failure,
        }
    }
}
