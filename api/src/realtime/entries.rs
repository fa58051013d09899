//! Events of the log together with the rows that they are about.

use std::collections::HashMap;

use super::update::Entry;
use crate::model::{Event, Message, MessageId};
use crate::storage::{self, Connection};

/// Reads in one query what these events are about.
pub(super) async fn read_entries(
    connection: &mut Connection,
    events: Vec<Event>,
) -> storage::Result<Vec<Entry>> {
    let ids: Vec<MessageId> = events
        .iter()
        .filter_map(|event| event.kind.message())
        .collect();
    let mut messages: HashMap<MessageId, Message> = HashMap::new();
    if !ids.is_empty() {
        let rows = connection.find_messages(ids).await?;
        messages.extend(rows.into_iter().map(|message| (message.id, message)));
    }
    let entry = |event: Event| Entry {
        message: event
            .kind
            .message()
            .and_then(|id| messages.get(&id).cloned()),
        event,
    };
    Ok(events.into_iter().map(entry).collect())
}
