//! Identifiers and times, as types of their own on the other side.

use crate::errors::CauserieError;
use causerie_sdk::{
    ClientId, Cursor, EntryId, MessageId, RoomId, ScheduledMessageId, SessionId, Timestamp, UserId,
};
use std::time::SystemTime;

macro_rules! as_text {
    ($($id:ident),*) => {$(
        uniffi::custom_type!($id, String, {
            remote,
            lower: |id| id.into(),
            try_lift: |text| Ok($id::from(text)),
        });
    )*};
}

as_text!(
    UserId,
    SessionId,
    RoomId,
    MessageId,
    ScheduledMessageId,
    ClientId,
    Cursor
);

uniffi::custom_type!(EntryId, i64, {
    remote,
    lower: |id| id.to_i64(),
    try_lift: |number| Ok(EntryId::from_i64(number)),
});

/// UniFFI's own timestamp: `Instant` in Kotlin, `Date` in Swift.
pub(crate) fn time(timestamp: Timestamp) -> SystemTime {
    timestamp.into()
}

/// The other way round, for times that the server could know.
pub(crate) fn timestamp(time: SystemTime) -> Result<Timestamp, CauserieError> {
    Timestamp::try_from(time).map_err(|error| CauserieError::Invalid {
        reason: error.to_string(),
        field: Vec::new(),
    })
}
