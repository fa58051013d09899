//! The arguments of lists that are paged.

use async_graphql::connection::{CursorType, OpaqueCursor};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{After, Bound, Direction};
use crate::services::{Error, Result};

const DEFAULT: i32 = 50;
const MOST: i32 = 100;

/// How many items a list may hold, for what a query costs.
pub(super) fn page_size(first: Option<i32>, last: Option<i32>) -> usize {
    usize::try_from(first.or(last).unwrap_or(DEFAULT).clamp(1, MOST)).unwrap_or(1)
}

/// The arguments of a list that is paged forwards.
pub(super) fn forwards<Key>(first: Option<i32>, after: Option<String>) -> Result<After<Key>>
where
    Key: Serialize + DeserializeOwned,
{
    Ok(After {
        after: cursor("after", after)?,
        limit: limit("first", first)?,
    })
}

/// The arguments of a list that is paged both ways. Without any, its end.
pub(super) fn both_ways<Key>(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Result<Bound<Key>>
where
    Key: Serialize + DeserializeOwned,
{
    if first.is_some() && last.is_some() {
        return Err(invalid("last", "Give first or last, not both"));
    }
    let after = cursor("after", after)?;
    let forward = first.is_some() || (last.is_none() && after.is_some());
    let (direction, limit) = match forward {
        true => (Direction::Forward, limit("first", first)?),
        false => (Direction::Backward, limit("last", last)?),
    };
    Ok(Bound {
        after,
        before: cursor("before", before)?,
        direction,
        limit,
    })
}

/// Checks a page size by itself.
pub(super) fn limit(argument: &'static str, size: Option<i32>) -> Result<i64> {
    match size.unwrap_or(DEFAULT) {
        size @ 0..=MOST => Ok(size.into()),
        _ => Err(invalid(
            argument,
            format!("{argument} must be between 0 and {MOST}"),
        )),
    }
}

pub(super) fn invalid(field: &'static str, message: impl Into<String>) -> Error {
    Error::Invalid {
        field,
        message: message.into(),
    }
}

pub(super) fn foreign_cursor(argument: &'static str) -> Error {
    invalid(argument, "This cursor is not of this list")
}

fn cursor<Key>(argument: &'static str, cursor: Option<String>) -> Result<Option<Key>>
where
    Key: Serialize + DeserializeOwned,
{
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    let decoded = OpaqueCursor::decode_cursor(&cursor);
    let OpaqueCursor(key) = decoded.map_err(|_| foreign_cursor(argument))?;
    Ok(Some(key))
}
