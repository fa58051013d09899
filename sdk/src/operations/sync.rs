//! What the sync loop asks for and follows: everything from one cursor, and how rooms stand.

use super::fields::{DraftFields, MemberFields, UnreadFields, UserFields, count};
use super::message_fields::{RoomReference, SharedMessage};
use super::rooms::ActiveRooms;
use super::schema;
use crate::model::{Draft, Member, Message, Room, ThreadSummary, Unread, User};
use crate::{Cursor, MessageId, RoomId, UserId};
use jiff::Timestamp;

#[derive(cynic::QueryVariables)]
pub(crate) struct EventsVariables {
    pub(crate) after: Option<Cursor>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "EventsVariables")]
pub(crate) struct Events {
    #[arguments(after: $after)]
    pub(crate) events: BatchFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "EventBatch")]
pub(crate) struct BatchFields {
    events: Vec<EventFields>,
    cursor: Cursor,
    live: bool,
    reset: bool,
}

/// The room is the interface's own field, so that an event of an unknown kind still says where it happened.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Event")]
struct EventFields {
    room: EventRoom,
    #[cynic(spread)]
    kind: EventKind,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room")]
struct EventRoom {
    id: RoomId,
    member_count: i32,
}

#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "Event")]
enum EventKind {
    MessageSent(Box<SentFields>),
    MessageEdited(Box<EditedFields>),
    MessageDeleted(Box<DeletedFields>),
    ReactionsChanged(Box<ReactedFields>),
    #[expect(dead_code, reason = "that it came is all that it says")]
    RoomChanged(RoomChangedFields),
    MemberJoined(Box<JoinedFields>),
    MemberChanged(Box<ChangedFields>),
    MemberLeft(Box<LeftFields>),
    ThreadChanged(Box<ThreadChangedFields>),
    DraftChanged(DraftChangedFields),
    #[cynic(fallback)]
    Unknown,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MessageSent")]
struct SentFields {
    message: SharedMessage,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MessageEdited")]
struct EditedFields {
    message: SharedMessage,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MessageDeleted")]
struct DeletedFields {
    message: SharedMessage,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ReactionsChanged")]
struct ReactedFields {
    message: SharedMessage,
}

/// Anything of it may have changed, its name among them, which is not asked for here: it depends on the viewer.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "RoomChanged")]
struct RoomChangedFields {
    #[expect(dead_code, reason = "a selection cannot be empty")]
    at: Timestamp,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MemberJoined")]
struct JoinedFields {
    member: MemberFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MemberChanged")]
struct ChangedFields {
    member: MemberFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MemberLeft")]
struct LeftFields {
    user: UserFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ThreadChanged")]
struct ThreadChangedFields {
    thread: FollowedThreadFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Message")]
struct MessageReference {
    id: MessageId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Thread")]
pub(crate) struct FollowedThreadFields {
    root: MessageReference,
    following: bool,
    last_read_seq: i32,
    unread: UnreadFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "DraftChanged")]
struct DraftChangedFields {
    draft: Option<DraftFields>,
}

/// Several events, and where the log stands after them.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) events: Vec<Event>,
    pub(crate) cursor: Cursor,
    pub(crate) live: bool,
    pub(crate) reset: bool,
}

/// Something that happened in a room.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) room: RoomId,
    pub(crate) member_count: u32,
    pub(crate) change: Change,
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A message is there. With what the root of its thread has become.
    Sent(Box<Message>, Option<RootChange>),
    /// It says something else, or nothing any more.
    Changed(Box<Message>, Option<RootChange>),
    Reactions(Box<Message>),
    Room,
    MemberJoined(Member),
    MemberChanged(Member),
    MemberLeft(User),
    Thread(FollowedThread),
    Draft(Option<Draft>),
    Unknown,
}

#[derive(Clone, Debug)]
pub(crate) struct RootChange {
    pub(crate) root: MessageId,
    pub(crate) thread: Option<ThreadSummary>,
}

/// The viewer's own part in a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FollowedThread {
    pub(crate) root: MessageId,
    pub(crate) following: bool,
    pub(crate) last_read_seq: u64,
    pub(crate) unread: Unread,
}

impl From<FollowedThreadFields> for FollowedThread {
    fn from(thread: FollowedThreadFields) -> Self {
        Self {
            root: thread.root.id,
            following: thread.following,
            last_read_seq: count(thread.last_read_seq),
            unread: thread.unread.into(),
        }
    }
}

impl From<BatchFields> for Batch {
    fn from(batch: BatchFields) -> Self {
        Self {
            events: batch.events.into_iter().map(Into::into).collect(),
            cursor: batch.cursor,
            live: batch.live,
            reset: batch.reset,
        }
    }
}

impl From<EventFields> for Event {
    fn from(event: EventFields) -> Self {
        let change = match event.kind {
            EventKind::MessageSent(sent) => {
                let (message, root) = sent.message.into_message_and_root();
                Change::Sent(message, root)
            }
            EventKind::MessageEdited(edited) => {
                let (message, root) = edited.message.into_message_and_root();
                Change::Changed(message, root)
            }
            EventKind::MessageDeleted(deleted) => {
                let (message, root) = deleted.message.into_message_and_root();
                Change::Changed(message, root)
            }
            EventKind::ReactionsChanged(reacted) => {
                Change::Reactions(Box::new(reacted.message.into()))
            }
            EventKind::RoomChanged(_) => Change::Room,
            EventKind::MemberJoined(joined) => Change::MemberJoined(joined.member.into()),
            EventKind::MemberChanged(changed) => Change::MemberChanged(changed.member.into()),
            EventKind::MemberLeft(left) => Change::MemberLeft(left.user.into()),
            EventKind::ThreadChanged(changed) => Change::Thread(changed.thread.into()),
            EventKind::DraftChanged(changed) => Change::Draft(changed.draft.map(Into::into)),
            EventKind::Unknown => Change::Unknown,
        };
        Self {
            room: event.room.id,
            member_count: u32::try_from(event.room.member_count).unwrap_or_default(),
            change,
        }
    }
}

impl SharedMessage {
    fn into_message_and_root(mut self) -> (Box<Message>, Option<RootChange>) {
        let root = self.take_root_change();
        (Box::new(self.into()), root)
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct OverviewVariables {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

/// Who the viewer is, where the log stands, and a page of their rooms.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "OverviewVariables")]
pub(crate) struct OverviewQuery {
    viewer: OverviewOfViewer,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer", variables = "OverviewVariables")]
struct OverviewOfViewer {
    user: UserFields,
    cursor: Cursor,
    #[arguments(first: $first, after: $after)]
    rooms: ActiveRooms,
}

/// A page of the viewer's rooms, most recently active first.
#[derive(Clone, Debug)]
pub(crate) struct Overview {
    pub(crate) user: User,
    pub(crate) cursor: Cursor,
    pub(crate) rooms: Vec<Room>,
    pub(crate) next: Option<String>,
}

impl From<OverviewQuery> for Overview {
    fn from(answer: OverviewQuery) -> Self {
        let viewer = answer.viewer;
        let page = viewer.rooms.page_info.page(viewer.rooms.nodes);
        Self {
            user: viewer.user.into(),
            cursor: viewer.cursor,
            rooms: page.items,
            next: page.next,
        }
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct ThreadHistoryVariables {
    pub(crate) root: MessageId,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ThreadHistoryVariables")]
pub(crate) struct ThreadHistory {
    #[arguments(id: $root)]
    node: Option<ThreadNode>,
}

#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "Node", variables = "ThreadHistoryVariables")]
enum ThreadNode {
    Message(ThreadOfMessage),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Message", variables = "ThreadHistoryVariables")]
struct ThreadOfMessage {
    thread: Option<RepliesOfThread>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Thread", variables = "ThreadHistoryVariables")]
struct RepliesOfThread {
    #[arguments(last: $last, before: $before)]
    messages: super::messages::MessageList,
}

impl ThreadHistory {
    /// A thread that nobody has replied in yet has an empty page.
    pub(crate) fn into_page(self) -> HistoryPage {
        match self.node {
            Some(ThreadNode::Message(ThreadOfMessage {
                thread: Some(thread),
            })) => thread.messages.into(),
            _ => HistoryPage::default(),
        }
    }
}

/// A page of a timeline, ascending by `seq`, and where its neighbours are.
#[derive(Clone, Debug, Default)]
pub(crate) struct HistoryPage {
    pub(crate) messages: Vec<Message>,
    pub(crate) older: Option<String>,
    pub(crate) newer: Option<String>,
}

#[derive(cynic::QueryVariables)]
pub(crate) struct SignalRoomVariables {
    pub(crate) room_id: RoomId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "SignalRoomVariables")]
pub(crate) struct TypingSignals {
    #[arguments(roomId: $room_id)]
    typing: TypingFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Typing")]
struct TypingFields {
    users: Vec<UserFields>,
}

impl TypingSignals {
    pub(crate) fn into_users(self) -> Vec<User> {
        self.typing.users.into_iter().map(Into::into).collect()
    }
}

/// The viewer's own in all their rooms.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription")]
pub(crate) struct OwnReceipts {
    receipts: ReceiptChangedFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ReceiptChanged")]
struct ReceiptChangedFields {
    room: RoomReference,
    receipt: ReceiptFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Receipt")]
struct ReceiptFields {
    user: UserFields,
    last_read_seq: i32,
}

/// How far somebody has read in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadUpTo {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    pub(crate) seq: u64,
}

impl From<OwnReceipts> for ReadUpTo {
    fn from(signal: OwnReceipts) -> Self {
        let ReceiptChangedFields { room, receipt } = signal.receipts;
        let user: User = receipt.user.into();
        Self {
            room: room.id,
            user: user.id,
            seq: count(receipt.last_read_seq),
        }
    }
}
