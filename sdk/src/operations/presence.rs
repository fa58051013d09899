//! Who is there, and how far they have read.

use super::changes::SignalPayload;
use super::fields::{UserFields, count};
use super::schema;
use crate::model::{Presence, PresenceState, Receipt, UserPresence};
use crate::{RoomId, UserId};
use jiff::Timestamp;

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Presence")]
pub(crate) struct PresenceFields {
    state: PresenceStateValue,
    last_seen_at: Option<Timestamp>,
}

impl From<PresenceFields> for Presence {
    fn from(presence: PresenceFields) -> Self {
        Self {
            state: presence.state.into(),
            last_seen_at: presence.last_seen_at,
        }
    }
}

#[derive(cynic::Enum, Debug)]
#[cynic(graphql_type = "PresenceState")]
pub(crate) enum PresenceStateValue {
    Online,
    Away,
    Offline,
    #[cynic(fallback)]
    Unknown(String),
}

impl From<PresenceStateValue> for PresenceState {
    fn from(state: PresenceStateValue) -> Self {
        match state {
            PresenceStateValue::Online => Self::Online,
            PresenceStateValue::Away => Self::Away,
            PresenceStateValue::Offline => Self::Offline,
            PresenceStateValue::Unknown(name) => Self::Unknown(name),
        }
    }
}

impl From<PresenceState> for PresenceStateValue {
    fn from(state: PresenceState) -> Self {
        match state {
            PresenceState::Online => Self::Online,
            PresenceState::Away => Self::Away,
            PresenceState::Offline => Self::Offline,
            PresenceState::Unknown(name) => Self::Unknown(name),
        }
    }
}

#[derive(cynic::InputObject)]
pub(crate) struct SetPresenceInput {
    pub(crate) state: PresenceStateValue,
}

mutation!(SetPresence, SetPresenceVariables: set_presence(SetPresenceInput) -> SignalPayload);

#[derive(cynic::QueryVariables)]
pub(crate) struct PresenceVariables {
    pub(crate) ids: Vec<UserId>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "PresenceVariables")]
pub(crate) struct PresenceQuery {
    #[arguments(ids: $ids)]
    nodes: Vec<Option<PresentNode>>,
}

#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum PresentNode {
    User(PresenceOfUser),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "User")]
struct PresenceOfUser {
    id: UserId,
    presence: PresenceFields,
}

impl PresenceQuery {
    pub(crate) fn into_presence(self) -> Vec<UserPresence> {
        let nodes = self.nodes.into_iter().flatten();
        let people = nodes.filter_map(|node| match node {
            PresentNode::User(user) => Some(user),
            PresentNode::Other => None,
        });
        let presence = |user: PresenceOfUser| UserPresence {
            user_id: user.id,
            presence: user.presence.into(),
        };
        people.map(presence).collect()
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct ReceiptsVariables {
    pub(crate) room_id: RoomId,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ReceiptsVariables")]
pub(crate) struct Receipts {
    #[arguments(id: $room_id)]
    pub(crate) room: Option<ReceiptsOfRoom>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Room")]
pub(crate) struct ReceiptsOfRoom {
    receipts: Vec<ReceiptFields>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Receipt")]
struct ReceiptFields {
    user: UserFields,
    last_read_seq: i32,
    read_at: Timestamp,
}

impl From<ReceiptFields> for Receipt {
    fn from(receipt: ReceiptFields) -> Self {
        Self {
            user: receipt.user.into(),
            last_read_seq: count(receipt.last_read_seq),
            read_at: receipt.read_at,
        }
    }
}

impl From<ReceiptsOfRoom> for Vec<Receipt> {
    fn from(room: ReceiptsOfRoom) -> Self {
        room.receipts.into_iter().map(Into::into).collect()
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct ReaderSignalsVariables {
    pub(crate) room_id: Option<RoomId>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "ReaderSignalsVariables")]
pub(crate) struct ReaderSignals {
    #[arguments(roomId: $room_id)]
    receipts: ReaderFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ReceiptChanged")]
struct ReaderFields {
    receipt: ReceiptFields,
}

impl From<ReaderSignals> for Receipt {
    fn from(signal: ReaderSignals) -> Self {
        signal.receipts.receipt.into()
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct PresenceSignalsVariables {
    pub(crate) ids: Option<Vec<UserId>>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "PresenceSignalsVariables")]
pub(crate) struct PresenceSignals {
    #[arguments(userIds: $ids)]
    presence: PresenceChangedFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PresenceChanged")]
struct PresenceChangedFields {
    user: UserReference,
    presence: PresenceFields,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "User")]
struct UserReference {
    id: UserId,
}

impl From<PresenceSignals> for UserPresence {
    fn from(signal: PresenceSignals) -> Self {
        Self {
            user_id: signal.presence.user.id,
            presence: signal.presence.presence.into(),
        }
    }
}
