//! A model of the server: what it keeps, and the rules of who may do what, as far as a client meets them.

mod answers;
mod deeds;
mod keeping;
mod log;
mod render;
mod rooms;

pub(super) use answers::{Request, top_level};
pub(super) use deeds::NewMessage;
pub(super) use log::Tail;

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Why something was not done: the code and, for a rate limit, in how many seconds it may be.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) &'static str, pub(super) Option<u64>);

pub(super) type Outcome<T> = Result<T, Refusal>;

pub(super) struct Server {
    pub(super) people: Vec<Person>,
    pub(super) rooms: Vec<Room>,
    pub(super) messages: Vec<Message>,
    pub(super) threads: BTreeMap<usize, Thread>,
    pub(super) log: Vec<Event>,
    /// How many events at the log's beginning are gone.
    pub(super) trimmed: usize,
    pub(super) now: Duration,
    /// How far people have just read: room, person, `seq`.
    pub(super) receipts: Vec<(usize, usize, u64)>,
    pub(super) sizes: Sizes,
    /// Who may not come into which room.
    pub(super) bans: BTreeSet<(usize, usize)>,
    /// Until when people may not write, whether or not they are in the room.
    pub(super) mutes: BTreeMap<(usize, usize), Duration>,
    /// Who is writing in which room.
    pub(super) typing: BTreeSet<(usize, usize)>,
    /// Where that has changed.
    pub(super) typing_changed: BTreeSet<usize>,
    /// When sessions last changed messages and drafts, as they said.
    latest_changes: BTreeMap<(Session, Subject), Timestamp>,
}

/// A device, and how often it was signed in before.
pub(super) type Session = (usize, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Message(usize),
    Draft(usize),
}

/// Which session made a change, and when, as it says.
pub(super) type Made = (Session, Timestamp);

/// How much is answered at once, at most.
pub(super) struct Sizes {
    pub(super) rooms: usize,
    pub(super) messages: usize,
}

pub(super) struct Person {
    pub(super) name: String,
}

pub(super) struct Room {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) topic: Option<String>,
    pub(super) archived_at: Option<Duration>,
    pub(super) slow_mode_seconds: u64,
    /// Whether notices tell who came and who went.
    pub(super) announces_members: bool,
    pub(super) last_seq: u64,
    pub(super) last_active: Duration,
    pub(super) members: BTreeMap<usize, Member>,
}

pub(super) struct Member {
    pub(super) is_owner: bool,
    pub(super) joined_at: Duration,
    /// The position of the event that told of it.
    pub(super) joined: usize,
    pub(super) read: u64,
    pub(super) draft: Option<(String, Option<usize>)>,
    pub(super) last_sent: Option<Duration>,
}

pub(super) struct Message {
    pub(super) room: usize,
    pub(super) root: Option<usize>,
    pub(super) author: usize,
    pub(super) seq: u64,
    pub(super) key: Option<String>,
    /// What was sent, and what it answers.
    pub(super) first: (String, Option<usize>),
    pub(super) body: String,
    pub(super) sent_at: Duration,
    pub(super) edited_at: Option<Duration>,
    pub(super) deleted_at: Option<Duration>,
    pub(super) reactions: Vec<(String, Vec<usize>)>,
    pub(super) mentions: BTreeSet<usize>,
    pub(super) pinned_at: Option<Duration>,
    /// The message whose words these are.
    pub(super) forwarded_from: Option<usize>,
    /// What is told by it, and of whom.
    pub(super) notice: Option<(&'static str, Option<usize>)>,
}

#[derive(Default)]
pub(super) struct Thread {
    pub(super) last_seq: u64,
    pub(super) last_reply_at: Duration,
    /// Who has to do with it: whether they follow it, and how far they have read.
    pub(super) members: BTreeMap<usize, (bool, u64)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Sent(usize),
    Edited(usize),
    Deleted(usize),
    Reacted(usize),
    Room(usize),
    Joined(usize, usize),
    Changed(usize, usize),
    Left(usize, usize),
    Thread {
        room: usize,
        user: usize,
        root: usize,
    },
    Draft {
        room: usize,
        user: usize,
    },
}

pub(super) fn at(time: Duration) -> Timestamp {
    let begun = Timestamp::from_second(1_800_000_000).expect("an instant");
    begun.checked_add(time).expect("an instant")
}

/// `usr_3` is the fourth person.
pub(super) fn index(id: &str) -> usize {
    let (_, number) = id.rsplit_once('_').expect("an id");
    number.parse().expect("an id")
}

/// Markdown that shows these words as they are.
fn plain(text: &str) -> String {
    let mut source = String::new();
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            source.push('\\');
        }
        source.push(character);
    }
    source
}

impl Server {
    pub(super) fn new(people: &[&str], sizes: Sizes) -> Self {
        let people = people.iter().map(|name| Person {
            name: (*name).to_owned(),
        });
        Self {
            people: people.collect(),
            rooms: Vec::new(),
            messages: Vec::new(),
            threads: BTreeMap::new(),
            log: Vec::new(),
            trimmed: 0,
            now: Duration::ZERO,
            receipts: Vec::new(),
            sizes,
            bans: BTreeSet::new(),
            mutes: BTreeMap::new(),
            typing: BTreeSet::new(),
            typing_changed: BTreeSet::new(),
            latest_changes: BTreeMap::new(),
        }
    }

    pub(super) fn head(&self) -> usize {
        self.log.len()
    }

    pub(super) fn open_room(&mut self, kind: &'static str, members: &[usize]) -> usize {
        let room = self.rooms.len();
        self.rooms.push(Room {
            kind,
            name: format!("room {room}"),
            topic: None,
            archived_at: None,
            slow_mode_seconds: 0,
            announces_members: false,
            last_seq: 0,
            last_active: self.now,
            members: BTreeMap::new(),
        });
        for user in members {
            self.admit(room, *user);
        }
        room
    }

    /// Nothing happens to those who are there already.
    pub(super) fn join(&mut self, room: usize, user: usize) -> Outcome<()> {
        if self.rooms[room].members.contains_key(&user) {
            return Ok(());
        }
        self.check_may_come(room, user)?;
        self.admit(room, user);
        self.tell_of_member(room, user, ("JOINED", None));
        Ok(())
    }

    fn check_may_come(&self, room: usize, user: usize) -> Outcome<()> {
        if self.rooms[room].archived_at.is_some() {
            return Err(Refusal("FORBIDDEN", None));
        }
        match self.bans.contains(&(room, user)) {
            true => Err(Refusal("BANNED", None)),
            false => Ok(()),
        }
    }

    fn admit(&mut self, room: usize, user: usize) {
        self.log.push(Event::Joined(room, user));
        let joined = self.log.len();
        let room = &mut self.rooms[room];
        let member = Member {
            is_owner: room.members.is_empty() && room.kind != "DIRECT",
            joined_at: self.now,
            joined,
            read: room.last_seq,
            draft: None,
            last_sent: None,
        };
        room.members.insert(user, member);
    }

    /// An owner cannot leave others behind.
    pub(super) fn leave(&mut self, room: usize, user: usize) -> Outcome<()> {
        let found = &self.rooms[room];
        let Some(member) = found.members.get(&user) else {
            return match found.kind {
                "CHANNEL" => Ok(()),
                _ => Err(Refusal("NOT_FOUND", None)),
            };
        };
        if found.kind == "DIRECT" || (member.is_owner && found.members.len() > 1) {
            return Err(Refusal("FORBIDDEN", None));
        }
        self.dismiss(room, user);
        self.tell_of_member(room, user, ("LEFT", None));
        Ok(())
    }

    fn dismiss(&mut self, room: usize, user: usize) {
        self.rooms[room].members.remove(&user);
        for root in self.roots_in(room) {
            let thread = self.threads.get_mut(&root).expect("a thread");
            thread.members.remove(&user);
        }
        self.set_typing(room, user, false);
        self.log.push(Event::Left(room, user));
    }

    fn roots_in(&self, room: usize) -> Vec<usize> {
        let roots = self.threads.keys().copied();
        roots
            .filter(|root| self.messages[*root].room == room)
            .collect()
    }

    pub(super) fn rename_room(&mut self, room: usize, user: usize, name: String) {
        if self.rooms[room].kind == "DIRECT" || self.rooms[room].archived_at.is_some() {
            return;
        }
        let body = format!("renamed the room to “{}”", plain(&name));
        self.rooms[room].name = name;
        self.log.push(Event::Room(room));
        self.notify(room, user, ("RENAMED", None), body, None);
    }

    pub(super) fn archive(&mut self, room: usize, archived: bool) {
        if self.rooms[room].archived_at.is_some() != archived {
            self.rooms[room].archived_at = archived.then_some(self.now);
            self.log.push(Event::Room(room));
        }
    }

    pub(super) fn slow_down(&mut self, room: usize, seconds: u64) {
        self.rooms[room].slow_mode_seconds = seconds;
        self.log.push(Event::Room(room));
    }

    /// Everyone hears it in each room; somebody who shares none with them would not.
    pub(super) fn rename_person(&mut self, user: usize, name: String) {
        if self
            .rooms
            .iter()
            .any(|room| room.kind != "DIRECT" && !room.members.contains_key(&user))
        {
            return;
        }
        self.people[user].name = name;
        for room in 0..self.rooms.len() {
            if self.rooms[room].members.contains_key(&user) {
                self.log.push(Event::Changed(room, user));
            }
        }
    }

    /// In a message of whoever did it.
    fn notify(
        &mut self,
        room: usize,
        by: usize,
        notice: (&'static str, Option<usize>),
        body: String,
        about: Option<usize>,
    ) -> usize {
        let mut message = self.new_message(room, by, body);
        message.notice = Some(notice);
        message.first.1 = about;
        self.insert(message)
    }

    /// That somebody came or went, where the room wants to hear of it.
    fn tell_of_member(&mut self, room: usize, by: usize, notice: (&'static str, Option<usize>)) {
        if !self.rooms[room].announces_members {
            return;
        }
        let whom = notice.1.map(|user| format!(" @usr{user}"));
        let body = notice.0.to_lowercase() + &whom.unwrap_or_default();
        self.notify(room, by, notice, body, None);
    }

    /// The oldest events are gone.
    pub(super) fn trim(&mut self, kept: usize) {
        self.trimmed = self.trimmed.max(self.log.len().saturating_sub(kept));
    }

    pub(super) fn timeline_of(&self, message: usize) -> (usize, Option<usize>) {
        (self.messages[message].room, self.messages[message].root)
    }

    /// The messages of a timeline by `seq`, from 1 on.
    pub(super) fn timeline(&self, room: usize, root: Option<usize>) -> Vec<usize> {
        (0..self.messages.len())
            .filter(|id| self.timeline_of(*id) == (room, root))
            .collect()
    }

    pub(super) fn unread(&self, room: usize, user: usize) -> (u64, u64) {
        let Some(member) = self.rooms[room].members.get(&user) else {
            return (0, 0);
        };
        self.unread_after(self.timeline(room, None), user, member.read)
    }

    pub(super) fn unread_in_thread(&self, root: usize, user: usize) -> (u64, u64) {
        let thread = self.threads.get(&root);
        match thread.and_then(|thread| thread.members.get(&user)) {
            Some((true, read)) => {
                let replies = self.timeline(self.messages[root].room, Some(root));
                self.unread_after(replies, user, *read)
            }
            _ => (0, 0),
        }
    }

    fn unread_after(&self, timeline: Vec<usize>, user: usize, read: u64) -> (u64, u64) {
        let messages = timeline.into_iter().map(|id| &self.messages[id]);
        let unread = messages.filter(|message| {
            let says_nothing = message.deleted_at.is_some() || message.notice.is_some();
            message.seq > read && message.author != user && !says_nothing
        });
        unread.fold((0, 0), |(messages, mentions), message| {
            let is_mention = u64::from(message.mentions.contains(&user));
            (messages + 1, mentions + is_mention)
        })
    }
}
