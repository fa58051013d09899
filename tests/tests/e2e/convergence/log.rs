//! What happened, as one who is in every room has heard it, and whether others heard what they
//! should.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What one subscription heard.
pub struct Heard {
    /// Where it began.
    pub after: String,
    pub batches: Vec<Batch>,
    /// How often it was live, and then had to read the log again without a new connection.
    pub returns: usize,
}

pub struct Batch {
    pub events: Vec<Event>,
    pub cursor: String,
    pub live: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub cursor: String,
    pub kind: String,
    pub room: String,
    /// The id of the message or the person, or of the room itself.
    pub about: String,
    pub seq: Option<i64>,
    /// The id of the room, or of what the thread hangs on.
    pub timeline: String,
}

/// All that happened before everyone, in order; places in it count from 1.
pub struct Log {
    events: Vec<Event>,
}

impl Batch {
    pub fn read(batch: &Value) -> Self {
        assert_eq!(batch["reset"], false);
        let events = batch["events"].as_array().expect("events");
        Self {
            events: events.iter().map(Event::read).collect(),
            cursor: text(&batch["cursor"]),
            live: batch["live"].as_bool().expect("a flag"),
        }
    }

    /// Whether the server read it from the log: what is live comes one by one.
    pub fn was_read(&self) -> bool {
        !self.live || self.events.len() != 1
    }
}

impl Event {
    fn read(event: &Value) -> Self {
        let message = &event["message"];
        let person = [&event["member"]["user"]["id"], &event["user"]["id"]];
        let about = [&message["id"], person[0], person[1], &event["room"]["id"]];
        let about = about.into_iter().find(|id| id.is_string());
        Self {
            cursor: text(&event["cursor"]),
            kind: text(&event["__typename"]),
            room: text(&event["room"]["id"]),
            about: text(about.expect("what it is about")),
            seq: message["seq"].as_i64(),
            timeline: text(match &message["threadRoot"]["id"] {
                Value::Null => &event["room"]["id"],
                root => root,
            }),
        }
    }

    fn position(&self) -> i64 {
        position(&self.cursor)
    }

    /// Whether nobody else hears of it.
    fn is_private(&self) -> bool {
        let private = ["ThreadChanged", "DraftChanged", "ScheduledMessagesChanged"];
        private.contains(&self.kind.as_str())
    }

    fn is(&self, kind: &str, person: &str) -> bool {
        self.kind == kind && self.about == person
    }
}

impl Heard {
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.batches.iter().flat_map(|batch| &batch.events)
    }
}

impl Log {
    /// Takes it from somebody who was in every room from its first event on.
    pub fn of(witness: &Heard) -> Self {
        let events: Vec<Event> = witness.events().cloned().collect();
        let is_in_order = events.is_sorted_by(|one, next| one.position() < next.position());
        assert!(is_in_order, "an event came twice, or out of order");
        let log = Self { events };
        log.check_numbers();
        log
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Messages are numbered without a gap, in the order of the log.
    fn check_numbers(&self) {
        let mut last: HashMap<&str, i64> = HashMap::new();
        for event in self.events.iter().filter(|one| one.kind == "MessageSent") {
            let last = last.entry(&event.timeline).or_default();
            *last += 1;
            assert_eq!(event.seq, Some(*last), "{event:?}");
        }
    }

    /// Somebody heard each event at most once, in order, and nothing of rooms that they were not
    /// in at the time; all of the rooms that they are in, and of others nothing is left out but
    /// an end.
    pub fn check(&self, person: &str, heard: &Heard) {
        let after = position(&heard.after);
        let mut until = after;
        let mut by_room: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for batch in &heard.batches {
            for event in &batch.events {
                assert!(
                    event.position() > until,
                    "again, or out of order: {event:?}"
                );
                until = event.position();
                if event.is_private() {
                    continue;
                }
                let place = self.place(until);
                let known = place.checked_sub(1).map(|at| &self.events[at]);
                assert_eq!(Some(event), known);
                by_room.entry(&event.room).or_default().push(place);
            }
            let cursor = position(&batch.cursor);
            assert!(cursor >= until, "a cursor before what came already");
            until = cursor;
        }
        let (after, until) = (self.place(after), self.place(until));
        for (room, stays) in self.stays(person) {
            let mut heard = by_room.remove(room).unwrap_or_default();
            for stay in stays {
                let within = heard.iter().filter(|place| stay.includes(**place));
                let within: Vec<usize> = within.copied().collect();
                heard.retain(|place| !stay.includes(*place));
                self.check_stay(room, &stay, &within, after, until);
            }
            let outside: Vec<&Event> = heard.iter().map(|place| &self.events[place - 1]).collect();
            assert!(outside.is_empty(), "heard without being there: {outside:?}");
        }
        assert!(by_room.is_empty(), "heard without being there: {by_room:?}");
    }

    fn check_stay(&self, room: &str, stay: &Stay, heard: &[usize], after: usize, until: usize) {
        let all = (stay.from.max(after + 1))..=stay.to.unwrap_or(until).min(until);
        let all: Vec<usize> = all
            .filter(|place| self.events[place - 1].room == room)
            .collect();
        let told = stay.to.filter(|to| (after + 1..=until).contains(to));
        let show = |places: &[usize]| -> Vec<String> {
            let show = |place: &usize| format!("{place} {:?}", self.events[place - 1]);
            places.iter().map(show).collect()
        };
        let is_right = match (stay.to, told) {
            // They are still there.
            (None, _) => heard == all,
            (Some(_), None) => all.starts_with(heard),
            // Whoever was away while they left hears only that they have.
            (Some(_), Some(left)) => match heard.split_last() {
                Some((last, before)) => *last == left && all.starts_with(before),
                None => false,
            },
        };
        assert!(is_right, "heard {:#?}\nof {:#?}", show(heard), show(&all));
    }

    /// From when to when somebody was in each of their rooms.
    fn stays(&self, person: &str) -> BTreeMap<&str, Vec<Stay>> {
        let mut stays: BTreeMap<&str, Vec<Stay>> = BTreeMap::new();
        for (place, event) in (1..).zip(&self.events) {
            let in_room = stays.entry(&event.room).or_default();
            if event.is("MemberJoined", person) {
                in_room.push(Stay {
                    from: place,
                    to: None,
                });
            } else if event.is("MemberLeft", person) {
                in_room.last_mut().expect("a stay").to = Some(place);
            }
        }
        stays
    }

    /// How many of the events had happened by then.
    fn place(&self, position: i64) -> usize {
        self.events
            .partition_point(|event| event.position() <= position)
    }
}

/// Both ends are events of the stay. It may last.
struct Stay {
    from: usize,
    to: Option<usize>,
}

impl Stay {
    fn includes(&self, place: usize) -> bool {
        self.from <= place && self.to.is_none_or(|to| place <= to)
    }
}

pub fn text(value: &Value) -> String {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}

/// The place in the server's log that a cursor names. What a person hears alone is in there, too.
fn position(cursor: &str) -> i64 {
    let name = URL_SAFE_NO_PAD.decode(cursor).ok();
    let name = name.and_then(|name| String::from_utf8(name).ok());
    let number = name.as_deref().and_then(|name| name.strip_prefix("log:"));
    let position = number.and_then(|number| number.parse().ok());
    position.unwrap_or_else(|| panic!("not a cursor: {cursor}"))
}
