//! Reading many things by their ids at once. Nothing is checked here: whoever looks something up
//! got the id from where the viewer may see it, or checks afterwards.

use std::sync::Arc;

use super::core::Core;
use super::error::Result;
use crate::model::{
    Draft, Member, Message, MessageId, MessageVersion, Reaction, Room, RoomId, Thread,
    ThreadMember, Unread, User, UserId,
};

/// How many earlier versions of a message are shown.
const VERSIONS_MOST: i32 = 100;

/// What is absent is left out of the answers, which come in no order.
pub struct Lookups(Arc<Core>);

impl Lookups {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    pub async fn users(&self, ids: Vec<UserId>) -> Result<Vec<User>> {
        Ok(self.0.read().await?.find_users(ids).await?)
    }

    pub async fn rooms(&self, ids: Vec<RoomId>) -> Result<Vec<Room>> {
        Ok(self.0.read().await?.find_rooms(ids).await?)
    }

    pub async fn messages(&self, ids: Vec<MessageId>) -> Result<Vec<Message>> {
        Ok(self.0.read().await?.find_messages(ids).await?)
    }

    pub async fn last_messages(&self, rooms: Vec<RoomId>) -> Result<Vec<Message>> {
        Ok(self.0.read().await?.find_last_messages(rooms).await?)
    }

    /// Which of these people are in which of these rooms.
    pub async fn memberships(&self, users: Vec<UserId>, rooms: Vec<RoomId>) -> Result<Vec<Member>> {
        Ok(self.0.read().await?.find_memberships(users, rooms).await?)
    }

    /// Whom each of these messages mentions, by username.
    pub async fn mentioned(&self, messages: Vec<MessageId>) -> Result<Vec<(MessageId, User)>> {
        Ok(self.0.read().await?.find_mentioned(messages).await?)
    }

    /// How often each emoji was given to each of these messages, in the order of the first ones.
    pub async fn reactions(&self, messages: Vec<MessageId>) -> Result<Vec<Reaction>> {
        Ok(self.0.read().await?.count_reactions(messages).await?)
    }

    /// What a person gave to these messages.
    pub async fn own_reactions(
        &self,
        user: UserId,
        messages: Vec<MessageId>,
    ) -> Result<Vec<(MessageId, String)>> {
        let mut connection = self.0.read().await?;
        Ok(connection.find_own_reactions(user, messages).await?)
    }

    /// Who gave each emoji to each of these messages: so many, those who were first.
    pub async fn reactors(
        &self,
        messages: Vec<MessageId>,
        most: i64,
    ) -> Result<Vec<(MessageId, String, UserId)>> {
        Ok(self.0.read().await?.list_reactors(messages, most).await?)
    }

    /// What a person has not read in each of these rooms.
    pub async fn unread(&self, user: UserId, rooms: Vec<RoomId>) -> Result<Vec<(RoomId, Unread)>> {
        Ok(self.0.read().await?.count_unread(user, Some(rooms)).await?)
    }

    /// What these messages said before they were edited, the newest first.
    pub async fn versions(
        &self,
        messages: Vec<MessageId>,
    ) -> Result<Vec<(MessageId, MessageVersion)>> {
        let mut connection = self.0.read().await?;
        Ok(connection.list_versions(messages, VERSIONS_MOST).await?)
    }

    /// The threads that hang on these messages, if anybody replied.
    pub async fn threads(&self, roots: Vec<MessageId>) -> Result<Vec<Thread>> {
        Ok(self.0.read().await?.find_threads(roots).await?)
    }

    /// What a person has to do with these threads.
    pub async fn thread_members(
        &self,
        user: UserId,
        roots: Vec<MessageId>,
    ) -> Result<Vec<ThreadMember>> {
        let mut connection = self.0.read().await?;
        Ok(connection.find_thread_members(user, roots).await?)
    }

    /// What a person has not read in those of these threads that they follow.
    pub async fn unread_in_threads(
        &self,
        user: UserId,
        roots: Vec<MessageId>,
    ) -> Result<Vec<(MessageId, Unread)>> {
        let mut connection = self.0.read().await?;
        Ok(connection
            .count_unread_in_threads(user, Some(roots))
            .await?)
    }

    /// What a person began to write in these rooms.
    pub async fn drafts(&self, user: UserId, rooms: Vec<RoomId>) -> Result<Vec<Draft>> {
        Ok(self.0.read().await?.find_drafts(user, rooms).await?)
    }

    /// The other person of each of these direct rooms.
    pub async fn counterparts(
        &self,
        user: UserId,
        rooms: Vec<RoomId>,
    ) -> Result<Vec<(RoomId, User)>> {
        Ok(self.0.read().await?.find_counterparts(user, rooms).await?)
    }
}
