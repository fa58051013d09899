//! What tells the server which of two changes is the newer one.

use super::*;
use crate::store::Target;

fn expired() -> Error {
    Error::Expired {
        reason: "a later change is here".to_owned(),
    }
}

impl Phone {
    fn get_in_step_again(&mut self) {
        self.input(Input::Start);
        self.get_in_step(vec![room(ROOM, None)]);
    }

    fn edit(&mut self, body: &str) {
        let message = Target::Known("msg_1".into());
        self.deed(|core, at| core.edit(main_line(), message, body.to_owned(), at))
            .expect("its message is there");
    }

    /// When the edit was made that the server is told of now.
    fn take_edit(&mut self) -> (CallId, Timestamp) {
        match self.take_change() {
            Some((id, call::Change::Edit(input))) => (id, input.made_at.expect("an instant")),
            other => panic!("{other:?}"),
        }
    }

    fn draft(&mut self, body: &str) -> Timestamp {
        self.deed(|core, at| core.save_draft(ROOM.into(), body.to_owned(), None, at));
        let (id, call) = self
            .take_call(|call| matches!(call, Call::SaveDraft(_)))
            .expect("it is said");
        self.answer(id, Err(muted()));
        match call {
            Call::SaveDraft(input) => input.made_at.expect("an instant"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_done_later_is_newer_although_the_clock_goes_back() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.wait(60);
    let first = phone.draft("one");
    let mut phone = phone.killed_and_started_again();
    phone.get_in_step_again();
    assert!(phone.at().wall < first);
    let second = phone.draft("two");
    let third = phone.draft("three");
    assert!(first < second && second < third);
}

#[test]
fn the_same_is_said_again_as_the_same() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.edit("one");
    let (id, first) = phone.take_edit();
    phone.answer(id, Err(lost()));
    phone.wait(60);
    assert_eq!(phone.take_edit().1, first);
}

#[test]
fn what_is_tried_again_after_a_refusal_is_new() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.edit("one");
    let (id, first) = phone.take_edit();
    phone.answer(id, Err(muted()));
    let entry = phone.core.outbox.entries[0].id;
    phone.deed(|core, at| core.retry(entry, at));
    let (id, second) = phone.take_edit();
    assert!(first < second);
    phone.answer(id, Err(muted()));
    phone.edit("two");
    assert!(second < phone.take_edit().1);
}

#[test]
fn what_the_server_takes_for_too_old_becomes_newer_until_it_is_taken() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let a_year = jiff::SignedDuration::from_hours(24 * 365);
    let known = phone.at().wall + a_year;
    phone.edit("one");
    let mut tries = 0;
    let made_at = loop {
        let (id, made_at) = phone.take_edit();
        if made_at > known {
            break made_at;
        }
        phone.answer(id, Err(expired()));
        tries += 1;
        assert!(tries < 30, "there is no end to it");
    };
    let mut phone = phone.killed_and_started_again();
    phone.get_in_step_again();
    assert_eq!(phone.take_edit().1, made_at);
    assert!(phone.draft("two") > made_at);
}

#[test]
fn what_is_always_too_old_is_refused() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.edit("one");
    let is_tried = |phone: &Phone| phone.core.outbox.entries[0].failure.is_none();
    let mut tries = 0;
    while is_tried(&phone) {
        let (id, _) = phone.take_edit();
        phone.answer(id, Err(expired()));
        tries += 1;
        assert!(tries < 100, "there is no end to it");
    }
}
