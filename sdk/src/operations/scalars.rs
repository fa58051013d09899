//! Which of our types stands for which scalar of the schema.

use super::schema;
use crate::model::Patch;
use crate::{Cursor, MessageId, RoomId, ScheduledMessageId, SessionId, UserId};
use jiff::Timestamp;
use serde::Serialize;

cynic::impl_scalar!(UserId, schema::ID);
cynic::impl_scalar!(SessionId, schema::ID);
cynic::impl_scalar!(RoomId, schema::ID);
cynic::impl_scalar!(MessageId, schema::ID);
cynic::impl_scalar!(ScheduledMessageId, schema::ID);
cynic::impl_scalar!(Cursor, schema::Cursor);
cynic::impl_scalar!(Timestamp, schema::DateTime);

/// What is given in a field of which null takes the value away, while leaving the field out keeps it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Given<T>(Option<T>);

impl<T, L> cynic::schema::IsScalar<L> for Given<T>
where
    T: cynic::schema::IsScalar<L>,
{
    type SchemaType = T::SchemaType;
}

impl<T> cynic::InputObject for Given<T>
where
    T: cynic::InputObject,
{
    type SchemaType = T::SchemaType;
}

impl<T> Patch<T> {
    pub(crate) fn given<U: From<T>>(self) -> Option<Given<U>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(Given(None)),
            Self::Set(value) => Some(Given(Some(value.into()))),
        }
    }
}
