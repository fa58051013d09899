//! The chat as one would write it down on paper: everything in lists, and counted anew each time.

use std::collections::{BTreeMap, BTreeSet};

use super::steps::Body;

/// What comes of an attempt, or the code with which it is refused.
pub type Verdict<T> = Result<T, &'static str>;

/// A message: the number of its room, and its place there.
pub type Place = (usize, usize);

pub struct Ideal {
    rooms: Vec<Room>,
    /// How often somebody has read on.
    readings: u64,
}

struct Room {
    is_channel: bool,
    messages: Vec<Message>,
    members: BTreeMap<usize, Member>,
}

struct Member {
    is_owner: bool,
    last_read_seq: i64,
    /// The number of their latest reading.
    read: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Known once the server has made it up.
    pub id: String,
    pub author: usize,
    pub key: Option<String>,
    pub body: String,
    pub mentions: BTreeSet<usize>,
    pub edited: bool,
    pub deleted: bool,
    /// The text under which it was sent.
    sent: String,
}

impl Ideal {
    /// Rooms of these people, each of which the first one owns.
    pub fn new(rooms: &[(bool, &[usize])]) -> Self {
        let room = |(is_channel, people): &(bool, &[usize])| {
            let member = |(place, person): (usize, &usize)| (*person, Member::new(place == 0, 0));
            Room {
                is_channel: *is_channel,
                messages: Vec::new(),
                members: people.iter().enumerate().map(member).collect(),
            }
        };
        Self {
            rooms: rooms.iter().map(room).collect(),
            readings: 0,
        }
    }

    pub fn join(&mut self, person: usize, room: usize) -> Verdict<()> {
        let room = &mut self.rooms[room];
        if room.members.contains_key(&person) {
            return Ok(());
        }
        if !room.is_channel {
            return Err("NOT_FOUND");
        }
        let member = Member::new(room.members.is_empty(), room.last_seq());
        room.members.insert(person, member);
        Ok(())
    }

    pub fn leave(&mut self, person: usize, room: usize) -> Verdict<()> {
        let room = &mut self.rooms[room];
        let Some(member) = room.members.get(&person) else {
            return if room.is_channel {
                Ok(())
            } else {
                Err("NOT_FOUND")
            };
        };
        if member.is_owner && room.members.len() > 1 {
            return Err("FORBIDDEN");
        }
        room.members.remove(&person);
        Ok(())
    }

    pub fn send(
        &mut self,
        person: usize,
        room: usize,
        body: &Body,
        key: Option<&str>,
    ) -> Verdict<Place> {
        check_text(&body.text)?;
        if let Some(place) = key.and_then(|key| self.find_sent(person, key)) {
            let same = place.0 == room && self.message(place).sent == body.text;
            return if same { Ok(place) } else { Err("CONFLICT") };
        }
        let at = &mut self.rooms[room];
        at.check_member(person)?;
        let mentions = at.mentioned(person, body, &BTreeSet::new());
        at.messages.push(Message {
            id: String::new(),
            author: person,
            key: key.map(str::to_owned),
            body: body.text.clone(),
            mentions,
            edited: false,
            deleted: false,
            sent: body.text.clone(),
        });
        Ok((room, at.messages.len() - 1))
    }

    pub fn edit(&mut self, person: usize, place: Place, body: &Body) -> Verdict<()> {
        check_text(&body.text)?;
        let message = self.own_message(person, place)?;
        if message.deleted {
            return Err("CONFLICT");
        }
        if message.body == body.text {
            return Ok(());
        }
        message.body = body.text.clone();
        message.edited = true;
        let before = std::mem::take(&mut message.mentions);
        let mentions = self.rooms[place.0].mentioned(person, body, &before);
        self.rooms[place.0].messages[place.1].mentions = mentions;
        Ok(())
    }

    pub fn delete(&mut self, person: usize, place: Place) -> Verdict<()> {
        let member = self.rooms[place.0].members.get(&person);
        let message = if member.is_some_and(|member| member.is_owner) {
            &mut self.rooms[place.0].messages[place.1]
        } else {
            self.own_message(person, place)?
        };
        message.body.clear();
        message.mentions.clear();
        message.deleted = true;
        Ok(())
    }

    pub fn mark_read(&mut self, person: usize, room: usize, seq: i64) -> Verdict<()> {
        let room = &mut self.rooms[room];
        room.check_member(person)?;
        let seq = seq.min(room.last_seq());
        if let Some(member) = room.members.get_mut(&person)
            && member.last_read_seq < seq
        {
            member.last_read_seq = seq;
            self.readings += 1;
            member.read = Some(self.readings);
        }
        Ok(())
    }

    /// All the messages of all rooms.
    pub fn places(&self) -> Vec<Place> {
        let rooms = self.rooms.iter().enumerate();
        let places =
            rooms.flat_map(|(room, one)| (0..one.messages.len()).map(move |at| (room, at)));
        places.collect()
    }

    pub fn message(&self, (room, at): Place) -> &Message {
        &self.rooms[room].messages[at]
    }

    /// The server has made up the id of a message.
    pub fn name(&mut self, (room, at): Place, id: &str) {
        self.rooms[room].messages[at].id = id.to_owned();
    }

    /// What somebody may read.
    pub fn history(&self, person: usize, room: usize) -> Verdict<&[Message]> {
        self.rooms[room].check_member(person)?;
        Ok(&self.rooms[room].messages)
    }

    /// How far somebody has read in a room that they are in.
    pub fn last_read_seq(&self, person: usize, room: usize) -> Option<i64> {
        let member = self.rooms[room].members.get(&person);
        member.map(|member| member.last_read_seq)
    }

    /// How many messages somebody has not read, and how many of those speak to them.
    pub fn unread(&self, person: usize, room: usize) -> (i64, i64) {
        let Some(marker) = self.last_read_seq(person, room) else {
            return (0, 0);
        };
        let after = (1..).zip(&self.rooms[room].messages);
        let after = after.filter(|(seq, _)| *seq > marker);
        let unread = after.filter(|(_, message)| message.author != person && !message.deleted);
        let unread: Vec<&Message> = unread.map(|(_, message)| message).collect();
        let to_them = unread
            .iter()
            .filter(|message| message.mentions.contains(&person));
        (unread.len() as i64, to_them.count() as i64)
    }

    /// Who has read how far, the latest first.
    pub fn receipts(&self, room: usize) -> Vec<(usize, i64)> {
        let members = self.rooms[room].members.iter();
        let read = |(person, member): (&usize, &Member)| {
            Some((member.read?, *person, member.last_read_seq))
        };
        let mut readers: Vec<_> = members.filter_map(read).collect();
        readers.sort_unstable();
        let latest = readers.into_iter().rev();
        latest.map(|(_, person, seq)| (person, seq)).collect()
    }

    fn find_sent(&self, person: usize, key: &str) -> Option<Place> {
        let mut places = self.places().into_iter();
        places.find(|place| {
            let message = self.message(*place);
            message.author == person && message.key.as_deref() == Some(key)
        })
    }

    fn own_message(&mut self, person: usize, (room, at): Place) -> Verdict<&mut Message> {
        let room = &mut self.rooms[room];
        if !room.members.contains_key(&person) {
            return Err("NOT_FOUND");
        }
        let message = &mut room.messages[at];
        if message.author == person {
            Ok(message)
        } else {
            Err("FORBIDDEN")
        }
    }
}

impl Room {
    fn last_seq(&self) -> i64 {
        self.messages.len() as i64
    }

    /// Whom a body speaks to, when it is written: others who are here, or were spoken to before.
    fn mentioned(&self, author: usize, body: &Body, before: &BTreeSet<usize>) -> BTreeSet<usize> {
        let named = body
            .named
            .iter()
            .copied()
            .filter(|person| *person != author);
        let known = |person: &usize| self.members.contains_key(person) || before.contains(person);
        named.filter(known).collect()
    }

    fn check_member(&self, person: usize) -> Verdict<()> {
        match (self.members.contains_key(&person), self.is_channel) {
            (true, _) => Ok(()),
            (false, true) => Err("FORBIDDEN"),
            (false, false) => Err("NOT_FOUND"),
        }
    }
}

impl Member {
    fn new(is_owner: bool, last_read_seq: i64) -> Self {
        Self {
            is_owner,
            last_read_seq,
            read: None,
        }
    }
}

fn check_text(text: &str) -> Verdict<()> {
    let blank = text.chars().all(|c| c.is_whitespace() || c == '\u{200b}');
    if blank { Err("INVALID") } else { Ok(()) }
}
