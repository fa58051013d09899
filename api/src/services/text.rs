//! Short texts that people give: names, topics, keys.

use std::ops::RangeInclusive;

use super::error::{Error, Result};
use super::mentions::EVERYONE;
use crate::model::text::is_blank;

/// Checks a one-line text: trimmed, not blank, at most `most` characters, no control characters.
pub(super) fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if is_blank(text) {
        return Err(Error::invalid(field, "This must not be empty"));
    }
    if text.chars().count() > most {
        return Err(Error::invalid(
            field,
            format!("This must be at most {most} characters long"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(field, "This contains control characters"));
    }
    Ok(text.to_owned())
}

/// The same, where leaving it out or blank means having none.
pub(super) fn optional_line(
    field: &'static str,
    text: Option<&str>,
    most: usize,
) -> Result<Option<String>> {
    match text {
        Some(text) if !is_blank(text) => line(field, text, most).map(Some),
        _ => Ok(None),
    }
}

/// A text of several lines, trimmed, where leaving it out or blank means having none: at most `most`
/// characters, no control characters but newline.
pub(super) fn optional_lines(
    field: &'static str,
    text: Option<&str>,
    most: usize,
) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !is_blank(text)) else {
        return Ok(None);
    };
    if text.chars().count() > most {
        let message = format!("This must be at most {most} characters long");
        return Err(Error::invalid(field, message));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Error::invalid(field, "This contains control characters"));
    }
    Ok(Some(text.to_owned()))
}

/// One way to write each emoji, whichever way a keyboard does.
pub(super) fn emoji(field: &'static str, text: &str) -> Result<&'static str> {
    let known = emojis::get(text.trim());
    let known = known.ok_or_else(|| Error::invalid(field, "This must be one emoji"))?;
    Ok(known.as_str())
}

/// A key that a client made up and will give again: 1 to 128 characters, kept as it is.
pub(super) fn client_key(field: &'static str, key: Option<String>) -> Result<Option<String>> {
    let Some(key) = key else { return Ok(None) };
    if key.is_empty() || key.len() > 128 || key.chars().any(char::is_control) {
        let message = "This must be 1 to 128 bytes long, without control characters";
        return Err(Error::invalid(field, message));
    }
    Ok(Some(key))
}

pub(super) const USERNAME_LENGTH: RangeInclusive<usize> = 2..=32;

/// Whether it may stand in a username, before that is folded.
pub(super) fn is_username_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.-".contains(character)
}

/// A username, folded: 2 to 32 of a–z, 0–9, `_`, `.` and `-`.
pub(super) fn username(text: &str) -> Result<String> {
    let folded = text.trim().to_ascii_lowercase();
    if !USERNAME_LENGTH.contains(&folded.len()) || !folded.chars().all(is_username_character) {
        return Err(Error::invalid(
            "username",
            "A username is 2 to 32 characters long: letters a to z, digits, and _ . -",
        ));
    }
    if folded == EVERYONE {
        return Err(Error::invalid(
            "username",
            "This name means everyone in a room",
        ));
    }
    Ok(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_folded_and_checked() {
        assert_eq!(username(" Alice ").ok().as_deref(), Some("alice"));
        for text in ["", "a", "al ice", "élise", "a/b", "Room", &"a".repeat(33)] {
            assert!(username(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lines_are_trimmed_and_checked() {
        assert_eq!(
            line("name", " general ", 80).ok().as_deref(),
            Some("general")
        );
        let lines = |text| optional_lines("bio", Some(text), 80);
        assert_eq!(lines(" a\nb ").ok().flatten().as_deref(), Some("a\nb"));
        assert!(lines(" \n ").is_ok_and(|none| none.is_none()));
        assert!(lines("a\0").is_err() && lines(&"é".repeat(81)).is_err());
        for text in ["", "   ", "\u{200b}", "a\nb", "a\0", &"é".repeat(81)] {
            assert!(line("name", text, 80).is_err(), "{text}");
        }
        assert!(line("name", &"é".repeat(80), 80).is_ok());
    }
}
