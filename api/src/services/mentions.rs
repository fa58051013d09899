//! Who a message speaks to: `@username` in its text.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Parser, Tag};

use super::text::{USERNAME_LENGTH, is_username_character};

/// What everyone in the room is called. It is nobody's username.
pub(super) const EVERYONE: &str = "room";

/// How many names of one message count.
const MOST: usize = 100;

/// The first hundred usernames that stand as `@name` in Markdown source outside of code, folded and
/// each once, whether or not there are such people. What goes on from a word or an address speaks
/// to nobody. Without an `@` this costs nothing.
///
/// A name may end as a sentence or an emphasis does: of `@al.` both readings are given.
pub(super) fn mentioned(body: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    if body.contains('@') {
        collect_names(&without_code(body), &mut names);
    }
    names.into_iter().collect()
}

/// The source with a blank for each piece of code. It stays source, since names may contain what
/// Markdown takes for emphasis.
fn without_code(body: &str) -> String {
    let mut rest = String::with_capacity(body.len());
    let mut end = 0;
    for (event, range) in Parser::new(body).into_offset_iter() {
        if matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))) {
            rest.push_str(&body[end..range.start]);
            rest.push(' ');
            end = range.end;
        }
    }
    rest.push_str(&body[end..]);
    rest
}

fn collect_names(text: &str, names: &mut BTreeSet<String>) {
    for (at, sign) in text.match_indices('@') {
        let (before, after) = (&text[..at], &text[at + sign.len()..]);
        let end = after.find(|c| !is_username_character(c));
        let (name, rest) = after.split_at(end.unwrap_or(after.len()));
        let goes_on = |c: char| c.is_alphanumeric() || "/@".contains(c);
        if before.trim_end_matches('_').ends_with(goes_on) || rest.starts_with(goes_on) {
            continue;
        }
        let mut reading = name;
        while names.len() < MOST {
            if USERNAME_LENGTH.contains(&reading.len()) {
                names.insert(reading.to_ascii_lowercase());
            }
            match reading.strip_suffix(['.', '-', '_']) {
                Some(shorter) => reading = shorter,
                None => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        assert_eq!(mentioned(body), expected, "{body:?}");
    }

    #[test]
    fn names_are_found_wherever_people_put_them() {
        check("nobody", &[]);
        check("@alice", &["alice"]);
        check("Hi @Alice, @BOB: (@carol)!", &["alice", "bob", "carol"]);
        check("@alice and @alice", &["alice"]);
        check(
            "> quoted @al\n\n- item @bo\n# title @cy",
            &["al", "bo", "cy"],
        );
        check(
            "**@alice** *@bob* [@carol](x) ~~@dave~~",
            &["alice", "bob", "carol", "dave"],
        );
        check("<b>@alice</b>\n\n<div>@bob</div>", &["alice", "bob"]);
        check("é @alice 👍@bob", &["alice", "bob"]);
        check("@a.b-c_d", &["a.b-c_d"]);
        check("Well...@alice -@bob", &["alice", "bob"]);
        check("_@bob_ __@al__", &["al", "al_", "al__", "bob", "bob_"]);
        check("@_al_ @*bo*", &["_al", "_al_"]);
        check("@alice/@bob", &[]);
    }

    #[test]
    fn a_full_stop_may_be_part_of_a_name() {
        check("Ask @alice.", &["alice", "alice."]);
        check("@al...", &["al", "al.", "al..", "al..."]);
        check("@a.", &["a."]);
    }

    #[test]
    fn code_and_addresses_speak_to_nobody() {
        for body in [
            "`@alice`",
            "``a ` @alice``",
            "```\n@alice\n```",
            "~~~ @alice\n@alice\n~~~",
            "> ```\n> @alice\n> ```",
            "- ```\n  @alice\n  ```",
            "    @alice",
            "```\n@alice",
            "me@alice.example",
            "_me_@alice.example",
            "https://example.org/@alice",
            "@alice@example.org",
            "@aliceé",
            "@a",
            "@",
            "@ alice",
            "_@_",
        ] {
            check(body, &[]);
        }
        check("`code` @alice `@bob", &["alice", "bob"]);
        check("```\n@alice\n```\n@bob", &["bob"]);
    }

    #[test]
    fn names_have_their_lengths_and_are_not_too_many() {
        let longest = "a".repeat(32);
        check(&format!("@{longest}"), &[&longest]);
        check(&format!("@{longest}."), &[&longest]);
        check(&format!("@{longest}b"), &[]);
        let crowd: Vec<_> = (0..200).map(|number| format!("@p{number}")).collect();
        assert_eq!(mentioned(&crowd.join(" ")).len(), MOST);
        assert!(mentioned(&format!("@al{}", ".".repeat(16_000))).len() < MOST);
    }
}
