//! Scalars of the schema.

use async_graphql::{Description, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::{Position, Timestamp};

/// An instant: RFC 3339 in UTC with milliseconds, such as `2026-03-14T09:26:53.589Z`.
#[derive(Description)]
pub struct DateTime(pub Timestamp);

#[Scalar(
    use_type_description,
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => {
                let instant: jiff::Timestamp = text.parse().map_err(InputValueError::custom)?;
                Ok(Self(Timestamp::from_millis(instant.as_millisecond())))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        match jiff::Timestamp::from_millisecond(self.0.as_millis()) {
            Ok(instant) => Value::String(format!("{instant:.3}")),
            Err(_) => Value::Null,
        }
    }
}

impl From<DateTime> for Value {
    fn from(at: DateTime) -> Self {
        at.to_value()
    }
}

/// A position in the event log. Opaque: keep it, and give it back to go on from there.
#[derive(Description)]
pub struct Cursor(pub Position);

#[Scalar(use_type_description)]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => match decode(text) {
                Some(position) => Ok(Self(position)),
                None => Err(InputValueError::custom("not a cursor of this server")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(URL_SAFE_NO_PAD.encode(format!("{PREFIX}{}", self.0.0)))
    }
}

impl From<Cursor> for Value {
    fn from(cursor: Cursor) -> Self {
        cursor.to_value()
    }
}

/// Tells cursors of the log from those of lists.
const PREFIX: &str = "log:";

fn decode(text: &str) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let position = std::str::from_utf8(&bytes)
        .ok()?
        .strip_prefix(PREFIX)?
        .parse()
        .ok()?;
    (position >= 0).then_some(Position(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let value = Cursor(Position(41)).to_value();
        assert_eq!(
            Cursor::parse(value).ok().map(|cursor| cursor.0),
            Some(Position(41))
        );
        for text in ["", "41", "bG9nOi0x", "bG9nOg", "👀"] {
            assert!(
                Cursor::parse(Value::String(text.to_owned())).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn an_instant_has_milliseconds() {
        let value = DateTime(Timestamp::from_millis(1_000)).to_value();
        assert_eq!(value, Value::String("1970-01-01T00:00:01.000Z".to_owned()));
        assert_eq!(
            DateTime::parse(value).ok().map(|at| at.0),
            Some(Timestamp::from_millis(1_000))
        );
    }
}
