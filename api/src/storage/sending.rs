//! Many messages in one transaction: which of them come in, and with which number. Reads and writes
//! nothing; each database does that in its own way.

use std::collections::{HashMap, HashSet};

use crate::model::{
    Event, EventKind, Member, Message, MessageId, NewEvent, NewMessage, Room, RoomId, Timestamp,
    UserId,
};

/// Whether somebody may send this to a room, and how it counts; the error is the refusal.
pub type SendRule<R> = fn(&Room, Option<&Member>, &NewMessage) -> std::result::Result<Terms, R>;

/// How a message counts that may be sent.
pub struct Terms {
    /// As one for everyone in the room.
    pub mentions_room: bool,
}

/// What became of a message that was to be sent.
#[derive(Debug)]
pub enum Sent<R> {
    /// It is stored, and this is its event.
    New(Message, Event),
    /// Its author had sent this under the same key, and with this fingerprint.
    Before(Message, Vec<u8>),
    NoRoom,
    Refused(R),
}

/// A message with its fingerprint.
pub(super) type Fingerprinted = (Message, Vec<u8>);

/// What authors sent under their keys.
pub(super) type ByKey = HashMap<(UserId, String), Fingerprinted>;

/// What the database says to a batch.
#[derive(Default)]
pub(super) struct Known {
    /// Held until the transaction ends: until then nobody else numbers messages there, and nobody
    /// joins or leaves.
    pub(super) rooms: HashMap<RoomId, Room>,
    pub(super) members: HashMap<(RoomId, UserId), Member>,
    /// The numbers of the newest replies, of the threads that are there.
    pub(super) threads: HashMap<MessageId, i64>,
    /// `None` when nobody has looked.
    pub(super) sent_before: Option<ByKey>,
}

/// A thread that got replies.
pub(super) struct Replied {
    pub(super) room: RoomId,
    pub(super) last_seq: i64,
    pub(super) last_reply_at: Timestamp,
}

/// What there is to write for a batch.
pub(super) struct Plan<R> {
    /// What is new.
    pub(super) messages: Vec<Fingerprinted>,
    /// The rooms that got messages, as they are with them.
    pub(super) rooms: Vec<Room>,
    /// The threads that got replies, as they are with them.
    pub(super) threads: HashMap<MessageId, Replied>,
    /// Who sent where slow mode asks when they did, the latest last.
    pub(super) slowed: Vec<(RoomId, UserId, Timestamp)>,
    /// The usernames in what is new.
    pub(super) mentioned: Vec<(MessageId, String)>,
    /// Of the whole batch, in its order.
    fates: Vec<Fate<R>>,
}

enum Fate<R> {
    /// The next of [`Plan::messages`].
    New,
    /// Has the author and key of the one in this place of [`Plan::messages`].
    Again(usize),
    Before(Box<Fingerprinted>),
    NoRoom,
    Refused(R),
}

/// Why a transaction was undone.
pub(super) enum Stop {
    /// Some of it was sent before: which must be looked up first.
    LookUp,
    Failed(diesel::result::Error),
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error)
    }
}

impl Stop {
    /// Of a transaction that had looked up, where it only happens to those who race.
    pub(super) fn into_error(self) -> diesel::result::Error {
        match self {
            Self::LookUp => diesel::result::Error::RollbackTransaction,
            Self::Failed(error) => error,
        }
    }
}

impl<R> Plan<R> {
    /// `None` when what was sent before must be looked up first: whoever may not send any more is
    /// still to hear what became of what they sent.
    pub(super) fn make(new: &[NewMessage], mut known: Known, rule: SendRule<R>) -> Option<Self> {
        let mut plan = Self {
            messages: Vec::with_capacity(new.len()),
            rooms: Vec::new(),
            threads: HashMap::new(),
            slowed: Vec::new(),
            mentioned: Vec::new(),
            fates: Vec::with_capacity(new.len()),
        };
        let mut places = HashMap::new();
        for message in new {
            let key = message.key();
            let fate = match key.as_ref().and_then(|key| places.get(key)) {
                Some(place) => Fate::Again(*place),
                None => plan.decide(message, key.as_ref(), &mut known, rule),
            };
            match (&fate, key) {
                (Fate::New, Some(key)) => {
                    places.insert(key, plan.messages.len() - 1);
                }
                (Fate::NoRoom | Fate::Refused(_), Some(_)) if known.sent_before.is_none() => {
                    return None;
                }
                _ => {}
            }
            plan.fates.push(fate);
        }
        let on_main_lines = plan.messages.iter().map(|(new, _)| new);
        let on_main_lines = on_main_lines.filter(|new| new.thread_root.is_none());
        let numbered: HashSet<RoomId> = on_main_lines.map(|new| new.room_id).collect();
        let rooms = known.rooms.into_values();
        plan.rooms = rooms.filter(|room| numbered.contains(&room.id)).collect();
        Some(plan)
    }

    fn decide(
        &mut self,
        message: &NewMessage,
        key: Option<&(UserId, String)>,
        known: &mut Known,
        rule: SendRule<R>,
    ) -> Fate<R> {
        let sent_before = known.sent_before.as_ref().zip(key);
        if let Some(before) = sent_before.and_then(|(sent, key)| sent.get(key)) {
            return Fate::Before(Box::new(before.clone()));
        }
        let Some(room) = known.rooms.get_mut(&message.room_id) else {
            return Fate::NoRoom;
        };
        let mut member = known.members.get_mut(&(room.id, message.author_id));
        let terms = match rule(room, member.as_deref(), message) {
            Ok(terms) => terms,
            Err(refusal) => return Fate::Refused(refusal),
        };
        if room.slow_mode_seconds > 0
            && let Some(member) = &mut member
        {
            member.last_sent_at = Some(message.sent_at);
            self.slowed.push((room.id, member.user_id, message.sent_at));
        }
        let seq = match message.thread_root {
            Some(root) => self.reply(root, message, &known.threads),
            None => {
                room.last_seq += 1;
                room.last_active_at = room.last_active_at.max(message.sent_at);
                room.last_seq
            }
        };
        self.add(message, seq, &terms);
        Fate::New
    }

    fn reply(
        &mut self,
        root: MessageId,
        new: &NewMessage,
        threads: &HashMap<MessageId, i64>,
    ) -> i64 {
        let thread = self.threads.entry(root).or_insert_with(|| Replied {
            room: new.room_id,
            last_seq: threads.get(&root).copied().unwrap_or(0),
            last_reply_at: new.sent_at,
        });
        thread.last_seq += 1;
        thread.last_reply_at = thread.last_reply_at.max(new.sent_at);
        thread.last_seq
    }

    fn add(&mut self, new: &NewMessage, seq: i64, terms: &Terms) {
        let message = new.numbered(seq, terms.mentions_room);
        let names = new.mentioned.iter();
        self.mentioned
            .extend(names.map(|name| (message.id, name.clone())));
        self.messages.push((message, new.fingerprint.clone()));
    }

    pub(super) fn events(&self) -> Vec<NewEvent> {
        let event = |(message, _): &Fingerprinted| NewEvent {
            at: message.sent_at,
            kind: EventKind::MessageSent {
                room: message.room_id,
                message: message.id,
            },
        };
        self.messages.iter().map(event).collect()
    }

    /// What became of each message of the batch, now that everything is written. `events` are
    /// those of [`Plan::events`] in their places.
    pub(super) fn fulfilled(self, events: Vec<Event>) -> Vec<Sent<R>> {
        let again: HashMap<usize, Fingerprinted> = self
            .fates
            .iter()
            .filter_map(|fate| match fate {
                Fate::Again(place) => Some((*place, self.messages[*place].clone())),
                _ => None,
            })
            .collect();
        let mut new = self.messages.into_iter().zip(events);
        let sent = self.fates.into_iter().filter_map(|fate| match fate {
            Fate::New => new
                .next()
                .map(|((message, _), event)| Sent::New(message, event)),
            Fate::Again(place) => {
                let (message, fingerprint) = again[&place].clone();
                Some(Sent::Before(message, fingerprint))
            }
            Fate::Before(before) => {
                let (message, fingerprint) = *before;
                Some(Sent::Before(message, fingerprint))
            }
            Fate::NoRoom => Some(Sent::NoRoom),
            Fate::Refused(refusal) => Some(Sent::Refused(refusal)),
        });
        sent.collect()
    }
}
