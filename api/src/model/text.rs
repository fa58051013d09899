//! What texts look like to people.

use unicode_normalization::UnicodeNormalization;

/// Whether nothing of a text can be seen: white space, and characters that look like none at all.
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|character| character.is_whitespace() || is_invisible(character))
}

/// What two names have in common when people would take them for the same: compatibility
/// characters are replaced (Unicode NFKC), and case is ignored.
pub fn fold_name(name: &str) -> String {
    name.nfkc().collect::<String>().to_lowercase()
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        // Soft hyphen, fillers, joiners and zero-width spaces.
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'
        | '\u{3164}' | '\u{feff}'
        // Directions of writing.
        | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_the_same() {
        for (one, other) in [("Café", "cafe\u{301}"), ("ＴＥＡ", "tea"), ("ﬁn", "FIN")] {
            assert_eq!(fold_name(one), fold_name(other));
        }
        assert_ne!(fold_name("tea"), fold_name("téa"));
    }
}
