//! What texts look like to people.

use std::collections::BTreeSet;

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

/// The folded words of a name, by which it is looked for: each once, in order. What stands between
/// them is no part of a word.
pub fn name_words(name: &str) -> BTreeSet<String> {
    let folded = fold_name(name);
    let words = folded.split(|character: char| !is_part_of_word(character));
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Emoji are words, too: some people are called by one.
fn is_part_of_word(character: char) -> bool {
    !(character.is_whitespace()
        || character.is_ascii_punctuation()
        || character.is_control()
        || is_invisible(character))
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

    #[test]
    fn names_have_words() {
        for (name, words) in [
            ("Alice Liddell", vec!["alice", "liddell"]),
            ("a.b_c-9", vec!["9", "a", "b", "c"]),
            ("O'Hara (ＴＥＡ) tea", vec!["hara", "o", "tea"]),
            ("Алиса\u{3000}🐇", vec!["алиса", "🐇"]),
            (" ... ", vec![]),
        ] {
            assert_eq!(Vec::from_iter(name_words(name)), words, "{name}");
        }
    }
}
