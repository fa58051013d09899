//! Plain types that every layer speaks: no SQL, no GraphQL, no HTTP.

pub mod audit;
pub mod change;
pub mod clock;
pub mod draft;
pub mod event;
pub mod ids;
pub mod invite;
pub mod message;
pub mod page;
pub mod presence;
pub mod reaction;
pub mod receipt;
pub mod room;
pub mod sanction;
pub mod session;
pub mod text;
pub mod thread;
pub mod user;

pub use audit::{AuditAction, AuditEntry};
pub use change::SubjectId;
pub use clock::{Clock, SystemClock, Timestamp};
pub use draft::{Draft, ScheduledMessage};
pub use event::{Event, EventKind, NewEvent, Position};
pub use ids::{IdGenerator, MessageId, RoomId, ScheduledMessageId, SessionId, UserId};
pub use invite::Invite;
pub use message::{Message, MessageBody, MessageVersion, NewMessage, Notice, NoticeKind};
pub use page::{After, Bound, Direction, Page};
pub use presence::{Presence, PresenceState};
pub use reaction::Reaction;
pub use receipt::{Receipt, Unread};
pub use room::{Member, NewRoom, Role, Room, RoomKind};
pub use sanction::{Sanction, SanctionKind};
pub use session::Session;
pub use thread::{Thread, ThreadMember, TimelineId};
pub use user::{Account, ProfileChanges, Status, User};
