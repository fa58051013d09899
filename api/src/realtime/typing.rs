//! Who is typing where. Nothing of it is kept, and it ends by itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::hub::Hub;
use super::update::{Reach, Signal};
use crate::model::{RoomId, Timestamp, UserId};

/// How long somebody counts as typing after they said so.
const LASTS: Duration = Duration::from_secs(6);

pub struct Typing {
    hub: Arc<Hub>,
    board: Mutex<Board>,
}

/// Until when each person types, by room.
#[derive(Default)]
struct Board(HashMap<RoomId, BTreeMap<UserId, Timestamp>>);

/// Who typed in a room, and who does now.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    room: RoomId,
    before: Vec<UserId>,
    after: Vec<UserId>,
}

impl Typing {
    pub fn new(hub: Arc<Hub>) -> Self {
        Self {
            hub,
            board: Mutex::default(),
        }
    }

    /// Somebody types, or has stopped.
    pub fn set(&self, room: RoomId, user: UserId, typing: bool, now: Timestamp) {
        let mut board = self.board();
        if !typing && !board.holds(room, user) {
            return;
        }
        // Told before anybody else can change it, so that the last word is how it is.
        let change = board.set(room, user, typing.then_some(now + LASTS));
        self.tell(change);
    }

    /// Who is typing in a room.
    pub fn users(&self, room: RoomId) -> Vec<UserId> {
        self.board().users(room)
    }

    /// Forgets those who have not said for a while that they type.
    pub fn expire(&self, now: Timestamp) {
        let mut board = self.board();
        let changes = board.expire(now);
        changes.into_iter().for_each(|change| self.tell(change));
    }

    /// Nobody is told of their own typing: each of those concerned hears of the others only.
    fn tell(&self, change: Change) {
        let Change {
            room,
            before,
            after,
        } = change;
        if before == after {
            return;
        }
        let concerned: Vec<UserId> = before.iter().chain(&after).copied().collect();
        let signal = |users| Signal::Typing { room, users };
        let others = Reach::Except(concerned.as_slice().into());
        self.hub.signal(signal(after.clone()), &[(room, others)]);
        let without = |all: &[UserId], user| -> Vec<UserId> {
            all.iter().copied().filter(|one| *one != user).collect()
        };
        let mut told = Vec::new();
        for user in concerned {
            let users = without(&after, user);
            if !told.contains(&user) && users != without(&before, user) {
                told.push(user);
                self.hub.signal(signal(users), &[(room, Reach::Only(user))]);
            }
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn users(&self, room: RoomId) -> Vec<UserId> {
        let typing = self.0.get(&room).into_iter().flatten();
        typing.map(|(user, _)| *user).collect()
    }

    fn holds(&self, room: RoomId, user: UserId) -> bool {
        let typing = self.0.get(&room);
        typing.is_some_and(|typing| typing.contains_key(&user))
    }

    fn set(&mut self, room: RoomId, user: UserId, until: Option<Timestamp>) -> Change {
        let before = self.users(room);
        let typing = self.0.entry(room).or_default();
        match until {
            Some(until) => typing.insert(user, until),
            None => typing.remove(&user),
        };
        if typing.is_empty() {
            self.0.remove(&room);
        }
        Change {
            room,
            before,
            after: self.users(room),
        }
    }

    fn expire(&mut self, now: Timestamp) -> Vec<Change> {
        let mut changes = Vec::new();
        for (room, typing) in &mut self.0 {
            let before: Vec<UserId> = typing.keys().copied().collect();
            typing.retain(|_, until| *until > now);
            if typing.len() < before.len() {
                changes.push(Change {
                    room: *room,
                    before,
                    after: typing.keys().copied().collect(),
                });
            }
        }
        self.0.retain(|_, typing| !typing.is_empty());
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdGenerator;

    #[test]
    fn typing_ends_when_told_and_by_itself() {
        let start = Timestamp::from_millis(1_000);
        let ids = IdGenerator::from_seed([1; 32]);
        let (room, alice, bob) = (ids.next(start), ids.next(start), ids.next(start));
        let mut board = Board::default();
        let until = |seconds| Some(start + Duration::from_secs(seconds));
        let change = board.set(room, alice, until(6));
        assert_eq!((change.before, change.after), (vec![], vec![alice]));
        let change = board.set(room, alice, until(8));
        assert_eq!(change.before, change.after);
        board.set(room, bob, until(6));
        assert_eq!(board.expire(start + Duration::from_secs(5)), []);
        let changes = board.expire(start + Duration::from_secs(6));
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].after, [alice]);
        assert_eq!(board.set(room, alice, None).after, []);
        assert!(board.0.is_empty());
    }
}
