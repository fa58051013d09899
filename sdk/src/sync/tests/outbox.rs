//! What is on its way to the server, and what does not get there.

use super::*;
use crate::store::Target;

#[test]
fn what_is_done_to_a_message_that_was_refused_holds_up_nothing() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let key = phone.send("refused");
    let id = phone.take_send().expect("it is sent");
    phone.react(Target::Unsent(key));
    phone.answer(id, Err(muted()));
    assert_eq!(phone.unsaid(), 2, "both are there to be tried again");
    assert!(phone.core.is_settled());
}

#[test]
fn a_message_that_was_deleted_while_it_was_refused_is_gone() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let view = phone.open(main_line(), Place::End);
    let key = phone.send("refused");
    let id = phone.take_send().expect("it is sent");
    phone.delete(&key);
    phone.answer(id, Err(muted()));
    assert!(phone.core.outbox.is_idle());
    assert_eq!(phone.core.unsent(), []);
    assert_eq!(phone.messages(view), []);
}

#[test]
fn a_key_of_an_earlier_start_is_that_of_its_message() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let key = phone.send("hello");
    let id = phone.take_send().expect("it is sent");
    phone.answer(id, Ok(Answer::Message(Box::new(own(1, &key)))));
    let mut phone = phone.killed_and_started_again();
    phone.input(Input::Start);
    phone.react(Target::Unsent(key));
    match phone.take_change() {
        Some((_, call::Change::React(input))) => assert_eq!(input.message_id, "msg_1".into()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_done_to_no_message_is_an_error() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let nobody = || Target::Unsent(ClientId::from("another device's"));
    let not_found = |done| matches!(done, Err(Error::NotFound { .. }));
    let edited = phone.deed(|core, at| core.edit(main_line(), nobody(), "b".to_owned(), at));
    assert!(not_found(edited));
    let deleted = phone.deed(|core, at| core.delete(main_line(), nobody(), at));
    assert!(not_found(deleted));
    let emoji = "👍".to_owned();
    let reacted = phone.deed(|core, at| core.react(main_line(), nobody(), emoji, false, at));
    assert!(not_found(reacted));
    assert_eq!(phone.unsaid(), 0);
}

#[test]
fn what_slow_mode_holds_is_deleted_without_being_sent() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let key = phone.send("too soon");
    let id = phone.take_send().expect("it is sent");
    phone.answer(id, Err(slow_mode()));
    let mut phone = phone.killed_and_started_again();
    phone.delete(&key);
    phone.input(Input::Start);
    phone.get_in_step(vec![room(ROOM, None)]);
    assert!(phone.core.outbox.is_idle());
    assert_eq!(phone.core.unsent(), []);
    assert!(phone.take_send().is_none());
}

#[test]
fn what_is_deleted_while_slow_mode_says_no_is_not_sent() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let key = phone.send("too soon");
    let id = phone.take_send().expect("it is sent");
    phone.delete(&key);
    assert_eq!(phone.unsaid(), 2, "the server may take it yet");
    phone.answer(id, Err(slow_mode()));
    assert!(phone.core.is_settled());
    phone.send("something else");
    assert!(phone.take_send().is_some(), "nothing is in its way");
}

#[test]
fn what_was_deleted_and_is_sent_all_the_same_is_deleted_then() {
    let held = |phone: &mut Phone| {
        let key = phone.send("on its way twice");
        let id = phone.take_send().expect("it is sent");
        phone.answer(id, Err(slow_mode()));
        phone.delete(&key);
        key
    };
    let refused = |phone: &mut Phone| {
        let key = phone.send("on its way twice");
        let id = phone.take_send().expect("it is sent");
        phone.delete(&key);
        phone.answer(id, Err(muted()));
        key
    };
    for attempt in [held, refused] {
        let mut phone = Phone::in_step(vec![room(ROOM, None)]);
        let key = attempt(&mut phone);
        let mut phone = phone.killed_and_started_again();
        phone.input(Input::Start);
        phone.get_in_step(vec![room(ROOM, None)]);
        phone.hear_of(own(1, &key));
        match phone.take_change() {
            Some((_, call::Change::Delete(input))) => assert_eq!(input.message_id, "msg_1".into()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_the_server_may_have_taken_is_deleted_there() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let key = phone.send("hello");
    let id = phone.take_send().expect("it is sent");
    phone.answer(id, Err(lost()));
    phone.wait(1);
    let id = phone.take_send().expect("it is sent again");
    phone.answer(id, Err(slow_mode()));
    phone.delete(&key);
    assert_eq!(phone.unsaid(), 2);
}

#[test]
fn slow_mode_does_not_hold_up_reactions() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.send("too soon");
    let id = phone.take_send().expect("it is sent");
    phone.answer(id, Err(slow_mode()));
    phone.react(Target::Known("msg_1".into()));
    assert!(phone.take_change().is_some());
}

#[test]
fn what_is_never_let_through_does_not_hold_up_the_rest() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let view = phone.open(main_line(), Place::End);
    phone.send("a body that a firewall does not like");
    phone.send("a harmless one");
    let mut tries = 0;
    while matches!(phone.messages(view)[0].state, SendState::Sending) {
        let id = phone.take_send().expect("it is tried again");
        phone.answer(id, Err(blocked()));
        phone.wait(31);
        tries += 1;
        assert!(tries < 20, "there is no end to it");
    }
    assert!(tries > 1, "a firewall may change its mind");
    assert!(phone.take_send().is_some(), "the next one goes");
    let states: Vec<_> = phone.messages(view).into_iter().map(|m| m.state).collect();
    assert!(matches!(states[0], SendState::Failed { .. }));
    assert_eq!(states[1], SendState::Sending);
}

#[test]
fn a_wait_without_end_is_no_overflow() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.wait(1);
    phone.send("hello");
    let id = phone.take_send().expect("it is sent");
    let retry_after = Some(Duration::MAX);
    let reason = "for ever".to_owned();
    phone.answer(
        id,
        Err(Error::RateLimited {
            reason,
            retry_after,
        }),
    );
    assert!(phone.core.wakes_at().is_none_or(|at| at == Duration::MAX));
    let reason = "for ever".to_owned();
    let failure = Failure::Failed(Error::RateLimited {
        reason,
        retry_after,
    });
    phone.input(Input::Failed(failure));
}

#[test]
fn what_was_sent_again_in_haste_may_have_been_taken() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let key = phone.send("hello");
    phone.take_send().expect("it is sent");
    phone.wait(5);
    phone.input(Input::Hurry);
    let id = phone.take_send().expect("it is sent again");
    phone.answer(id, Err(slow_mode()));
    phone.delete(&key);
    assert_eq!(phone.unsaid(), 2);
}
