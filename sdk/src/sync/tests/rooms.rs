//! The list of rooms.

use super::*;
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
