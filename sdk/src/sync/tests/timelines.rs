//! What is asked for of a timeline, and what is shown of it.

use super::*;
use crate::history::History;

fn type_in(phone: &mut Phone, users: Vec<User>) {
    phone.input(Input::Received(Update::Typing(ROOM.into(), users)));
}

fn is_typing(item: &TimelineItem) -> bool {
    matches!(item.content, TimelineContent::Typing(_))
}

fn messages(seqs: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    seqs.map(message).collect()
}

#[test]
fn more_than_the_first_page_is_wanted_before_it_is_there() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(500)))]);
    let view = phone.open(main_line(), Place::End);
    for _ in 0..10 {
        phone.deed(|core, _| core.load_older(view, 50));
    }
    let (id, _) = phone.take_page().expect("the newest");
    phone.answer_page(id, messages(451..=500), Some("p451"));
    let (id, _) = phone.take_page().expect("the page before");
    phone.answer_page(id, messages(401..=450), Some("p401"));
    assert!(phone.take_page().is_none(), "that is what was wanted");
    assert_eq!(phone.seqs(view), (401..=500).collect::<Vec<_>>());
}

#[test]
fn whoever_scrolls_on_while_a_page_is_under_way_wants_that_page() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(500)))]);
    let view = phone.open(main_line(), Place::End);
    let (id, _) = phone.take_page().expect("the newest");
    phone.answer_page(id, messages(451..=500), Some("p451"));
    for _ in 0..10 {
        phone.deed(|core, _| core.load_older(view, 50));
    }
    let (id, _) = phone.take_page().expect("the page before");
    phone.answer_page(id, messages(401..=450), Some("p401"));
    assert!(phone.take_page().is_none(), "that is what was wanted");
}

#[test]
fn more_before_a_message_that_is_not_there_yet_stays_around_it() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(500)))]);
    let view = phone.open(main_line(), Place::At("msg_250".into()));
    phone.deed(|core, _| core.load_older(view, 10));
    let (id, _) = phone.take_page().expect("what is around it");
    phone.answer_page(id, messages(225..=275), Some("p225"));
    assert_eq!(phone.seqs(view), (225..=275).collect::<Vec<_>>());
    let (id, call) = phone.take_page().expect("a little more");
    assert!(
        matches!(&call, Call::History { page: History::Before(cursor), .. } if cursor == "p225")
    );
    phone.answer_page(id, messages(175..=224), Some("p175"));
    assert!(phone.take_page().is_none(), "that is what was wanted");
    assert_eq!(phone.seqs(view), (215..=275).collect::<Vec<_>>());
}

#[test]
fn whoever_writes_is_one_line_at_the_end() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(1)))]);
    let view = phone.open(main_line(), Place::End);
    let (id, _) = phone.take_page().expect("the newest");
    phone.answer_page(id, messages(1..=1), None);
    let quiet = phone.lines(view);
    type_in(&mut phone, vec![user("usr_bea")]);
    type_in(&mut phone, vec![user("usr_bea"), user("usr_cy")]);
    let (last, before) = {
        let mut lines = phone.lines(view);
        (lines.pop().expect("a line"), lines)
    };
    assert_eq!(before, quiet);
    assert!(matches!(last.content, TimelineContent::Typing(users) if users.len() == 2));
    phone.hear_of(message(2));
    assert!(phone.lines(view).last().is_some_and(is_typing));
    type_in(&mut phone, Vec::new());
    assert!(!phone.lines(view).iter().any(is_typing));
}

#[test]
fn nobody_writes_where_nothing_is_heard() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(1)))]);
    let view = phone.open(main_line(), Place::End);
    type_in(&mut phone, vec![user("usr_bea")]);
    assert!(phone.lines(view).iter().any(is_typing));
    phone.input(Input::Stop);
    assert!(!phone.lines(view).iter().any(is_typing));
    phone.input(Input::Start);
    phone.get_in_step(vec![room(ROOM, Some(&message(1)))]);
    type_in(&mut phone, vec![user("usr_bea")]);
    phone.lose_connection();
    assert!(!phone.lines(view).iter().any(is_typing));
}

#[test]
fn a_channel_that_was_looked_at_before_it_was_joined_fills_then() {
    let mut phone = Phone::in_step(Vec::new());
    let view = phone.open(main_line(), Place::End);
    let (id, _) = phone.take_page().expect("the newest");
    let reason = "There is no such room.".to_owned();
    phone.answer(id, Err(Error::NotFound { reason }));
    phone.wait(60);
    assert!(phone.take_page().is_none(), "not again and again");

    let joined = crate::Member {
        user: user(ME),
        role: Role::Member,
        joined_at: time(1),
    };
    phone.hear(vec![Change::MemberJoined(joined)]);
    let (id, _) = phone
        .take_call(|call| matches!(call, Call::Standing { .. }))
        .expect("how it stands");
    phone.answer(id, Ok(Answer::Standing(standing_of(room(ROOM, None)))));
    let (id, _) = phone.take_page().expect("the newest");
    phone.answer_page(id, messages(1..=3), None);
    assert_eq!(phone.seqs(view), [1, 2, 3]);
}

fn standing_of(room: Room) -> crate::operations::standing::Standing {
    crate::operations::standing::Standing {
        rooms: vec![room],
        ..Default::default()
    }
}

fn replies(seqs: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    seqs.map(|seq| reply(seq, "msg_1")).collect()
}

#[test]
fn a_reply_opens_its_thread() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(9)))]);
    for reply in replies(1..=3) {
        phone.hear_of(reply);
    }
    let place = Place::At("reply_2".into());
    let opened = phone.core.timeline_at(main_line(), &place).expect("read");
    assert_eq!(opened, Timeline::Thread(ROOM.into(), "msg_1".into()));
    let place = Place::At("msg_9".into());
    let opened = phone.core.timeline_at(main_line(), &place).expect("read");
    assert_eq!(opened, main_line());
}

#[test]
fn a_thread_is_followed_from_a_reply_to_its_end() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(9)))]);
    let thread = Timeline::Thread(ROOM.into(), "msg_1".into());
    for reply in replies(1..=10) {
        phone.hear_of(reply);
    }
    phone.hear_of(reply(200, "msg_1"));
    let view = phone.open(thread, Place::At("reply_5".into()));
    let pages = [(151, 200), (101, 150), (51, 100), (1, 50)];
    for (first, last) in pages {
        let (id, call) = phone.take_page().expect("what comes after is missing");
        let beyond = format!("p{}", last + 1);
        let expected = Some(beyond).filter(|_| last < 200);
        assert!(matches!(call, Call::Thread { before, .. } if before == expected));
        let older = format!("p{first}");
        phone.answer_page(id, replies(first..=last), Some(&older));
    }
    assert!(phone.take_page().is_none(), "nothing is missing");
    assert_eq!(phone.seqs(view), (1..=30).collect::<Vec<_>>());
}

#[test]
fn what_is_around_a_message_is_asked_for_again_when_everything_is() {
    let rooms = || vec![room(ROOM, Some(&message(500)))];
    let mut phone = Phone::in_step(rooms());
    let view = phone.open(main_line(), Place::At("msg_250".into()));
    let (id, _) = phone.take_page().expect("what is around it");
    phone.answer_page(id, messages(225..=275), None);
    let batch = Batch {
        events: Vec::new(),
        cursor: "c9".into(),
        live: true,
        reset: true,
    };
    phone.input(Input::Received(Update::Events(batch)));
    assert!(phone.seqs(view).is_empty());
    phone
        .effects
        .retain(|effect| !matches!(effect, Effect::Call(_, Call::History { .. })));
    phone.answer_overviews(&rooms());
    let (id, call) = phone.take_page().expect("what is around it");
    assert!(
        matches!(&call, Call::History { page: History::Around(id), .. } if *id == "msg_250".into())
    );
    phone.answer_page(id, messages(225..=275), None);
    assert_eq!(phone.seqs(view), (225..=275).collect::<Vec<_>>());
}

#[test]
fn a_timeline_says_whether_it_is_there() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(500)))]);
    let view = phone.open(main_line(), Place::End);
    let state = phone.core.watch_timeline_state(view);
    let now = || state.borrow().clone();
    assert_eq!(now(), TimelineState::Loading);
    let (id, _) = phone.take_page().expect("the newest");
    phone.answer(id, Err(lost()));
    assert_eq!(now(), TimelineState::Loading);
    phone.wait(31);
    let (id, _) = phone.take_page().expect("the newest again");
    phone.answer_page(id, messages(451..=500), Some("p451"));
    assert_eq!(now(), TimelineState::Idle);
    phone.deed(|core, _| core.load_older(view, 50));
    assert_eq!(now(), TimelineState::Loading);
}

#[test]
fn a_timeline_says_that_a_message_is_gone() {
    let mut phone = Phone::in_step(vec![room(ROOM, Some(&message(500)))]);
    let view = phone.open(main_line(), Place::At("msg_gone".into()));
    let state = phone.core.watch_timeline_state(view);
    let (id, _) = phone.take_page().expect("what is around it");
    let reason = "There is no such message.".to_owned();
    let gone = Error::NotFound { reason };
    phone.answer(id, Err(gone.clone()));
    assert_eq!(*state.borrow(), TimelineState::Failed(gone));
    phone.deed(|core, _| core.load_older(view, 50));
    assert_eq!(*state.borrow(), TimelineState::Loading, "it is tried again");
}
