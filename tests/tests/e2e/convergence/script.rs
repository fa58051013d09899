//! What random people and their devices do.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// So many people act, all at once, each with so many devices.
pub const PEOPLE: usize = 3;
pub const DEVICES: usize = 2;

/// What each of the people does, in order.
pub type Script = Vec<Vec<Act>>;

#[derive(Clone, Debug)]
pub enum Act {
    Send {
        room: Index,
        body: Body,
    },
    /// Many messages at once.
    Burst {
        room: Index,
        bodies: Vec<Body>,
    },
    Edit {
        message: Index,
        body: Body,
    },
    Delete {
        message: Index,
    },
    /// In a thread of one's own message, or of somebody else's.
    Reply {
        message: Index,
        body: Body,
    },
    React {
        message: Index,
        emoji: &'static str,
        remove: bool,
    },
    Pin {
        message: Index,
    },
    Forward {
        message: Index,
        room: Index,
    },
    /// Whoever keeps the rooms opens one for the two of them.
    Whisper,
    /// Whoever keeps the rooms does that to somebody.
    Keep {
        room: Index,
        person: usize,
        how: Keeping,
    },
    Join {
        room: Index,
    },
    Leave {
        room: Index,
    },
    MarkRead {
        room: Index,
        seq: i64,
    },
    /// Begins to write something, or leaves that.
    Draft {
        room: Index,
        body: &'static str,
    },
    Follow {
        message: Index,
        following: bool,
    },
    ReadThread {
        message: Index,
        seq: i64,
    },
    /// Has something sent long after the end.
    Schedule {
        room: Index,
    },
    /// Thinks better of that.
    Cancel {
        scheduled: Index,
    },
    /// There is a new group, with some of the people in it.
    Gather {
        people: [bool; PEOPLE],
    },
    /// Whoever keeps the rooms changes one.
    Change {
        room: Index,
        change: Change,
    },
    Device(usize, Command),
}

#[derive(Clone, Copy, Debug)]
pub enum Change {
    Topic(&'static str),
    AnnouncementOnly(bool),
    Archived(bool),
}

#[derive(Clone, Copy, Debug)]
pub enum Keeping {
    Promote,
    Demote,
    Mute,
    Unmute,
    Ban,
    Unban,
    Add,
    Remove,
}

/// What becomes of a device.
#[derive(Clone, Debug)]
pub enum Command {
    /// It stops reading, and stays connected.
    Pause,
    Resume,
    /// The connection is lost, without a word.
    Cut,
    Connect {
        /// As if it had never been connected before.
        anew: bool,
        server: Index,
    },
}

#[derive(Clone, Debug)]
pub struct Body {
    pub word: &'static str,
    /// Whom it mentions.
    pub mention: Option<usize>,
    /// How long it is, in bytes. A few long ones are more than a socket takes that nobody reads.
    pub length: usize,
}

pub fn scripts() -> impl Strategy<Value = Script> {
    vec(vec(act(), 1..40), PEOPLE)
}

fn act() -> impl Strategy<Value = Act> {
    let index = any::<Index>;
    prop_oneof![
        8 => (index(), body()).prop_map(|(room, body)| Act::Send { room, body }),
        3 => (index(), vec(body(), 2..9)).prop_map(|(room, bodies)| Act::Burst { room, bodies }),
        4 => (index(), body()).prop_map(|(message, body)| Act::Edit { message, body }),
        2 => index().prop_map(|message| Act::Delete { message }),
        3 => (index(), body()).prop_map(|(message, body)| Act::Reply { message, body }),
        3 => (index(), select(vec!["👍", "❤️"]), any::<bool>())
            .prop_map(|(message, emoji, remove)| Act::React { message, emoji, remove }),
        1 => index().prop_map(|message| Act::Pin { message }),
        1 => (index(), index()).prop_map(|(message, room)| Act::Forward { message, room }),
        1 => Just(Act::Whisper),
        3 => (index(), 0..PEOPLE, keeping())
            .prop_map(|(room, person, how)| Act::Keep { room, person, how }),
        4 => index().prop_map(|room| Act::Join { room }),
        3 => index().prop_map(|room| Act::Leave { room }),
        2 => (index(), 0..12_i64).prop_map(|(room, seq)| Act::MarkRead { room, seq }),
        3 => (index(), select(vec!["", "I", "I thi"])).prop_map(|(room, body)| Act::Draft { room, body }),
        2 => (index(), any::<bool>())
            .prop_map(|(message, following)| Act::Follow { message, following }),
        2 => (index(), 0..4_i64).prop_map(|(message, seq)| Act::ReadThread { message, seq }),
        2 => index().prop_map(|room| Act::Schedule { room }),
        1 => index().prop_map(|scheduled| Act::Cancel { scheduled }),
        1 => any::<[bool; PEOPLE]>().prop_map(|people| Act::Gather { people }),
        3 => (index(), change()).prop_map(|(room, change)| Act::Change { room, change }),
        8 => (0..DEVICES, command()).prop_map(|(device, command)| Act::Device(device, command)),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => select(vec!["", "tea", "milk"]).prop_map(Change::Topic),
        1 => any::<bool>().prop_map(Change::AnnouncementOnly),
        1 => proptest::bool::weighted(0.3).prop_map(Change::Archived),
    ]
}

fn keeping() -> impl Strategy<Value = Keeping> {
    use Keeping::{Add, Ban, Demote, Mute, Promote, Remove, Unban, Unmute};
    select(vec![Promote, Demote, Mute, Unmute, Ban, Unban, Add, Remove])
}

fn command() -> impl Strategy<Value = Command> {
    let anew = proptest::bool::weighted(0.2);
    prop_oneof![
        4 => Just(Command::Pause),
        2 => Just(Command::Resume),
        2 => Just(Command::Cut),
        3 => (anew, any::<Index>()).prop_map(|(anew, server)| Command::Connect { anew, server }),
    ]
}

fn body() -> impl Strategy<Value = Body> {
    let word = select(vec!["tea", "milk", "*sugar*", "`@p0`", "e\u{301}"]);
    let length = prop_oneof![3 => Just(0), 1 => Just(4_000), 3 => Just(16_000)];
    (word, proptest::option::weighted(0.3, 0..PEOPLE), length).prop_map(
        |(word, mention, length)| Body {
            word,
            mention,
            length,
        },
    )
}
