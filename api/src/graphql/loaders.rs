//! Batched reads: what many fields of one answer ask for one by one is read in one query.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::runtime::{TokioSpawner, TokioTimer};

use crate::model::{Member, Message, MessageId, Room, RoomId, User, UserId};
use crate::services::{Error, Result, Services};

/// One loader serves one operation. Nothing is cached: a subscription lives for days.
pub struct Loaders {
    batches: DataLoader<Batches>,
}

/// A room as one viewer relates to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct MembershipKey {
    viewer: UserId,
    room: RoomId,
}

/// The other side of a viewer's direct room.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct CounterpartKey {
    viewer: UserId,
    room: RoomId,
}

/// The newest message of a room.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct LastMessageKey(RoomId);

impl Loaders {
    pub(super) fn new(services: &Arc<Services>) -> Self {
        let batches = Batches {
            services: Arc::clone(services),
        };
        let loader = DataLoader::new(batches, TokioSpawner::current(), TokioTimer::default());
        Self { batches: loader }
    }

    pub(super) async fn find_user(&self, id: UserId) -> Result<Option<User>> {
        self.one(id).await
    }

    /// For an id out of a row that refers to it, which is therefore there.
    pub(super) async fn user(&self, id: UserId) -> Result<User> {
        self.find_user(id).await?.ok_or(Error::NotFound("User"))
    }

    pub(super) async fn find_room(&self, id: RoomId) -> Result<Option<Room>> {
        self.one(id).await
    }

    /// For an id out of a row that refers to it, which is therefore there.
    pub(super) async fn room(&self, id: RoomId) -> Result<Room> {
        self.find_room(id).await?.ok_or(Error::NotFound("Room"))
    }

    pub(super) async fn find_message(&self, id: MessageId) -> Result<Option<Message>> {
        self.one(id).await
    }

    /// For an id out of a row that refers to it, which is therefore there.
    pub(super) async fn message(&self, id: MessageId) -> Result<Message> {
        self.find_message(id)
            .await?
            .ok_or(Error::NotFound("Message"))
    }

    pub(super) async fn membership(&self, viewer: UserId, room: RoomId) -> Result<Option<Member>> {
        self.one(MembershipKey { viewer, room }).await
    }

    pub(super) async fn counterpart(&self, viewer: UserId, room: RoomId) -> Result<Option<User>> {
        self.one(CounterpartKey { viewer, room }).await
    }

    pub(super) async fn last_message(&self, room: RoomId) -> Result<Option<Message>> {
        self.one(LastMessageKey(room)).await
    }

    async fn one<Key>(&self, key: Key) -> Result<Option<<Batches as Loader<Key>>::Value>>
    where
        Key: Send + Sync + Hash + Eq + Clone + 'static,
        Batches: Loader<Key, Error = Arc<Error>>,
    {
        self.batches
            .load_one(key)
            .await
            .map_err(|error| Error::Internal(Box::new(error)))
    }
}

struct Batches {
    services: Arc<Services>,
}

type Batch<Key, Value> = std::result::Result<HashMap<Key, Value>, Arc<Error>>;

impl Loader<UserId> for Batches {
    type Value = User;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[UserId]) -> Batch<UserId, User> {
        let users = self.services.lookups.users(keys.to_vec()).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}

impl Loader<RoomId> for Batches {
    type Value = Room;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RoomId]) -> Batch<RoomId, Room> {
        let rooms = self.services.lookups.rooms(keys.to_vec()).await?;
        Ok(rooms.into_iter().map(|room| (room.id, room)).collect())
    }
}

impl Loader<MessageId> for Batches {
    type Value = Message;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MessageId]) -> Batch<MessageId, Message> {
        let messages = self.services.lookups.messages(keys.to_vec()).await?;
        Ok(messages
            .into_iter()
            .map(|message| (message.id, message))
            .collect())
    }
}

impl Loader<LastMessageKey> for Batches {
    type Value = Message;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[LastMessageKey]) -> Batch<LastMessageKey, Message> {
        let rooms = keys.iter().map(|key| key.0).collect();
        let messages = self.services.lookups.last_messages(rooms).await?;
        Ok(messages
            .into_iter()
            .map(|message| (LastMessageKey(message.room_id), message))
            .collect())
    }
}

impl Loader<MembershipKey> for Batches {
    type Value = Member;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MembershipKey]) -> Batch<MembershipKey, Member> {
        let mut found = HashMap::new();
        for (viewer, rooms) in by_viewer(keys.iter().map(|key| (key.viewer, key.room))) {
            let members = self.services.lookups.memberships(viewer, rooms).await?;
            found.extend(members.into_iter().map(|member| {
                (
                    MembershipKey {
                        viewer,
                        room: member.room_id,
                    },
                    member,
                )
            }));
        }
        Ok(found)
    }
}

impl Loader<CounterpartKey> for Batches {
    type Value = User;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CounterpartKey]) -> Batch<CounterpartKey, User> {
        let mut found = HashMap::new();
        for (viewer, rooms) in by_viewer(keys.iter().map(|key| (key.viewer, key.room))) {
            let people = self.services.lookups.counterparts(viewer, rooms).await?;
            found.extend(
                people
                    .into_iter()
                    .map(|(room, user)| (CounterpartKey { viewer, room }, user)),
            );
        }
        Ok(found)
    }
}

/// An operation has one viewer, so this is one group.
fn by_viewer(keys: impl Iterator<Item = (UserId, RoomId)>) -> HashMap<UserId, Vec<RoomId>> {
    let mut rooms: HashMap<UserId, Vec<RoomId>> = HashMap::new();
    for (viewer, room) in keys {
        rooms.entry(viewer).or_default().push(room);
    }
    rooms
}
