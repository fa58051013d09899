//! What random people do.

use causerie_tests::Person;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

pub const PEOPLE: usize = 3;
pub const ROOMS: usize = 3;

/// Somebody does something.
#[derive(Clone, Debug)]
pub struct Step {
    pub person: usize,
    pub act: Act,
}

#[derive(Clone, Debug)]
pub enum Act {
    Join {
        room: usize,
    },
    Leave {
        room: usize,
    },
    Send {
        room: usize,
        words: Vec<Word>,
        key: Option<u8>,
    },
    Edit {
        message: Choice,
        words: Vec<Word>,
    },
    Delete {
        message: Choice,
    },
    MarkRead {
        room: usize,
        seq: i64,
    },
}

/// One of all the messages that there are, whoever may see them.
#[derive(Clone, Debug)]
pub struct Choice {
    pub message: Index,
    /// Its author takes the step instead.
    pub by_author: bool,
}

#[derive(Clone, Debug)]
pub enum Word {
    Plain(&'static str),
    /// Speaks to somebody.
    Mention(usize),
    /// Only looks as if it did.
    Code(usize),
}

/// What a message is to say, and whom it names.
pub struct Body {
    pub text: String,
    pub named: Vec<usize>,
}

impl Body {
    /// Without any words it is empty, which no message may be.
    pub fn new(words: &[Word], people: &[Person]) -> Self {
        let text = words.iter().map(|word| match word {
            Word::Plain(plain) => (*plain).to_owned(),
            Word::Mention(person) => format!("@{}", people[*person].username.to_uppercase()),
            Word::Code(person) => format!("`@{}`", people[*person].username),
        });
        let named = words.iter().filter_map(|word| match word {
            Word::Mention(person) => Some(*person),
            Word::Plain(_) | Word::Code(_) => None,
        });
        Self {
            text: text.collect::<Vec<_>>().join(" "),
            named: named.collect(),
        }
    }
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..50)
}

fn step() -> impl Strategy<Value = Step> {
    let act = prop_oneof![
        1 => room().prop_map(|room| Act::Leave { room }),
        2 => room().prop_map(|room| Act::Join { room }),
        6 => (room(), words(), option::weighted(0.4, 0..3_u8))
            .prop_map(|(room, words, key)| Act::Send { room, words, key }),
        3 => (choice(), words()).prop_map(|(message, words)| Act::Edit { message, words }),
        3 => choice().prop_map(|message| Act::Delete { message }),
        3 => (room(), -1..12_i64).prop_map(|(room, seq)| Act::MarkRead { room, seq }),
    ];
    (0..PEOPLE, act).prop_map(|(person, act)| Step { person, act })
}

fn choice() -> impl Strategy<Value = Choice> {
    let by_author = proptest::bool::weighted(0.8);
    (any::<Index>(), by_author).prop_map(|(message, by_author)| Choice { message, by_author })
}

fn room() -> impl Strategy<Value = usize> {
    0..ROOMS
}

fn words() -> impl Strategy<Value = Vec<Word>> {
    let plain = proptest::sample::select(vec!["tea", "milk", "*sugar*", "\u{200b}", "e\u{301}\n"]);
    let word = prop_oneof![
        3 => plain.prop_map(Word::Plain),
        2 => (0..PEOPLE).prop_map(Word::Mention),
        1 => (0..PEOPLE).prop_map(Word::Code),
    ];
    vec(word, 0..4)
}
