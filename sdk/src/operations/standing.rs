//! How some rooms and threads stand, and what is pinned.

use super::message_fields::RoomReference;
use super::rooms::ActiveRoom;
use super::schema;
use super::sync::{FollowedThread, FollowedThreadFields};
use crate::model::Room;
use crate::{MessageId, RoomId};
use jiff::Timestamp;

#[derive(cynic::QueryVariables)]
pub(crate) struct StandingVariables {
    /// Of rooms, and of messages that threads hang on.
    pub(crate) ids: Vec<cynic::Id>,
    /// Of rooms.
    pub(crate) pins_of: Vec<cynic::Id>,
}

/// How some rooms and threads stand, and what is pinned in some rooms.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "StandingVariables")]
pub(crate) struct StandingQuery {
    #[arguments(ids: $ids)]
    nodes: Vec<Option<NodeFields>>,
    #[arguments(ids: $pins_of)]
    #[cynic(rename = "nodes", alias)]
    pins: Vec<Option<PinsNode>>,
}

#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum NodeFields {
    Room(Box<ActiveRoom>),
    Message(RootNode),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Message")]
struct RootNode {
    room: RoomReference,
    thread: Option<FollowedThreadFields>,
}

#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum PinsNode {
    Room(PinsOfRoom),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room")]
struct PinsOfRoom {
    id: RoomId,
    pinned_messages: Vec<PinFields>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Message")]
struct PinFields {
    id: MessageId,
    pinned_at: Option<Timestamp>,
}

/// All that is pinned in a room, and since when.
pub(crate) type Pins = (RoomId, Vec<(MessageId, Timestamp)>);

/// What is there and may be seen, of what was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) rooms: Vec<Room>,
    pub(crate) threads: Vec<(RoomId, FollowedThread)>,
    pub(crate) pins: Vec<Pins>,
}

impl From<StandingQuery> for Standing {
    fn from(answer: StandingQuery) -> Self {
        let mut standing = Self::default();
        for node in answer.nodes.into_iter().flatten() {
            match node {
                NodeFields::Room(room) => standing.rooms.push(Room::from(*room)),
                NodeFields::Message(root) => standing
                    .threads
                    .extend(root.thread.map(|thread| (root.room.id, thread.into()))),
                NodeFields::Other => {}
            }
        }
        for node in answer.pins.into_iter().flatten() {
            if let PinsNode::Room(room) = node {
                let pins = room.pinned_messages.into_iter();
                let pins = pins.filter_map(|pin| Some((pin.id, pin.pinned_at?)));
                standing.pins.push((room.id, pins.collect()));
            }
        }
        standing
    }
}
