//! Which of our types stands for which scalar of the schema.

use super::schema;
use crate::{Cursor, MessageId, RoomId, SessionId, UserId};
use jiff::Timestamp;

cynic::impl_scalar!(UserId, schema::ID);
cynic::impl_scalar!(SessionId, schema::ID);
cynic::impl_scalar!(RoomId, schema::ID);
cynic::impl_scalar!(MessageId, schema::ID);
cynic::impl_scalar!(Cursor, schema::Cursor);
cynic::impl_scalar!(Timestamp, schema::DateTime);
