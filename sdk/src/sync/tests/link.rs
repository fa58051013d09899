//! Networks that do not work, and servers that are not what they were.

use super::*;

fn overview(phone: &mut Phone) -> Option<(CallId, Option<String>)> {
    let (id, call) = phone.take_call(|call| matches!(call, Call::Overview { .. }))?;
    match call {
        Call::Overview { after } => Some((id, after)),
        _ => None,
    }
}

fn page_of_rooms(next: Option<&str>) -> Answer {
    Answer::Overview(Box::new(Overview {
        user: user(ME),
        cursor: "c1".into(),
        rooms: vec![room(ROOM, None)],
        next: next.map(str::to_owned),
    }))
}

fn connects(phone: &mut Phone) -> usize {
    let before = phone.effects.len();
    let is_it = |effect: &Effect| matches!(effect, Effect::Connect { .. });
    phone.effects.retain(|effect| !is_it(effect));
    before - phone.effects.len()
}

#[test]
fn rooms_are_not_asked_for_again_as_long_as_no_connection_stands() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.lose_connection();
    phone.wait(31);
    phone.answer_overviews(&[room(ROOM, None)]);
    for _ in 0..10 {
        phone.lose_connection();
        phone.wait(31);
        assert!(overview(&mut phone).is_none());
    }
    assert!(connects(&mut phone) > 10, "it is tried all the same");
    phone.input(Input::Opened);
    assert!(overview(&mut phone).is_some(), "what was missed meanwhile");
}

#[test]
fn a_long_list_of_rooms_goes_on_where_it_broke_off() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.lose_connection();
    phone.wait(31);
    let (id, _) = overview(&mut phone).expect("the first page");
    phone.answer(id, Ok(page_of_rooms(Some("after 100"))));
    let (id, after) = overview(&mut phone).expect("the second page");
    assert_eq!(after.as_deref(), Some("after 100"));
    phone.answer(id, Err(lost()));
    phone.lose_connection();
    phone.wait(31);
    let (_, after) = overview(&mut phone).expect("the second page again");
    assert_eq!(after.as_deref(), Some("after 100"));
}

#[test]
fn without_a_network_the_connection_alone_is_tried() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    phone.send("hello");
    let id = phone.take_send().expect("it is sent");
    phone.lose_connection();
    phone.answer(id, Err(lost()));
    phone.send("are you there?");
    let next = phone.core.link.wakes_at();
    assert!(next.is_some());
    assert_eq!(phone.core.wakes_at(), next, "nothing else has a timer");
    assert!(phone.take_send().is_none());
    phone.wait(31);
    assert!(
        phone.take_send().is_some(),
        "it is tried with the connection"
    );
}

#[test]
fn a_server_that_was_restored_from_a_backup_is_asked_for_everything() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let view = phone.open(main_line(), Place::End);
    phone.hear_of(message(1));
    phone.hear_of(message(2));
    let key = phone.send("hello");
    let other = Message {
        id: "msg_other".into(),
        body: "said after the backup".to_owned(),
        ..message(2)
    };
    phone.effects.clear();
    phone.hear_of(other.clone());
    let is_end = |effect: &Effect| matches!(effect, Effect::Disconnect);
    assert!(phone.effects.iter().any(is_end));
    assert!(phone.seqs(view).is_empty());
    phone.wait(1);
    phone.get_in_step(vec![room(ROOM, Some(&other))]);
    assert_eq!(connects(&mut phone), 1);
    let (id, _) = phone.take_page().expect("the newest");
    phone.answer_page(id, vec![message(1), other], None);
    let said: Vec<_> = phone.messages(view).into_iter().map(|m| m.body).collect();
    assert_eq!(said, ["text 1", "said after the backup", "hello"]);
    assert!(phone.core.outbox.find_by_key(&key).is_some());
}

#[test]
fn a_server_that_contradicts_itself_is_not_asked_all_the_time() {
    let mut phone = Phone::in_step(vec![room(ROOM, None)]);
    let other = |id: &str| Message {
        id: id.into(),
        ..message(1)
    };
    for _ in 0..10 {
        phone.hear_of(other("msg_a"));
        phone.hear_of(other("msg_b"));
        phone.effects.clear();
        phone.wait(31);
        phone.get_in_step(vec![room(ROOM, None)]);
    }
    phone.hear_of(other("msg_a"));
    phone.hear_of(other("msg_b"));
    phone.effects.clear();
    phone.wait(10);
    assert!(overview(&mut phone).is_none());
    phone.wait(31);
    assert!(overview(&mut phone).is_some());
}
