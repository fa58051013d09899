//! Rooms, and what the viewer has to do with one.

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Context, Description, Enum, ID, Object, Result, Value};

use super::audit::{AuditEntry, Ban, ban_key, ban_page, invite_key, invite_page};
use super::invite::Invite;
use super::member::{Member, Membership, member_key, member_page};
use super::message::Message;
use super::receipt::Receipt;
use super::signal::users;
use super::user::User;
use crate::graphql::at_hand::AtHand;
use crate::graphql::connection::{Connection, connection};
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::hand::Hand;
use crate::graphql::ids;
use crate::graphql::pagination::{both_ways, forwards, invalid, limit, page_size};
use crate::graphql::scalars::DateTime;
use crate::model;
use crate::services::Error;
use crate::services::messages::History;
use crate::services::permissions::{can_read_messages, can_see_room};

/// What kind of room it is.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::RoomKind")]
pub enum RoomKind {
    /// Public: everyone signed in can find and join it.
    Channel,
    /// Private: only its members know of it.
    Group,
    /// Two people. There is one such room for each pair.
    Direct,
}

/// A place where people talk.
#[derive(Description)]
pub struct Room(pub model::Room);

#[Object(use_type_description)]
impl Room {
    /// Starts with `room_`.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What kind of room it is.
    async fn kind(&self) -> RoomKind {
        self.0.kind.into()
    }

    /// What it is called. A channel's name is unique, ignoring case; a direct room is called
    /// after the other person.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        if self.0.kind != model::RoomKind::Direct {
            return Ok(self.0.name.clone());
        }
        let other = self.counterpart_of_viewer(ctx).await?;
        Ok(other.map(|user| user.display_name).unwrap_or_default())
    }

    /// The other person of a direct room; null of rooms of another kind.
    async fn other_user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        if self.0.kind != model::RoomKind::Direct {
            return Ok(None);
        }
        Ok(self.counterpart_of_viewer(ctx).await?.map(User))
    }

    /// What it is about.
    async fn topic(&self) -> Option<&str> {
        self.0.topic.as_deref()
    }

    /// How many seconds a member waits between two messages; 0 is not at all.
    async fn slow_mode_seconds(&self) -> i32 {
        self.0.slow_mode_seconds
    }

    /// Whether only its owner and admins write on its main line.
    async fn announcement_only(&self) -> bool {
        self.0.announcement_only
    }

    /// Whether notices say who came and who went.
    async fn announces_members(&self) -> bool {
        self.0.announces_members
    }

    /// Since when it is put away: it can be read, and nothing more is said in it. Null when it is
    /// not.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When something was last said on its main line, or it was made; notices do not count. Lists of
    /// the viewer's rooms are sorted by it.
    async fn last_active_at(&self) -> DateTime {
        DateTime(self.0.last_active_at)
    }

    /// How many people are in it.
    async fn member_count(&self) -> i32 {
        self.0.member_count
    }

    /// Who is in it, in the order in which they joined.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
    ) -> Result<Connection<Member>> {
        let page = forwards(first, after)
            .and_then(member_page)
            .map_err(fault)?;
        // This may be a room that they have left.
        if !self.is_visible(ctx).await? {
            return Err(fault(Error::NotFound("Room")));
        }
        let members = ctx
            .services()
            .rooms
            .list_members(self.0.id, page)
            .await
            .map_err(fault)?;
        Ok(connection(members, member_key, Member))
    }

    /// Its history in the order of `seq`, without what is said in threads; the newest page when no
    /// argument is given. `FORBIDDEN` for those who have not joined.
    #[graphql(complexity = "page_size(first, last) * child_complexity")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, from 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, from 0 to 100; not together with first.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "A message's id: the page in whose middle it is, `first` long (50 when \
                          left out); of a reply in a thread, what that hangs on. Not together with \
                          another argument."
        )]
        around: Option<ID>,
    ) -> Result<Connection<Message>> {
        let history = match around {
            None => both_ways(first, after, last, before).map(History::Range),
            Some(_) if after.is_some() || last.is_some() || before.is_some() => {
                Err(invalid("around", "Give around and first only"))
            }
            Some(id) => around_message(&id, first),
        };
        let history = history.map_err(fault)?;
        let messages = &ctx.services().messages;
        let page = messages
            .list(ctx.viewer()?, self.0.id, None, history)
            .await
            .map_err(fault)?;
        Ok(connection(page, |message| message.seq, Message))
    }

    /// The newest message on its main line; null when there is none, or for those who have not joined.
    async fn last_message(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        let membership = self.membership_of_viewer(ctx).await?;
        if self.0.last_seq == 0 || !can_read_messages(membership.as_ref()) {
            return Ok(None);
        }
        let message = ctx.loaders().last_message(self.0.id).await.map_err(fault)?;
        Ok(message.map(Message))
    }

    /// The messages that are pinned in it, the newest pins first; at most 50. Empty for viewers who
    /// have not joined.
    #[graphql(complexity = "50 * child_complexity")]
    async fn pinned_messages(&self, ctx: &Context<'_>) -> Result<Vec<Message>> {
        let membership = self.membership_of_viewer(ctx).await?;
        if !can_read_messages(membership.as_ref()) {
            return Ok(Vec::new());
        }
        let pinned = ctx.services().messages.list_pinned(self.0.id).await;
        Ok(pinned.map_err(fault)?.into_iter().map(Message).collect())
    }

    /// How far people have read: at most 100 of them, the latest readers first. Those who have
    /// read nothing since they joined are left out. Empty for viewers who have not joined.
    #[graphql(complexity = "100 * child_complexity")]
    async fn receipts(&self, ctx: &Context<'_>) -> Result<Vec<Receipt>> {
        let membership = self.membership_of_viewer(ctx).await?;
        if !can_read_messages(membership.as_ref()) {
            return Ok(Vec::new());
        }
        let receipts = ctx.services().receipts.list(self.0.id).await;
        let receipts = receipts.map_err(fault)?.into_iter();
        Ok(receipts.map(Receipt).collect())
    }

    /// Who else is typing. Empty for viewers who have not joined.
    #[graphql(complexity = "10 * child_complexity")]
    async fn typing(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        let membership = self.membership_of_viewer(ctx).await?;
        if !can_read_messages(membership.as_ref()) {
            return Ok(Vec::new());
        }
        let typing = ctx.services().signals.typing(ctx.viewer()?, self.0.id);
        users(ctx, &typing).await
    }

    /// Who may not come in, those who were banned last first. `FORBIDDEN` but for its owner and
    /// admins.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn bans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
    ) -> Result<Connection<Ban>> {
        let page = forwards(first, after).and_then(ban_page).map_err(fault)?;
        let (viewer, audit) = (ctx.viewer()?, &ctx.services().audit);
        let bans = audit.list_bans(viewer, &self.0, page).await;
        Ok(connection(bans.map_err(fault)?, ban_key, Ban))
    }

    /// The codes that are still good, the newest first. `FORBIDDEN` but for its owner and admins.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn invites(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
    ) -> Result<Connection<Invite>> {
        let page = forwards(first, after).and_then(invite_page);
        let page = page.map_err(fault)?;
        let (viewer, audit) = (ctx.viewer()?, &ctx.services().audit);
        let invites = audit.list_invites(viewer, &self.0, page).await;
        Ok(connection(invites.map_err(fault)?, invite_key, Invite))
    }

    /// What its owner and admins did, the newest first. `FORBIDDEN` for everyone else.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
    ) -> Result<Connection<AuditEntry>> {
        let page = forwards(first, after).map_err(fault)?;
        let (viewer, audit) = (ctx.viewer()?, &ctx.services().audit);
        let page = audit.list(viewer, &self.0, page).await.map_err(fault)?;
        Ok(connection(
            page,
            |(number, _)| *number,
            |(_, entry)| AuditEntry(entry),
        ))
    }

    /// The viewer's own membership; null for those who have not joined.
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<Membership>> {
        Ok(self.membership_of_viewer(ctx).await?.map(Membership))
    }
}

impl Room {
    /// The room of something that the viewer may read. They may have left the room since.
    ///
    /// # Errors
    /// `NOT_FOUND` when the viewer cannot see it any more.
    pub async fn of(ctx: &Context<'_>, id: model::RoomId) -> Result<Self> {
        let room = Self(ctx.loaders().room(id).await.map_err(fault)?);
        if !room.is_visible(ctx).await? {
            return Err(fault(Error::NotFound("Room")));
        }
        Ok(room)
    }

    /// The room that someone left, perhaps the viewer. Of a room that they cannot see any more
    /// they learn no more than what cannot have changed since.
    pub async fn left(ctx: &Context<'_>, id: model::RoomId) -> Result<Self> {
        let room = Self(ctx.loaders().room(id).await.map_err(fault)?);
        if room.is_visible(ctx).await? {
            return Ok(room);
        }
        Ok(Self(model::Room {
            name: String::new(),
            topic: None,
            member_count: 0,
            last_seq: 0,
            last_active_at: room.0.created_at,
            slow_mode_seconds: 0,
            announcement_only: false,
            announces_members: false,
            archived_at: None,
            ..room.0
        }))
    }

    pub async fn is_visible(&self, ctx: &Context<'_>) -> Result<bool> {
        if self.is_open(ctx) {
            return Ok(true);
        }
        let membership = self.membership_of_viewer(ctx).await?;
        Ok(self.is_visible_with(membership.as_ref()))
    }

    /// Whether it is visible whoever the viewer is.
    pub fn is_open(&self, ctx: &Context<'_>) -> bool {
        self.0.kind == model::RoomKind::Channel || ctx.is_for_audience()
    }

    /// Whether it is visible to a viewer who has this part in it.
    pub fn is_visible_with(&self, membership: Option<&model::Member>) -> bool {
        can_see_room(&self.0, membership)
    }

    async fn counterpart_of_viewer(&self, ctx: &Context<'_>) -> Result<Option<model::User>> {
        let viewer = ctx.viewer()?.user_id;
        let other = ctx.loaders().counterpart(viewer, self.0.id).await;
        other.map_err(fault)
    }

    async fn membership_of_viewer(&self, ctx: &Context<'_>) -> Result<Option<model::Member>> {
        let viewer = ctx.viewer()?.user_id;
        ctx.loaders()
            .membership(viewer, self.0.id)
            .await
            .map_err(fault)
    }
}

impl AtHand for Room {
    fn at_hand(&self, field: &str, _: &Context<'_>, _: &Hand) -> Option<Value> {
        let room = &self.0;
        Some(match field {
            "id" => room.id.to_string().into(),
            "kind" => enum_value(RoomKind::from(room.kind)),
            "name" if room.kind != model::RoomKind::Direct => room.name.as_str().into(),
            "topic" => room.topic.as_deref().into(),
            "createdAt" => DateTime(room.created_at).into(),
            "lastActiveAt" => DateTime(room.last_active_at).into(),
            "memberCount" => room.member_count.into(),
            _ => return None,
        })
    }
}

fn around_message(id: &ID, first: Option<i32>) -> crate::services::Result<History> {
    let message = ids::parse(id, "Message")?;
    Ok(History::Around {
        message,
        limit: limit("first", first)?,
    })
}
