//! What a list of objects is rendered from: read for all of them, before any is rendered.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::Context;
use futures_util::future::try_join_all;
use futures_util::try_join;

use super::batching::{Batches, Key};
use super::context::ContextExt;
use super::loaders::{Loaders, MembershipKey, MentionedKey, ReactionsKey};
use super::types::message::Message;
use super::types::reaction::Reaction;
use super::types::room::Room;
use super::types::user::User;
use crate::model::{Member, MessageId, RoomId, UserId};
use crate::services::Error;

/// What was read, by what it was asked for with. `None` from any of its questions means that the
/// answer is not at hand; whoever asks while it gathers finds it there in the next round.
pub(super) struct Hand {
    is_gathering: bool,
    users: Kind<UserId, User>,
    rooms: Kind<RoomId, Room>,
    messages: Kind<MessageId, Message>,
    memberships: Kind<MembershipKey, Member>,
    mentioned: Kind<MentionedKey, Vec<User>>,
    reactions: Kind<ReactionsKey, Vec<Reaction>>,
}

/// One kind of thing; `None` for what is known to be absent.
struct Kind<K, V> {
    known: HashMap<K, Option<V>>,
    wanted: RefCell<HashSet<K>>,
}

impl Hand {
    /// Nothing yet, to ask it for what is needed.
    pub(super) fn gathering() -> Self {
        Self {
            is_gathering: true,
            users: Kind::default(),
            rooms: Kind::default(),
            messages: Kind::default(),
            memberships: Kind::default(),
            mentioned: Kind::default(),
            reactions: Kind::default(),
        }
    }

    /// Whether it is only being asked, and no value is of use yet.
    pub(super) fn is_gathering(&self) -> bool {
        self.is_gathering
    }

    /// Reads what was asked for in vain. False, and no longer gathering, if that was nothing.
    pub(super) async fn load(&mut self, loaders: &Loaders) -> Result<bool, Arc<Error>> {
        let users = |users: Vec<_>| users.into_iter().map(User).collect();
        let reactions = |reactions: Vec<_>| reactions.into_iter().map(Reaction).collect();
        let loaded = try_join!(
            self.users.load(&loaders.users, User),
            self.rooms.load(&loaders.rooms, Room),
            self.messages.load(&loaders.messages, Message),
            self.memberships.load(&loaders.memberships, |member| member),
            self.mentioned.load(&loaders.mentioned, users),
            self.reactions.load(&loaders.reactions, reactions),
        );
        self.is_gathering = <[bool; 6]>::from(loaded?).contains(&true);
        Ok(self.is_gathering)
    }

    pub(super) fn user(&self, id: UserId) -> Option<&User> {
        self.users.find(id)?
    }

    /// Nothing inside for one that does not exist.
    pub(super) fn message(&self, id: MessageId) -> Option<Option<&Message>> {
        self.messages.find(id)
    }

    /// The room of something that the viewer may read, if they can see it.
    pub(super) fn room(&self, ctx: &Context<'_>, id: RoomId) -> Option<&Room> {
        let room = self.rooms.find(id)??;
        if room.is_open(ctx) {
            return Some(room);
        }
        let membership = self.membership(ctx, id)?;
        room.is_visible_with(membership).then_some(room)
    }

    /// The viewer's part in a room; nothing inside where they have none.
    fn membership(&self, ctx: &Context<'_>, room: RoomId) -> Option<Option<&Member>> {
        let user = ctx.viewer().ok()?.user_id;
        self.memberships.find(MembershipKey { user, room })
    }

    pub(super) fn mentioned(&self, message: MessageId) -> Option<&[User]> {
        let users = self.mentioned.find(MentionedKey(message))?;
        Some(users.map_or(&[], Vec::as_slice))
    }

    pub(super) fn reactions(&self, message: MessageId) -> Option<&[Reaction]> {
        let reactions = self.reactions.find(ReactionsKey(message))?;
        Some(reactions.map_or(&[], Vec::as_slice))
    }
}

impl<K, V> Default for Kind<K, V> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            wanted: RefCell::default(),
        }
    }
}

impl<K: Key, V> Kind<K, V> {
    fn find(&self, key: K) -> Option<Option<&V>> {
        let known = self.known.get(&key).map(Option::as_ref);
        if known.is_none() {
            self.wanted.borrow_mut().insert(key);
        }
        known
    }

    async fn load(
        &mut self,
        batches: &Batches<K>,
        wrap: impl Fn(K::Value) -> V,
    ) -> Result<bool, Arc<K::Error>> {
        let keys = std::mem::take(self.wanted.get_mut());
        let read = keys.iter().map(|key| batches.load(key.clone()));
        let values = try_join_all(read).await?;
        let is_more = !values.is_empty();
        let values = values.into_iter().map(|value| value.map(&wrap));
        self.known.extend(keys.into_iter().zip(values));
        Ok(is_more)
    }
}
