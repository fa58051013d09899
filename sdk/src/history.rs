//! What was written before.

use crate::client::Client;
use crate::model::MessagePage;
use crate::operations::messages::{History as HistoryQuery, HistoryVariables};
use crate::rooms::size;
use crate::{Error, MessageId, RoomId};
use cynic::QueryBuilder;

/// Which page of a room's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum History {
    /// The newest messages.
    Newest,
    /// From the room's first message on.
    Oldest,
    /// Those before a page's `older`.
    Before(String),
    /// Those after a page's `newer`.
    After(String),
    /// Those around a message, it included.
    Around(MessageId),
}

impl Client {
    /// A page of at most `limit` messages (up to 100), ascending by `seq` wherever it lies.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a channel that the viewer is not in, [`Error::NotFound`] for a room that does not exist
    /// or may not be seen.
    pub async fn history(
        &self,
        room: &RoomId,
        page: History,
        limit: u32,
    ) -> Result<MessagePage, Error> {
        let variables = variables(room.clone(), page, limit);
        self.call(&HistoryQuery::build(variables))
            .await?
            .into_page()
    }
}

pub(crate) fn variables(room_id: RoomId, page: History, limit: u32) -> HistoryVariables {
    let size = Some(size(limit));
    let mut variables = HistoryVariables {
        room_id,
        first: None,
        after: None,
        last: None,
        before: None,
        around: None,
    };
    match page {
        History::Newest => variables.last = size,
        History::Oldest => variables.first = size,
        History::Before(cursor) => (variables.last, variables.before) = (size, Some(cursor)),
        History::After(cursor) => (variables.first, variables.after) = (size, Some(cursor)),
        History::Around(message) => (variables.first, variables.around) = (size, Some(message)),
    }
    variables
}
