//! The lines of a timeline: days, the read marker, and which message goes on from the one before.

use super::items::{MessageTarget, TimelineContent, TimelineItem, TimelineMessage};
use crate::User;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What one person says within this time is one piece.
const PIECE: SignedDuration = SignedDuration::from_mins(5);

pub(super) struct Lines<'a> {
    time_zone: &'a TimeZone,
    /// The last `seq` that was read when the timeline was opened.
    read: u64,
    day: Option<Date>,
    before: Option<(User, Timestamp)>,
    items: Vec<TimelineItem>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(time_zone: &'a TimeZone, read: u64) -> Self {
        Self {
            time_zone,
            read,
            day: None,
            before: None,
            items: Vec::new(),
        }
    }

    pub(super) fn start(&mut self) {
        self.line("start".to_owned(), TimelineContent::Start);
    }

    pub(super) fn push(&mut self, seq: u64, (key, mut message): (String, TimelineMessage)) {
        let day = message.at.to_zoned(self.time_zone.clone()).date();
        if self.day != Some(day) {
            self.day = Some(day);
            self.line(self.key_of_day(day), TimelineContent::Day(day));
        }
        let is_first_unread = self.read > 0 && seq > self.read && !message.is_own;
        if is_first_unread && self.marks_here(seq) {
            self.line("read".to_owned(), TimelineContent::ReadMarker);
        }
        let by_the_same = self.before.take().is_some_and(|(author, at)| {
            author.id == message.author.id && message.at.duration_since(at) < PIECE
        });
        message.continues = by_the_same && message.notice.is_none();
        if message.notice.is_none() {
            self.before = Some((message.author.clone(), message.at));
        }
        self.line(key, TimelineContent::Message(Box::new(message)));
    }

    /// A day comes again where a clock was set back.
    fn key_of_day(&self, day: Date) -> String {
        let is_it = |item: &&TimelineItem| item.content == TimelineContent::Day(day);
        match self.items.iter().filter(is_it).count() {
            0 => format!("day {day}"),
            before => format!("day {day} {before}"),
        }
    }

    /// Once, and only when what was read is on the screen too, or just above.
    fn marks_here(&mut self, seq: u64) -> bool {
        let is_marked = self.items.iter().any(|item| item.key == "read");
        let is_near =
            self.items.iter().any(|item| item.message().is_some()) || seq == self.read + 1;
        !is_marked && is_near
    }

    fn line(&mut self, key: String, content: TimelineContent) {
        if !matches!(content, TimelineContent::Message(_)) {
            self.before = None;
        }
        self.items.push(TimelineItem { key, content });
    }

    pub(super) fn into_items(self) -> Vec<TimelineItem> {
        self.items
    }
}

/// The key of a line stays the same when what is being sent has been sent.
pub(super) fn key(target: &MessageTarget, own_key: Option<&str>) -> String {
    match (target, own_key) {
        (_, Some(key)) => key.to_owned(),
        (MessageTarget::Sent(id), None) => id.as_str().to_owned(),
        (MessageTarget::Unsent(key), None) => key.as_str().to_owned(),
    }
}
