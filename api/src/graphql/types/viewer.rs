//! The person who is asking.

use async_graphql::{Context, Description, Object, Result};

use super::draft::ScheduledMessage;
use super::receipt::Unread;
use super::room::{Room, RoomKind};
use super::session::Session;
use super::thread::{Thread, thread_key, thread_page};
use super::user::User;
use crate::graphql::connection::{Connection, connection};
use crate::graphql::context::ContextExt;
use crate::graphql::error::fault;
use crate::graphql::pagination::{foreign_cursor, forwards, page_size};
use crate::graphql::scalars::Cursor;
use crate::model::{After, RoomId, Timestamp};
use crate::services;

/// The person who is asking, and what is theirs.
#[derive(Description)]
pub struct Viewer {
    viewer: services::Viewer,
}

/// The place of a room in the viewer's list: microseconds since the Unix epoch, and its id.
type RoomKey = (i64, String);

impl Viewer {
    pub fn new(viewer: services::Viewer) -> Self {
        Self { viewer }
    }
}

#[Object(use_type_description)]
impl Viewer {
    /// Who they are.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        ctx.loaders()
            .user(self.viewer.user_id)
            .await
            .map(User)
            .map_err(fault)
    }

    /// The rooms they are in, most recently active first.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn rooms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
        #[graphql(desc = "Only rooms of this kind.")] kind: Option<RoomKind>,
    ) -> Result<Connection<Room>> {
        let page = forwards(first, after).and_then(room_key).map_err(fault)?;
        let kind = kind.map(Into::into);
        let rooms = ctx
            .services()
            .rooms
            .list_own(self.viewer, kind, page)
            .await
            .map_err(fault)?;
        let key =
            |room: &crate::model::Room| (room.last_active_at.as_micros(), room.id.to_string());
        Ok(connection(rooms, key, Room))
    }

    /// The threads that they follow, those with the newest replies first.
    #[graphql(complexity = "page_size(first, None) * child_complexity")]
    async fn threads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from 0 to 100; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor of an earlier page.")] after: Option<String>,
    ) -> Result<Connection<Thread>> {
        let page = forwards(first, after)
            .and_then(thread_page)
            .map_err(fault)?;
        let threads = &ctx.services().threads;
        let page = threads.list_followed(self.viewer, page).await;
        Ok(connection(page.map_err(fault)?, thread_key, Thread))
    }

    /// Where they are logged in, the login that was used last first; at most 100.
    #[graphql(complexity = "100 * child_complexity")]
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let sessions = ctx.services().sessions.list(self.viewer).await;
        Ok(sessions.map_err(fault)?.into_iter().map(Session).collect())
    }

    /// Whom they have blocked, the last one first; at most 1,000.
    #[graphql(complexity = "100 * child_complexity")]
    async fn blocked_users(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        let blocked = ctx.services().blocks.list(self.viewer).await;
        Ok(blocked.map_err(fault)?.into_iter().map(User).collect())
    }

    /// What they have not read in all their rooms together, threads apart.
    async fn unread(&self, ctx: &Context<'_>) -> Result<Unread> {
        let unread = ctx.services().receipts.total_unread(self.viewer).await;
        unread.map(Unread).map_err(fault)
    }

    /// What they have not read in all the threads that they follow together.
    async fn unread_in_threads(&self, ctx: &Context<'_>) -> Result<Unread> {
        let unread = ctx.services().threads.total_unread(self.viewer).await;
        unread.map(Unread).map_err(fault)
    }

    /// What they want to be sent later and is not, the next first; at most 100.
    #[graphql(complexity = "100 * child_complexity")]
    async fn scheduled_messages(&self, ctx: &Context<'_>) -> Result<Vec<ScheduledMessage>> {
        let scheduled = ctx.services().messages.list_scheduled(self.viewer).await;
        let scheduled = scheduled.map_err(fault)?.into_iter();
        Ok(scheduled.map(ScheduledMessage).collect())
    }

    /// The log position that everything in this answer is at least as new as. Query, then
    /// subscribe after this cursor: nothing is missed. What the answer holds already may come
    /// again.
    async fn cursor(&self, ctx: &Context<'_>) -> Cursor {
        Cursor(ctx.started_at())
    }
}

fn room_key(page: After<RoomKey>) -> services::Result<After<(Timestamp, RoomId)>> {
    page.try_map(|(micros, id)| {
        let at = Timestamp::from_untrusted_micros(micros);
        at.zip(id.parse().ok())
            .ok_or_else(|| foreign_cursor("after"))
    })
}
