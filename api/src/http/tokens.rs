//! A cheap look at a document before the parser sees it.
//!
//! The parser's own recursion is not bounded, so brackets nested a hundred thousand deep would
//! end the process; and everything after it costs more by the token.

/// Why a document is not worth parsing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// More tokens than allowed.
    Tokens,
    /// Brackets nested deeper than allowed.
    Nesting,
}

/// Counts tokens and nested brackets, stopping at the first excess.
///
/// A run of letters, digits and signs counts as one token, so text that is no GraphQL at all may
/// count for less than the parser reads; the limit on the body's length bounds that.
pub(super) fn check(document: &str, tokens: usize, nesting: usize) -> Result<(), Excess> {
    let bytes = document.as_bytes();
    let (mut at, mut count, mut depth) = (0, 0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let length = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += until(&bytes[at..], |byte| byte == b'\n' || byte == b'\r');
                continue;
            }
            b'"' => string(&bytes[at..]),
            byte if is_word(byte) => until(&bytes[at..], |byte| !is_word(byte)),
            _ => 1,
        };
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += length;
        count += 1;
        if count > tokens {
            return Err(Excess::Tokens);
        }
        if depth > nesting {
            return Err(Excess::Nesting);
        }
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+')
}

fn until(bytes: &[u8], end: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| end(*byte))
        .unwrap_or(bytes.len())
}

/// The length of the string (or block string) that `bytes` begins with.
fn string(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\"\"\"") {
        let mut at = 3;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if bytes[at..].starts_with(b"\"\"\"") {
                return at + 3;
            } else {
                at += 1;
            }
        }
        return bytes.len();
    }
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            // A string ends with its line, closed or not: what follows is counted as tokens.
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(document: &str) -> usize {
        (0..)
            .find(|limit| check(document, *limit, 100) != Err(Excess::Tokens))
            .expect("a count")
    }

    #[test]
    fn tokens_are_counted_as_the_parser_would() {
        assert_eq!(count(""), 0);
        assert_eq!(count("{ a }"), 3);
        assert_eq!(count("{ a,b , c } # { d }"), 5);
        assert_eq!(count(r#"{ a(b: "x { \" y") }"#), 9 - 1);
        assert_eq!(count(r#"{ a(b: """x " \""" { y""") }"#), 8);
        assert_eq!(count("{a(b:-1.5e3)}"), 8);
        assert_eq!(count("{...a}"), 3);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        assert_eq!(check("{ a { b } }", 100, 2), Ok(()));
        assert_eq!(check("{ a { b { c } } }", 100, 2), Err(Excess::Nesting));
        assert_eq!(check(r#"{ a(b: "{{{{") # {{{{"#, 100, 2), Ok(()));
        assert_eq!(
            check(&"[".repeat(100_000), usize::MAX, 50),
            Err(Excess::Nesting)
        );
    }

    #[test]
    fn strange_input_ends() {
        for document in [
            "\"",
            "\"\\",
            "\"\"\"",
            "\"\"\"\\\"",
            "#",
            "\u{feff}{a}",
            "\"\n{",
            "é",
        ] {
            assert_eq!(check(document, 100, 100), Ok(()), "{document:?}");
        }
    }
}
