//! What is said, when, where and by whom: decided before any of it happens, so that one seed always
//! gives one story.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::cast::{Cast, Place};
use super::grammar::Grammar;
use crate::model::{RoomKind, Timestamp};

/// How far back the story begins.
pub const DAYS: i64 = 28;

/// One place has about one in so many of a scene's messages, at most: they are sent one after the
/// other, and all places wait for the last one.
const BUSIEST: usize = 18;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// From which hour of a day (UTC) until which, and how much is said then.
const PARTS: [(u32, u32, u32); 6] = [
    (6, 8, 4),
    (8, 11, 18),
    (11, 13, 12),
    (13, 16, 18),
    (16, 18, 10),
    (18, 21, 14),
];

const EMOJI: [&str; 14] = [
    "👍", "👍", "👍", "❤️", "❤️", "😂", "😂", "🎉", "👀", "🙏", "✅", "🔥", "🤔", "🌱",
];

/// Part of a day.
pub struct Scene {
    pub from: Timestamp,
    pub to: Timestamp,
    /// What is said in which place, in that order. What is said in two places happens at once.
    pub talks: Vec<(usize, Vec<Line>)>,
}

/// A message, and what becomes of it.
pub struct Line {
    pub author: usize,
    pub body: String,
    /// How many messages before it the one is that it answers, if any.
    pub answers: Option<usize>,
    pub becomes: Option<Change>,
    pub is_pinned: bool,
    pub reactions: Vec<(usize, &'static str)>,
    /// Who says what in its thread.
    pub thread: Vec<(usize, String)>,
}

pub enum Change {
    Edited(String),
    Deleted,
}

impl Scene {
    pub fn messages(&self) -> usize {
        let lines = self.talks.iter().flat_map(|(_, lines)| lines);
        lines.map(|line| 1 + line.thread.len()).sum()
    }
}

/// Writes `messages` messages, spread over the weeks until `now`.
pub fn write(cast: &Cast, rng: &mut StdRng, now: Timestamp, messages: usize) -> Vec<Scene> {
    let writer = Writer {
        cast,
        grammar: Grammar::new(),
    };
    let parts = parts(now);
    let total: u64 = parts.iter().map(|(_, _, weight)| u64::from(*weight)).sum();
    let (mut passed, mut written) = (0, 0);
    let mut scenes = Vec::new();
    for (from, to, weight) in parts {
        passed += u64::from(weight);
        let due = (messages as u128 * u128::from(passed) / u128::from(total)) as usize;
        let talks = writer.talks(rng, due - written);
        written = due;
        scenes.push(Scene { from, to, talks });
    }
    scenes
}

/// The parts of days that are over, each with how much is said in it.
fn parts(now: Timestamp) -> Vec<(Timestamp, Timestamp, u32)> {
    let today = now.as_seconds().div_euclid(86_400);
    let days = today - DAYS..=today;
    let all = days.flat_map(|day| {
        // The epoch began on a Thursday.
        let is_weekend = matches!((day + 4).rem_euclid(7), 0 | 6);
        let midnight = Timestamp::from_millis(day * 86_400_000);
        PARTS.map(|(from, to, weight)| {
            let weight = if is_weekend { weight / 3 } else { weight };
            (midnight + HOUR * from, midnight + HOUR * to, weight)
        })
    });
    all.filter(|(_, to, _)| *to < now).collect()
}

struct Writer<'a> {
    cast: &'a Cast,
    grammar: Grammar,
}

impl Writer<'_> {
    /// So many messages: conversations, each in one place.
    fn talks(&self, rng: &mut StdRng, messages: usize) -> Vec<(usize, Vec<Line>)> {
        let places = &self.cast.places;
        let mut talks: Vec<(usize, Vec<Line>)> =
            (0..places.len()).map(|at| (at, Vec::new())).collect();
        let everywhere: Vec<usize> = (0..places.len()).collect();
        let mut left = messages;
        while left > 0 {
            let weight = |at: &usize| places[*at].weight;
            let Ok(at) = everywhere.choose_weighted(rng, weight) else {
                break;
            };
            if talks[*at].1.len() > messages / BUSIEST {
                continue;
            }
            let length = rng.random_range(1..=6).min(left);
            left -= self.conversation(rng, &places[*at], length, left, &mut talks[*at].1);
        }
        talks.retain(|(_, lines)| !lines.is_empty());
        talks
    }

    /// Adds about `length` messages, at most `most` with their threads; how many.
    fn conversation(
        &self,
        rng: &mut StdRng,
        place: &Place,
        length: usize,
        most: usize,
        lines: &mut Vec<Line>,
    ) -> usize {
        let mut speakers: Vec<usize> = Vec::new();
        let mut written = 0;
        for _ in 0..length {
            if written == most {
                break;
            }
            let author = next_speaker(rng, place, &speakers);
            speakers.push(author);
            let mut line = self.line(rng, place, author);
            // Among what has just been said, not yesterday.
            if !lines.is_empty() && rng.random_ratio(1, 16) {
                line.answers = Some(rng.random_range(1..=lines.len().min(4)));
            }
            if place.kind != RoomKind::Direct && rng.random_ratio(1, 60) {
                let most = most - written - 1;
                line.thread = self.thread(rng, place, author, most);
                line.body = match place.is_for_announcements() {
                    true => line.body,
                    false => self.grammar.text(rng, place.theme, "question"),
                };
            }
            written += 1 + line.thread.len();
            lines.push(line);
        }
        written
    }

    fn line(&self, rng: &mut StdRng, place: &Place, author: usize) -> Line {
        let symbol = match place.kind {
            RoomKind::Direct => "chat",
            _ if place.is_for_announcements() => "news",
            _ => "message",
        };
        let text = self.grammar.text(rng, place.theme, symbol);
        let mut line = Line {
            author,
            body: self.addressed(rng, place, author, text),
            answers: None,
            becomes: None,
            is_pinned: false,
            reactions: reactions(rng, place),
            thread: Vec::new(),
        };
        match rng.random_range(0..1_000) {
            0..10 if !line.body.contains('\n') => {
                let fix = self.grammar.text(rng, place.theme, "fix");
                line.becomes = Some(Change::Edited(format!("{}{fix}", line.body)));
            }
            10..12 => line.becomes = Some(Change::Deleted),
            12..15 => line.is_pinned = place.members[0] == author,
            _ => {}
        }
        line
    }

    /// The text, perhaps spoken to somebody.
    fn addressed(&self, rng: &mut StdRng, place: &Place, author: usize, text: String) -> String {
        if place.kind == RoomKind::Direct || !rng.random_ratio(1, 20) {
            return text;
        }
        if author == place.members[0] && rng.random_ratio(1, 10) {
            return format!("@room {text}");
        }
        match Cast::choose(rng, &place.members) {
            other if other != author => format!("@{} {text}", self.cast.people[other].username),
            _ => text,
        }
    }

    fn thread(
        &self,
        rng: &mut StdRng,
        place: &Place,
        asker: usize,
        most: usize,
    ) -> Vec<(usize, String)> {
        let length = rng.random_range(1..=8).min(most);
        let mut speakers = vec![asker];
        let replies = (0..length).map(|_| {
            let author = next_speaker_among(rng, &place.members, &speakers);
            speakers.push(author);
            let text = self.grammar.text(rng, place.theme, "answer");
            (author, self.addressed(rng, place, author, text))
        });
        replies.collect()
    }
}

fn next_speaker(rng: &mut StdRng, place: &Place, speakers: &[usize]) -> usize {
    match place.is_for_announcements() {
        true => place.members[0],
        false => next_speaker_among(rng, &place.members, speakers),
    }
}

/// People answer each other, and now and then somebody joins in.
fn next_speaker_among(rng: &mut StdRng, members: &[usize], speakers: &[usize]) -> usize {
    let recent = &speakers[speakers.len().saturating_sub(3)..];
    match recent.choose(rng) {
        Some(speaker) if rng.random_ratio(1, 2) => *speaker,
        _ => Cast::choose(rng, members),
    }
}

/// Most messages get none, some get one or two, and a few get many.
fn reactions(rng: &mut StdRng, place: &Place) -> Vec<(usize, &'static str)> {
    let many = place.members.len();
    let count = match rng.random_range(0..1_000) {
        0 => rng.random_range(6..=20),
        1..6 => rng.random_range(3..=6),
        6..26 => rng.random_range(1..=2),
        _ => 0,
    };
    let favourites: [&str; 3] = std::array::from_fn(|_| EMOJI[rng.random_range(0..EMOJI.len())]);
    let mut given: Vec<(usize, &'static str)> = Vec::new();
    for _ in 0..count.min(many) {
        let person = place.members[rng.random_range(0..many)];
        let emoji = favourites[rng.random_range(0..favourites.len())];
        if !given.contains(&(person, emoji)) {
            given.push((person, emoji));
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn as_many_messages_as_asked_for_all_in_the_past() {
        let now = Timestamp::from_millis(1_760_000_000_000);
        for messages in [0, 1, 1_234] {
            let mut rng = StdRng::seed_from_u64(3);
            let cast = Cast::new(&mut rng);
            let scenes = write(&cast, &mut rng, now, messages);
            assert_eq!(scenes.iter().map(Scene::messages).sum::<usize>(), messages);
            assert!(
                scenes
                    .iter()
                    .all(|scene| scene.from < scene.to && scene.to < now)
            );
        }
    }
}
