//! Who is in the demo, and where they talk.

use std::collections::BTreeSet;

use rand::Rng;
use rand::rngs::StdRng;

use crate::model::RoomKind;

/// How many pairs of people write to each other, besides in rooms.
const PAIRS: usize = 100;

/// Somebody in the demo; known by their place in [`Cast::people`].
pub struct Person {
    pub username: &'static str,
    pub display_name: &'static str,
    pub bio: Option<&'static str>,
    pub status: Option<(&'static str, Option<&'static str>)>,
}

/// A room of the demo; known by its place in [`Cast::places`].
pub struct Place {
    pub kind: RoomKind,
    /// A direct room has none.
    pub name: &'static str,
    pub topic: Option<&'static str>,
    /// What is talked about.
    pub theme: &'static str,
    /// How much is said there, compared with others.
    pub weight: u32,
    /// Who is in it; the first one keeps it.
    pub members: Vec<usize>,
}

impl Place {
    /// Whether only the one who keeps it writes on its main line.
    pub fn is_for_announcements(&self) -> bool {
        self.name == "announcements"
    }
}

pub struct Cast {
    pub people: Vec<Person>,
    pub places: Vec<Place>,
}

impl Cast {
    pub fn new(rng: &mut StdRng) -> Self {
        let people: Vec<Person> = include_str!("people.txt").lines().map(person).collect();
        let rooms = include_str!("rooms.txt").lines();
        let mut places: Vec<Place> = rooms.map(|line| place(line, rng, people.len())).collect();
        places.extend(pairs(rng, people.len()).into_iter().map(direct));
        Self { people, places }
    }

    /// One of these people: those who come first in the list say much more than the last.
    pub fn choose(rng: &mut StdRng, among: &[usize]) -> usize {
        let weight = |person: &usize| 1_000 / (u32::try_from(*person).unwrap_or(u32::MAX / 2) + 10);
        let mut left = rng.random_range(0..among.iter().map(weight).sum());
        let found = among.iter().find(|person| {
            let weight = weight(person);
            let is_it = left < weight;
            left = left.saturating_sub(weight);
            is_it
        });
        found.copied().unwrap_or_default()
    }
}

fn fields<const N: usize>(line: &'static str) -> [&'static str; N] {
    let mut fields = line.split('|').map(str::trim);
    std::array::from_fn(|_| fields.next().unwrap_or_default())
}

fn person(line: &'static str) -> Person {
    let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let [username, display_name, emoji, status, bio] = fields(line);
    Person {
        username,
        display_name,
        bio: given(bio),
        status: given(status).map(|status| (status, given(emoji))),
    }
}

/// A line says how many in a hundred are in the room; the first of all people is in every one.
fn place(line: &'static str, rng: &mut StdRng, people: usize) -> Place {
    let [kind, name, theme, weight, share, topic] = fields(line);
    let share: u32 = share.parse().unwrap_or(100);
    let is_in = |person: &usize| *person == 0 || rng.random_ratio(share, 100);
    let mut members: Vec<usize> = (0..people).filter(is_in).collect();
    let keeper = rng.random_range(0..members.len().min(6));
    members.swap(0, keeper);
    Place {
        kind: match kind {
            "group" => RoomKind::Group,
            _ => RoomKind::Channel,
        },
        name,
        topic: Some(topic),
        theme,
        weight: weight.parse().unwrap_or(1) * 100,
        members,
    }
}

fn direct([one, other]: [usize; 2]) -> Place {
    Place {
        kind: RoomKind::Direct,
        name: "",
        topic: None,
        theme: "people",
        weight: 30,
        members: vec![one, other],
    }
}

/// Everybody has somebody to write to, and the first people have many.
fn pairs(rng: &mut StdRng, people: usize) -> BTreeSet<[usize; 2]> {
    let everyone: Vec<usize> = (0..people).collect();
    let mut pairs = BTreeSet::new();
    let mut one = 0;
    while pairs.len() < PAIRS {
        let other = Cast::choose(rng, &everyone);
        if one != other {
            pairs.insert([one.min(other), one.max(other)]);
        }
        one = (one + 1) % people;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn fifty_people_have_twenty_rooms_and_a_hundred_direct_ones() {
        let cast = Cast::new(&mut StdRng::seed_from_u64(1));
        assert_eq!(cast.people.len(), 50);
        let rooms = cast.places.iter();
        let rooms = rooms.filter(|place| place.kind != RoomKind::Direct).count();
        assert_eq!((rooms, cast.places.len()), (20, 120));
        for person in 0..50 {
            let own = cast.places.iter();
            let own = own.filter(|place| place.members.contains(&person));
            let direct = own.filter(|place| place.kind == RoomKind::Direct).count();
            assert!(direct > 0, "{}", cast.people[person].username);
        }
    }
}
