//! What every use case is built on.

use std::sync::Arc;

use super::accounts::Accounts;
use super::audit::Audit;
use super::blocks::Blocks;
use super::departures::Departures;
use super::drafts::Drafts;
use super::error::{Error, Result};
use super::invites::Invites;
use super::live::Live;
use super::lookups::Lookups;
use super::members::Members;
use super::messages::Messages;
use super::receipts::Receipts;
use super::rooms::Rooms;
use super::sanctions::Sanctions;
use super::sessions::Sessions;
use super::signals::Signals;
use super::threads::Threads;
use crate::auth::password::Passwords;
use crate::auth::rate_limit::RateLimits;
use crate::auth::refresh::RefreshTokens;
use crate::auth::tokens::AccessTokens;
use crate::model::{Clock, IdGenerator, SessionId, Timestamp, UserId};
use crate::realtime::{Attendance, Feed, Hub, LiveSessions, ReadMarks, Typing};
use crate::storage::Database;

/// Who is asking, through which login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    pub user_id: UserId,
    pub session_id: SessionId,
}

/// The parts that use cases share. Built once, when the server starts.
pub struct Core {
    pub database: Arc<Database>,
    pub clock: Arc<dyn Clock>,
    pub ids: IdGenerator,
    pub passwords: Passwords,
    pub access_tokens: AccessTokens,
    pub refresh_tokens: RefreshTokens,
    pub rate_limits: RateLimits,
    pub hub: Arc<Hub>,
    pub feed: Feed,
    pub live_sessions: Arc<LiveSessions>,
    pub typing: Typing,
    pub read_marks: ReadMarks,
    pub attendance: Attendance,
}

impl Core {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Counts something that the viewer writes, whether or not it comes to that.
    pub(super) fn check_write(&self, viewer: Viewer) -> Result<()> {
        let limited = self.rate_limits.check_write(viewer.user_id);
        limited.map_err(|limited| Error::RateLimited {
            retry_after: limited.retry_after,
        })
    }

    /// Counts a change of what everyone around the viewer sees of them.
    pub(super) fn check_profile(&self, viewer: Viewer) -> Result<()> {
        self.check_write(viewer)?;
        let limited = self.rate_limits.check_profile(viewer.user_id);
        limited.map_err(|limited| Error::RateLimited {
            retry_after: limited.retry_after,
        })
    }
}

/// Every use case, by noun.
pub struct Services {
    pub accounts: Accounts,
    pub audit: Audit,
    pub blocks: Blocks,
    pub departures: Departures,
    pub sessions: Sessions,
    pub rooms: Rooms,
    pub members: Members,
    pub invites: Invites,
    pub sanctions: Sanctions,
    pub messages: Messages,
    pub threads: Threads,
    pub drafts: Drafts,
    pub receipts: Receipts,
    pub live: Live,
    pub signals: Signals,
    pub lookups: Lookups,
}

impl Services {
    pub fn new(core: Core) -> Self {
        let core = Arc::new(core);
        Self {
            accounts: Accounts::new(Arc::clone(&core)),
            audit: Audit::new(Arc::clone(&core)),
            blocks: Blocks::new(Arc::clone(&core)),
            departures: Departures::new(Arc::clone(&core)),
            sessions: Sessions::new(Arc::clone(&core)),
            rooms: Rooms::new(Arc::clone(&core)),
            members: Members::new(Arc::clone(&core)),
            invites: Invites::new(Arc::clone(&core)),
            sanctions: Sanctions::new(Arc::clone(&core)),
            messages: Messages::new(Arc::clone(&core)),
            threads: Threads::new(Arc::clone(&core)),
            drafts: Drafts::new(Arc::clone(&core)),
            receipts: Receipts::new(Arc::clone(&core)),
            live: Live::new(Arc::clone(&core)),
            signals: Signals::new(Arc::clone(&core)),
            lookups: Lookups::new(core),
        }
    }
}
