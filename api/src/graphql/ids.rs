//! Identifiers as they come in and go out.

use std::str::FromStr;

use async_graphql::ID;

use crate::services::{Error, Result};

/// Reads an id; one that could not be of this kind does not exist.
pub(super) fn parse<Id: FromStr>(id: &ID, what: &'static str) -> Result<Id> {
    id.as_str().parse().map_err(|_| Error::NotFound(what))
}
