use crate::{signed_up, two_in_a_channel};
use causerie_sdk::{Error, NewRoom, Page, Role, Room, RoomKind};
use causerie_tests::{Server, on_both_databases};

fn names(page: &Page<Room>) -> Vec<&str> {
    page.items.iter().map(|room| room.name.as_str()).collect()
}

async fn a_channel_is_made_found_and_joined(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    assert_eq!(room.kind, RoomKind::Channel);
    assert_eq!(
        room.membership.as_ref().map(|own| &own.role),
        Some(&Role::Owner)
    );
    let found = bob.channels(Some("gen"), 10, None).await.expect("channels");
    assert_eq!(names(&found), ["general"]);
    assert_eq!((found.items[0].member_count, &found.next), (2, &None));
    assert_eq!(
        bob.join_room(&room.id)
            .await
            .expect("joining again is fine")
            .id,
        room.id
    );
    let members = alice.members(&room.id, 10, None).await.expect("members");
    let mut usernames: Vec<_> = members
        .items
        .iter()
        .map(|member| member.user.username.as_str())
        .collect();
    usernames.sort_unstable();
    assert_eq!(usernames, ["alice", "bob"]);
    let taken = bob.create_room(NewRoom::channel("General")).await;
    assert!(matches!(taken, Err(Error::Conflict { .. })), "{taken:?}");
}

async fn rooms_come_by_latest_activity_page_by_page(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let mut rooms = Vec::new();
    for name in ["one", "two", "three"] {
        rooms.push(
            alice
                .create_room(NewRoom::channel(name))
                .await
                .expect("a channel"),
        );
    }
    alice.send(&rooms[0].id, "wake up").await.expect("sent");
    let first = alice.rooms(2, None).await.expect("rooms");
    assert_eq!(names(&first), ["one", "three"]);
    assert_eq!(
        first.items[0]
            .last_message
            .as_ref()
            .map(|message| message.body.as_str()),
        Some("wake up")
    );
    let second = alice.rooms(2, first.next.as_deref()).await.expect("rooms");
    assert_eq!((names(&second), &second.next), (vec!["two"], &None));
}

async fn two_people_have_one_direct_room(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let bob = signed_up(&server.url, "bob").await;
    let of = |client: &causerie_sdk::Client| client.session().expect("a session").user_id().clone();
    let hers = alice.open_direct_room(&of(&bob)).await.expect("a room");
    let his = bob.open_direct_room(&of(&alice)).await.expect("a room");
    assert_eq!(
        (&hers.id, &hers.kind, hers.name.as_str()),
        (&his.id, &RoomKind::Direct, "bob")
    );
    assert_eq!(his.name, "alice");
}

async fn a_group_is_for_its_members(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let bob = signed_up(&server.url, "bob").await;
    let carol = signed_up(&server.url, "carol").await;
    let bobs_id = bob.session().expect("a session").user_id().clone();
    let group = alice
        .create_room(NewRoom::group("plans", vec![bobs_id]))
        .await
        .expect("a group");
    assert_eq!(
        bob.room(&group.id)
            .await
            .expect("an answer")
            .map(|room| room.name),
        Some("plans".to_owned())
    );
    assert_eq!(carol.room(&group.id).await, Ok(None));
    let members = carol.members(&group.id, 10, None).await;
    assert!(
        matches!(members, Err(Error::NotFound { .. })),
        "{members:?}"
    );
}

async fn who_leaves_is_out(server: &mut Server) {
    let (_, bob, room) = two_in_a_channel(server).await;
    bob.leave_room(&room.id).await.expect("left");
    assert_eq!(bob.rooms(10, None).await.expect("rooms").items, []);
    assert_eq!(
        bob.room(&room.id)
            .await
            .expect("an answer")
            .expect("a channel")
            .membership,
        None
    );
    let sent = bob.send(&room.id, "still here?").await;
    assert!(matches!(sent, Err(Error::Forbidden { .. })), "{sent:?}");
}

async fn an_unknown_channel_cannot_be_joined(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let joined = alice.join_channel("nowhere").await;
    assert!(matches!(joined, Err(Error::NotFound { .. })), "{joined:?}");
}

on_both_databases![
    a_channel_is_made_found_and_joined,
    rooms_come_by_latest_activity_page_by_page,
    two_people_have_one_direct_room,
    a_group_is_for_its_members,
    who_leaves_is_out,
    an_unknown_channel_cannot_be_joined,
];
