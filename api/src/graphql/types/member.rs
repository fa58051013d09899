//! Who is in a room, and as what.

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Context, Description, Enum, Object, Result, Value};

use super::draft::Draft;
use super::receipt::Unread;
use super::user::User;
use crate::graphql::at_hand::AtHand;
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::hand::Hand;
use crate::graphql::pagination::foreign_cursor;
use crate::graphql::scalars::DateTime;
use crate::model::{self, After, Position, UserId};
use crate::services;

/// What someone may do in a room.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Role")]
pub enum Role {
    /// Made the room, or took it over.
    Owner,
    /// Helps to keep it.
    Admin,
    /// Takes part.
    Member,
}

/// A person in a room.
#[derive(Description)]
pub struct Member(pub model::Member);

#[Object(use_type_description)]
impl Member {
    /// Who it is.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        ctx.loaders()
            .user(self.0.user_id)
            .await
            .map(User)
            .map_err(fault)
    }

    /// As what they take part.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// When they joined.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.0.joined_at)
    }

    /// Until when they may not write; null, or in the past, when they may.
    async fn muted_until(&self) -> Option<DateTime> {
        self.0.muted_until.map(DateTime)
    }
}

impl AtHand for Member {
    fn at_hand(&self, field: &str, ctx: &Context<'_>, hand: &Hand) -> Option<Value> {
        let member = &self.0;
        Some(match field {
            "user" => hand.object(ctx, hand.user(member.user_id)?)?,
            "role" => enum_value(Role::from(member.role)),
            "joinedAt" => DateTime(member.joined_at).into(),
            "mutedUntil" => member.muted_until.map(DateTime).into(),
            _ => return None,
        })
    }
}

/// The viewer's own part in a room.
#[derive(Description)]
pub struct Membership(pub model::Member);

#[Object(use_type_description)]
impl Membership {
    /// As what they take part.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// When they joined.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.0.joined_at)
    }

    /// The `seq` of the newest message that they have read. At first, that of the room's newest
    /// message: history is not unread.
    async fn last_read_seq(&self) -> i64 {
        self.0.last_read_seq
    }

    /// What they began to write there, on whichever device; null when nothing.
    async fn draft(&self, ctx: &Context<'_>) -> Result<Option<Draft>> {
        let draft = ctx.loaders().draft(self.0.user_id, self.0.room_id).await;
        Ok(draft.map_err(fault)?.map(Draft))
    }

    /// What they have not read.
    async fn unread(&self, ctx: &Context<'_>) -> Result<Unread> {
        let unread = ctx.loaders().unread(self.0.user_id, self.0.room_id).await;
        unread.map(Unread).map_err(fault)
    }

    /// Until when they may not write; null, or in the past, when they may.
    async fn muted_until(&self) -> Option<DateTime> {
        self.0.muted_until.map(DateTime)
    }
}

/// The place of a member in the list: where the log says that they joined, and their id.
pub type MemberKey = (i64, String);

pub fn member_key(member: &model::Member) -> MemberKey {
    (member.joined_position.0, member.user_id.to_string())
}

pub fn member_page(page: After<MemberKey>) -> services::Result<After<(Position, UserId)>> {
    page.try_map(|(position, id)| match id.parse() {
        Ok(id) => Ok((Position(position), id)),
        Err(_) => Err(foreign_cursor("after")),
    })
}
