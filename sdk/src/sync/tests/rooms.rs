//! The list of rooms.

use super::*;
use crate::model::{Notice, NoticeKind};
use crate::operations::standing::Standing;
use crate::sync::views::RoomListItem;

fn list(phone: &mut Phone) -> Vec<RoomListItem> {
    let watched = phone.deed(|core, _| core.watch_rooms());
    watched.values().into_iter().collect()
}

fn last_words(item: &RoomListItem) -> &str {
    item.last_message.as_ref().map_or("", |last| &last.body)
}

#[test]
fn a_message_that_was_refused_does_not_hide_what_is_said_later() {
    let rooms = vec![room(ROOM, None), room("room_2", Some(&message(50)))];
    let mut phone = Phone::in_step(rooms);
    phone.now = Duration::from_secs(60);
    phone.send("refused");
    let id = phone.take_send().expect("it is sent");
    phone.answer(id, Err(muted()));
    let before = list(&mut phone);
    assert_eq!(last_words(&before[0]), "refused");
    assert!(matches!(
        before[0].last_message.as_ref().map(|last| &last.state),
        Some(SendState::Failed { .. })
    ));

    let later = Message {
        sent_at: time(70),
        ..message(1)
    };
    phone.hear_of(later);
    let after = list(&mut phone);
    assert_eq!(after[0].id, ROOM.into());
    assert_eq!(last_words(&after[0]), "text 1");
}

fn order(phone: &mut Phone) -> Vec<String> {
    let items = list(phone).into_iter();
    items.map(|item| item.id.to_string()).collect()
}

#[test]
fn rooms_are_in_the_order_of_the_server_which_notices_do_not_change() {
    let rooms = vec![
        room("room_2", Some(&message(50))),
        room(ROOM, Some(&message(40))),
    ];
    let mut phone = Phone::in_step(rooms);
    let renamed = Message {
        notice: Some(Notice {
            kind: NoticeKind::Renamed,
            user: None,
        }),
        ..message(60)
    };
    phone.hear_of(renamed.clone());
    assert_eq!(last_words(&list(&mut phone)[1]), "text 60");
    assert_eq!(order(&mut phone), ["room_2", ROOM]);

    phone.wait(1);
    let (id, _) = phone
        .take_call(|call| matches!(call, Call::Standing { .. }))
        .expect("asked");
    let mut answered = room(ROOM, Some(&renamed));
    answered.last_active_at = time(40);
    let standing = Standing {
        rooms: vec![answered],
        ..Standing::default()
    };
    phone.answer(id, Ok(Answer::Standing(standing)));
    assert_eq!(order(&mut phone), ["room_2", ROOM]);

    phone.hear_of(message(61));
    assert_eq!(order(&mut phone), [ROOM, "room_2"]);
}

#[test]
fn what_is_being_sent_is_the_newest_by_whatever_clock() {
    let rooms = vec![
        room(ROOM, Some(&message(500))),
        room("room_2", Some(&message(400))),
    ];
    let mut phone = Phone::in_step(rooms);
    phone.send("by a clock that is slow");
    let rooms = list(&mut phone);
    assert_eq!(rooms[0].id, ROOM.into());
    assert_eq!(last_words(&rooms[0]), "by a clock that is slow");
}
