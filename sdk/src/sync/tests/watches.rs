//! What somebody looks at, as it changes and as it is asked for.

use super::*;
use crate::model::{Presence, PresenceState, Receipt, UserPresence};
use crate::sync::{Shown, Sight, Subject, WatchId};

fn receipt(user_id: &str, seq: u64) -> Receipt {
    Receipt {
        user: user(user_id),
        last_read_seq: seq,
        read_at: time(i64::try_from(seq).expect("small")),
    }
}

fn presence(user_id: &str, state: PresenceState) -> UserPresence {
    UserPresence {
        user_id: user_id.into(),
        presence: Presence {
            state,
            last_seen_at: None,
        },
    }
}

impl Phone {
    fn look(&mut self) -> (WatchId, Shown<Vec<Receipt>>) {
        self.deed(|core, _| Ok(core.watch_readers(ROOM.into())))
    }

    fn sees(&mut self, id: WatchId, sight: Sight) {
        self.input(Input::Received(Update::Watched(id, sight)));
    }

    fn take_question(&mut self) -> Option<CallId> {
        let is_it = |call: &Call| matches!(call, Call::Readers(_) | Call::Presences(_));
        self.take_call(is_it).map(|(id, _)| id)
    }

    fn answer_readers(&mut self, readers: Vec<Receipt>) {
        let id = self.take_question().expect("asked");
        self.answer(id, Ok(Answer::Readers(readers)));
    }

    /// What the connection is told to carry, and not to carry any more.
    fn take_watches(&mut self) -> Vec<(bool, Subject)> {
        let effects = std::mem::take(&mut self.effects);
        let mut told = Vec::new();
        for effect in effects {
            match effect {
                Effect::Watch(_, subject) => told.push((true, subject)),
                Effect::Unwatch(_, subject) => told.push((false, subject)),
                other => self.effects.push(other),
            }
        }
        told
    }
}

fn shown(readers: &Shown<Vec<Receipt>>) -> Option<Vec<(String, u64)>> {
    let readers = readers.borrow().clone()?;
    let read = readers.into_iter();
    Some(
        read.map(|receipt| (receipt.user.id.to_string(), receipt.last_read_seq))
            .collect(),
    )
}

fn read(readers: &[(&str, u64)]) -> Option<Vec<(String, u64)>> {
    let readers = readers.iter();
    Some(
        readers
            .map(|(user, seq)| ((*user).to_owned(), *seq))
            .collect(),
    )
}

#[test]
fn what_is_heard_meanwhile_is_newer_than_the_answer() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let (id, readers) = phone.look();
    let subject = Subject::Readers(ROOM.into());
    assert_eq!(phone.take_watches(), [(true, subject)]);
    assert_eq!(shown(&readers), None);
    phone.sees(id, Sight::Reader(receipt("usr_2", 7)));
    phone.answer_readers(vec![receipt("usr_1", 5), receipt("usr_2", 3)]);
    assert_eq!(shown(&readers), read(&[("usr_2", 7), ("usr_1", 5)]));
    phone.sees(id, Sight::Reader(receipt("usr_1", 4)));
    phone.sees(id, Sight::Reader(receipt("usr_3", 6)));
    let now = read(&[("usr_2", 7), ("usr_3", 6), ("usr_1", 5)]);
    assert_eq!(shown(&readers), now);

    let (id, people) = phone.deed(|core, _| Ok(core.watch_presences(vec!["usr_1".into()])));
    phone.sees(id, Sight::Presence(presence("usr_1", PresenceState::Away)));
    let asked = phone.take_question().expect("asked");
    let old = vec![presence("usr_1", PresenceState::Online)];
    phone.answer(asked, Ok(Answer::Presences(old)));
    let away = vec![presence("usr_1", PresenceState::Away)];
    assert_eq!(*people.borrow(), Some(away));
}

#[test]
fn what_was_heard_last_stands_until_another_connection_tells() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let (id, readers) = phone.look();
    phone.answer_readers(vec![receipt("usr_1", 5)]);
    phone.sees(id, Sight::Reader(receipt("usr_2", 6)));
    phone.take_watches();
    phone.lose_connection();
    assert_eq!(shown(&readers), read(&[("usr_2", 6), ("usr_1", 5)]));
    assert_eq!(
        phone.take_question(),
        None,
        "nobody would tell what follows"
    );
    phone.wait(60);
    phone.input(Input::Opened);
    let subject = Subject::Readers(ROOM.into());
    assert_eq!(phone.take_watches(), [(true, subject)]);
    // Whoever is not among the readers any more is not put back by what was heard before.
    phone.answer_readers(vec![receipt("usr_1", 8)]);
    assert_eq!(shown(&readers), read(&[("usr_1", 8)]));
}

#[test]
fn what_nobody_looks_at_is_neither_carried_nor_asked_for() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let (id, _) = phone.look();
    phone.answer_readers(Vec::new());
    phone.take_watches();
    phone.deed(|core, _| {
        core.stop_watching(id);
        Ok(())
    });
    let subject = Subject::Readers(ROOM.into());
    assert_eq!(phone.take_watches(), [(false, subject)]);
    phone.lose_connection();
    phone.wait(60);
    phone.input(Input::Opened);
    assert_eq!(phone.take_watches(), []);
    assert_eq!(phone.take_question(), None);
}

#[test]
fn a_question_without_an_answer_is_asked_again_and_one_that_is_refused_is_not() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let (_, readers) = phone.look();
    let id = phone.take_question().expect("asked");
    phone.answer(id, Err(lost()));
    phone.wait(60);
    let id = phone.take_question().expect("asked again");
    let gone = Error::NotFound {
        reason: "There is no such room.".to_owned(),
    };
    phone.answer(id, Err(gone));
    assert_eq!(shown(&readers), read(&[]));
    phone.wait(60);
    assert_eq!(phone.take_question(), None);
}

#[test]
fn a_room_is_shown_as_it_is_kept() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let (_, mut shown) = phone.deed(|core, _| Ok(core.watch_room(ROOM.into())));
    let mut now = move || {
        let is_news = shown.has_changed().expect("open");
        let room = shown.borrow_and_update().clone().expect("known");
        (is_news, room.map(|room| room.last_active_at))
    };
    assert_eq!(now(), (false, Some(time(0))));
    phone.hear_of(message(5));
    assert_eq!(now(), (true, Some(time(5))));
    phone.wait(1);
    assert!(!now().0);
    phone.hear(vec![Change::MemberLeft(user(ME))]);
    assert_eq!(now(), (true, None));
}

#[test]
fn who_leaves_is_no_reader_and_who_comes_back_is_told_again() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let (_, readers) = phone.look();
    phone.answer_readers(vec![receipt("usr_1", 5), receipt("usr_2", 3)]);
    phone.hear(vec![Change::MemberLeft(user("usr_1"))]);
    assert_eq!(shown(&readers), read(&[("usr_2", 3)]));
    phone.hear(vec![Change::MemberLeft(user(ME))]);
    assert_eq!(shown(&readers), read(&[]));
    phone.take_watches();
    let back = crate::model::Member {
        user: user(ME),
        role: Role::Member,
        joined_at: time(0),
    };
    phone.hear(vec![Change::MemberJoined(back)]);
    let subject = || Subject::Readers(ROOM.into());
    assert_eq!(
        phone.take_watches(),
        [(false, subject()), (true, subject())]
    );
    phone.answer_readers(vec![receipt("usr_2", 4)]);
    assert_eq!(shown(&readers), read(&[("usr_2", 4)]));
}
