//! What the core asks the server, and what it hears: as values, apart from how they travel.

use crate::history::{self, History};
use crate::operations::changes::{
    DeleteMessage, DeleteMessageInput, DeleteMessageVariables, EditMessage, EditMessageInput,
    EditMessageVariables, MarkRead, MarkReadInput, MarkReadVariables, React, ReactInput,
    ReactVariables, Read, SaveDraft, SaveDraftInput, SaveDraftVariables,
};
use crate::operations::messages::{
    History as HistoryQuery, SendMessage, SendMessageInput, SendMessageVariables,
};
use crate::operations::presence::{PresenceQuery, PresenceVariables, Receipts, ReceiptsVariables};
use crate::operations::standing::{Standing, StandingQuery, StandingVariables};
use crate::operations::sync::{
    HistoryPage, Overview, OverviewQuery, OverviewVariables, ThreadHistory, ThreadHistoryVariables,
};
use crate::{Error, Message, MessageId, Receipt, RoomId, UserId, UserPresence, rooms};
use cynic::{MutationBuilder, QueryBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How many rooms a page of the overview has: as many as the server gives.
const ROOMS: u32 = 100;
/// How many messages a page of a timeline has.
const PAGE: u32 = 50;

/// One request.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// Who the viewer is, where the log stands, and a page of their rooms.
    Overview {
        after: Option<String>,
    },
    /// How some rooms stand, and the threads that hang on some messages; and what is pinned in some rooms.
    Standing {
        rooms: Vec<RoomId>,
        roots: Vec<MessageId>,
        pins_of: Vec<RoomId>,
    },
    History {
        room: RoomId,
        page: History,
    },
    Thread {
        root: MessageId,
        before: Option<String>,
    },
    Readers(RoomId),
    /// At most 100.
    Presences(Vec<UserId>),
    Change(Change),
    MarkRead(MarkReadInput),
    SaveDraft(SaveDraftInput),
}

/// What is done to a message.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Send(SendMessageInput),
    Edit(EditMessageInput),
    Delete(DeleteMessageInput),
    React(ReactInput),
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Overview(Box<Overview>),
    Standing(Standing),
    Page(HistoryPage),
    Readers(Vec<Receipt>),
    Presences(Vec<UserPresence>),
    Message(Box<Message>),
    Read(Read),
}

/// How a call travels: what it asks for goes out, what comes back is read as what was asked for.
pub(crate) trait Carrier {
    async fn carry<T, V>(&self, operation: &cynic::Operation<T, V>) -> Result<T, Error>
    where
        T: DeserializeOwned,
        V: Serialize;
}

impl Call {
    pub(crate) async fn make(self, carrier: &impl Carrier) -> Result<Answer, Error> {
        match self {
            Self::Overview { after } => {
                let first = Some(rooms::size(ROOMS));
                let operation = OverviewQuery::build(OverviewVariables { first, after });
                let overview = carrier.carry(&operation).await?;
                Ok(Answer::Overview(Box::new(overview.into())))
            }
            Self::Standing {
                rooms,
                roots,
                pins_of,
            } => {
                let rooms = rooms.into_iter().map(String::from);
                let ids = rooms.chain(roots.into_iter().map(String::from));
                let ids = ids.map(cynic::Id::new).collect();
                let pins_of = pins_of.into_iter().map(String::from);
                let pins_of = pins_of.map(cynic::Id::new).collect();
                let operation = StandingQuery::build(StandingVariables { ids, pins_of });
                Ok(Answer::Standing(carrier.carry(&operation).await?.into()))
            }
            Self::History { room, page } => {
                let operation = HistoryQuery::build(history::variables(room, page, PAGE));
                let page = carrier.carry(&operation).await?.into_history()?;
                Ok(Answer::Page(page))
            }
            Self::Thread { root, before } => {
                let last = Some(rooms::size(PAGE));
                let variables = ThreadHistoryVariables { root, last, before };
                let operation = ThreadHistory::build(variables);
                Ok(Answer::Page(carrier.carry(&operation).await?.into_page()))
            }
            Self::Readers(room_id) => {
                let operation = Receipts::build(ReceiptsVariables { room_id });
                let room = carrier.carry(&operation).await?.room;
                Ok(Answer::Readers(rooms::of_room(room)?))
            }
            Self::Presences(ids) => {
                let operation = PresenceQuery::build(PresenceVariables { ids });
                let people = carrier.carry(&operation).await?.into_presence();
                Ok(Answer::Presences(people))
            }
            Self::Change(change) => {
                let message = change.make(carrier).await?;
                Ok(Answer::Message(Box::new(message)))
            }
            Self::MarkRead(input) => {
                let operation = MarkRead::build(MarkReadVariables { input });
                let read = carrier.carry(&operation).await?.mark_read.into_read()?;
                Ok(Answer::Read(read))
            }
            Self::SaveDraft(input) => {
                let operation = SaveDraft::build(SaveDraftVariables { input });
                let saved = carrier.carry(&operation).await?.save_draft;
                Ok(Answer::Read(saved.into_own()?))
            }
        }
    }
}

impl Change {
    async fn make(self, carrier: &impl Carrier) -> Result<Message, Error> {
        let payload = match self {
            Self::Send(input) => {
                let operation = SendMessage::build(SendMessageVariables { input });
                carrier.carry(&operation).await?.send_message
            }
            Self::Edit(input) => {
                let operation = EditMessage::build(EditMessageVariables { input });
                carrier.carry(&operation).await?.edit_message
            }
            Self::Delete(input) => {
                let operation = DeleteMessage::build(DeleteMessageVariables { input });
                carrier.carry(&operation).await?.delete_message
            }
            Self::React(input) => {
                let operation = React::build(ReactVariables { input });
                carrier.carry(&operation).await?.react
            }
        };
        payload.into_message()
    }
}
