//! Batched reads: what many fields of one answer ask for one by one is read in one query.

mod own;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use super::batching::{Batches, Key};
use crate::model::{
    Member, Message, MessageId, MessageVersion, PresenceState, Reaction, Room, RoomId, Thread,
    User, UserId,
};
use crate::services::{Error, Result, Services, Viewer};

/// One loader serves one operation. Nothing is cached: a subscription lives for days.
pub struct Loaders {
    pub(super) users: Batches<UserId>,
    pub(super) rooms: Batches<RoomId>,
    pub(super) messages: Batches<MessageId>,
    last_messages: Batches<LastMessageKey>,
    pub(super) mentioned: Batches<MentionedKey>,
    pub(super) reactions: Batches<ReactionsKey>,
    reactors: Batches<ReactorsKey>,
    pub(super) memberships: Batches<MembershipKey>,
    presences: Batches<PresenceKey>,
    versions: Batches<VersionsKey>,
    threads: Batches<ThreadKey>,
    own: own::Own,
}

/// A person's part in a room.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MembershipKey {
    pub(super) user: UserId,
    pub(super) room: RoomId,
}

/// What a viewer sees of somebody's presence.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct PresenceKey {
    viewer: Viewer,
    user: UserId,
}

/// Whom a message mentions.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MentionedKey(pub(super) MessageId);

/// What was given to a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ReactionsKey(pub(super) MessageId);

/// The first so many who gave each emoji to a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ReactorsKey {
    message: MessageId,
    most: i64,
}

/// What a message said before it was edited.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct VersionsKey(MessageId);

/// The thread that hangs on a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ThreadKey(MessageId);

/// The newest message of a room.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct LastMessageKey(RoomId);

impl Loaders {
    pub(super) fn new(services: &Arc<Services>) -> Self {
        Self {
            users: Batches::new(services),
            rooms: Batches::new(services),
            messages: Batches::new(services),
            last_messages: Batches::new(services),
            mentioned: Batches::new(services),
            reactions: Batches::new(services),
            reactors: Batches::new(services),
            memberships: Batches::new(services),
            presences: Batches::new(services),
            versions: Batches::new(services),
            threads: Batches::new(services),
            own: own::Own::new(services),
        }
    }

    pub(super) async fn find_user(&self, id: UserId) -> Result<Option<User>> {
        found(self.users.load(id).await)
    }

    /// For an id out of a row that refers to it, which is therefore there.
    pub(super) async fn user(&self, id: UserId) -> Result<User> {
        self.find_user(id).await?.ok_or(Error::NotFound("User"))
    }

    pub(super) async fn find_room(&self, id: RoomId) -> Result<Option<Room>> {
        found(self.rooms.load(id).await)
    }

    /// For an id out of a row that refers to it, which is therefore there.
    pub(super) async fn room(&self, id: RoomId) -> Result<Room> {
        self.find_room(id).await?.ok_or(Error::NotFound("Room"))
    }

    pub(super) async fn find_message(&self, id: MessageId) -> Result<Option<Message>> {
        found(self.messages.load(id).await)
    }

    /// For an id out of a row that refers to it, which is therefore there.
    pub(super) async fn message(&self, id: MessageId) -> Result<Message> {
        self.find_message(id)
            .await?
            .ok_or(Error::NotFound("Message"))
    }

    pub(super) async fn membership(&self, user: UserId, room: RoomId) -> Result<Option<Member>> {
        found(self.memberships.load(MembershipKey { user, room }).await)
    }

    /// Nothing of those with whom the viewer shares no room, and no state of those who are offline.
    pub(super) async fn presence(
        &self,
        viewer: Viewer,
        user: UserId,
    ) -> Result<Option<Option<PresenceState>>> {
        found(self.presences.load(PresenceKey { viewer, user }).await)
    }

    /// By username.
    pub(super) async fn mentioned(&self, message: MessageId) -> Result<Vec<User>> {
        let mentioned = found(self.mentioned.load(MentionedKey(message)).await)?;
        Ok(mentioned.unwrap_or_default())
    }

    /// In the order of the first ones.
    pub(super) async fn reactions(&self, message: MessageId) -> Result<Vec<Reaction>> {
        let reactions = found(self.reactions.load(ReactionsKey(message)).await)?;
        Ok(reactions.unwrap_or_default())
    }

    /// The first so many who gave each emoji to a message.
    pub(super) async fn reactors(
        &self,
        message: MessageId,
        most: i64,
    ) -> Result<Vec<(String, UserId)>> {
        let reactors = found(self.reactors.load(ReactorsKey { message, most }).await)?;
        Ok(reactors.unwrap_or_default())
    }

    /// The newest first.
    pub(super) async fn versions(&self, message: MessageId) -> Result<Vec<MessageVersion>> {
        let versions = found(self.versions.load(VersionsKey(message)).await)?;
        Ok(versions.unwrap_or_default())
    }

    /// Nothing where nobody has replied.
    pub(super) async fn thread(&self, root: MessageId) -> Result<Option<Thread>> {
        found(self.threads.load(ThreadKey(root)).await)
    }

    pub(super) async fn last_message(&self, room: RoomId) -> Result<Option<Message>> {
        found(self.last_messages.load(LastMessageKey(room)).await)
    }
}

/// A failed read is the fault of everyone who asked for it.
fn found<Value>(read: std::result::Result<Value, Arc<Error>>) -> Result<Value> {
    read.map_err(|error| Error::Internal(Box::new(error)))
}

impl Key for UserId {
    type Value = User;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, User>> {
        let users = services.lookups.users(keys).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}

impl Key for RoomId {
    type Value = Room;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Room>> {
        let rooms = services.lookups.rooms(keys).await?;
        Ok(rooms.into_iter().map(|room| (room.id, room)).collect())
    }
}

impl Key for MessageId {
    type Value = Message;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Message>> {
        let messages = services.lookups.messages(keys).await?;
        let by_id = messages.into_iter().map(|message| (message.id, message));
        Ok(by_id.collect())
    }
}

impl Key for LastMessageKey {
    type Value = Message;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Message>> {
        let rooms = keys.into_iter().map(|key| key.0).collect();
        let messages = services.lookups.last_messages(rooms).await?;
        let by_room = messages
            .into_iter()
            .map(|message| (Self(message.room_id), message));
        Ok(by_room.collect())
    }
}

impl Key for VersionsKey {
    type Value = Vec<MessageVersion>;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
        let messages = keys.into_iter().map(|key| key.0).collect();
        let versions = services.lookups.versions(messages).await?.into_iter();
        Ok(grouped(versions.map(|(id, version)| (Self(id), version))))
    }
}

impl Key for ThreadKey {
    type Value = Thread;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Thread>> {
        let roots = keys.into_iter().map(|key| key.0).collect();
        let threads = services.lookups.threads(roots).await?.into_iter();
        Ok(threads.map(|one| (Self(one.root), one)).collect())
    }
}

impl Key for MentionedKey {
    type Value = Vec<User>;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Vec<User>>> {
        let messages = keys.into_iter().map(|key| key.0).collect();
        let mentioned = services.lookups.mentioned(messages).await?.into_iter();
        Ok(grouped(
            mentioned.map(|(message, user)| (Self(message), user)),
        ))
    }
}

impl Key for ReactionsKey {
    type Value = Vec<Reaction>;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
        let messages = keys.into_iter().map(|key| key.0).collect();
        let reactions = services.lookups.reactions(messages).await?.into_iter();
        Ok(grouped(reactions.map(|one| (Self(one.message), one))))
    }
}

impl Key for ReactorsKey {
    type Value = Vec<(String, UserId)>;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
        let mut found = HashMap::new();
        // One read for each `first` that the document names.
        for (most, messages) in grouped(keys.into_iter().map(|key| (key.most, key.message))) {
            let reactors = services.lookups.reactors(messages, most).await?;
            let key = |(message, emoji, user)| (Self { message, most }, (emoji, user));
            found.extend(grouped(reactors.into_iter().map(key)));
        }
        Ok(found)
    }
}

impl Key for MembershipKey {
    type Value = Member;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Member>> {
        let users: HashSet<UserId> = keys.iter().map(|key| key.user).collect();
        let rooms: HashSet<RoomId> = keys.iter().map(|key| key.room).collect();
        let (users, rooms) = (Vec::from_iter(users), Vec::from_iter(rooms));
        let members = services.lookups.memberships(users, rooms).await?;
        let by_key = members.into_iter().map(|member| {
            let (user, room) = (member.user_id, member.room_id);
            (Self { user, room }, member)
        });
        Ok(by_key.collect())
    }
}

impl Key for PresenceKey {
    type Value = Option<PresenceState>;
    type Error = Error;
    type Source = Services;

    async fn read(services: Arc<Services>, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
        let mut found = HashMap::new();
        // An operation has one viewer.
        if let Some(Self { viewer, .. }) = keys.first().copied() {
            let users = keys.iter().map(|key| key.user).collect();
            let shown = services.signals.presences(viewer, users).await?;
            let key = |(user, state)| (Self { viewer, user }, state);
            found.extend(shown.into_iter().map(key));
        }
        Ok(found)
    }
}

/// Keeps the order within each group.
fn grouped<K: Eq + Hash, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
