//! How a room is kept: what it is called, who is in it as what, and the invites to it.

use crate::{from_now, id_of, signed_up, two_in_a_channel, usernames};
use causerie_sdk::{Error, NewRoom, Patch, Role, RoomUpdate};
use causerie_tests::{Server, on_both_databases};

async fn a_room_changes_by_what_is_given(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let update = RoomUpdate {
        name: Some("tea".to_owned()),
        topic: Patch::Set("Milk first?".to_owned()),
        slow_mode_seconds: Some(60),
        announcement_only: Some(true),
        announces_members: Some(false),
        ..RoomUpdate::default()
    };
    alice.update_room(&room.id, update).await.expect("changed");
    let seen = bob.room(&room.id).await.expect("an answer");
    let seen = seen.expect("a room");
    assert_eq!(
        (seen.name.as_str(), seen.topic.as_deref()),
        ("tea", Some("Milk first?"))
    );
    assert_eq!((seen.slow_mode_seconds, seen.announcement_only), (60, true));
    assert!(!seen.announces_members);
    let refused = bob.send(&room.id, "hello").await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );

    let update = RoomUpdate {
        topic: Patch::Clear,
        announcement_only: Some(false),
        announces_members: Some(true),
        archived: Some(true),
        ..RoomUpdate::default()
    };
    let changed = alice.update_room(&room.id, update).await.expect("changed");
    assert_eq!((changed.name.as_str(), changed.topic), ("tea", None));
    assert_eq!(changed.slow_mode_seconds, 60);
    assert!(changed.archived_at.is_some() && !changed.announcement_only);
    assert!(changed.announces_members);
    let refused = bob.update_room(&room.id, RoomUpdate::default()).await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );
}

async fn members_come_change_and_go(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let bob = signed_up(&server.url, "bob").await;
    let new = NewRoom::group("plans", Vec::new());
    let room = alice.create_room(new).await.expect("a group").id;
    let bobs = id_of(&bob);
    alice.add_member(&room, &bobs).await.expect("added");
    alice.add_member(&room, &bobs).await.expect("again is fine");
    let promoted = alice.set_member_role(&room, &bobs, Role::Admin).await;
    promoted.expect("an admin");
    let members = alice.members(&room, 10, None).await.expect("members");
    let roles = members.items.iter().map(|member| &member.role);
    assert!(roles.eq([&Role::Owner, &Role::Admin]), "{members:?}");
    let of_tomorrow = Role::Unknown("READER".to_owned());
    let refused = alice.set_member_role(&room, &bobs, of_tomorrow).await;
    assert!(refused.is_err(), "{refused:?}");
    let refused = bob.remove_member(&room, &id_of(&alice)).await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );
    alice.remove_member(&room, &bobs).await.expect("removed");
    assert_eq!(bob.room(&room).await, Ok(None));
}

async fn an_invite_leads_in_until_it_is_used_up_or_revoked(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let bob = signed_up(&server.url, "bob").await;
    let carol = signed_up(&server.url, "carol").await;
    let new = NewRoom::group("plans", Vec::new());
    let room = alice.create_room(new).await.expect("a group").id;
    let end = from_now(3_600);
    let once = alice.create_invite(&room, Some(end), Some(1)).await;
    let once = once.expect("an invite");
    assert_eq!((&once.room_id, once.uses), (&room, 0));
    assert_eq!((once.expires_at, once.max_uses), (Some(end), Some(1)));
    let joined = bob.join_by_invite(&once.code).await.expect("joined");
    assert_eq!(joined.id, room);
    let late = carol.join_by_invite(&once.code).await;
    assert!(matches!(late, Err(Error::Expired { .. })), "{late:?}");

    let open = alice.create_invite(&room, None, None).await;
    let open = open.expect("an invite");
    let listed = alice.invites(&room, 10, None).await.expect("invites");
    assert_eq!(listed.items, std::slice::from_ref(&open));
    let refused = bob.invites(&room, 10, None).await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );
    alice.revoke_invite(&open.code).await.expect("revoked");
    let gone = alice.revoke_invite(&open.code).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    let late = carol.join_by_invite(&open.code).await;
    assert!(late.is_err(), "{late:?}");
    let members = alice.members(&room, 10, None).await.expect("members");
    let users = members.items.iter().map(|member| &member.user);
    assert_eq!(usernames(users), ["alice", "bob"]);
}

on_both_databases![
    a_room_changes_by_what_is_given,
    members_come_change_and_go,
    an_invite_leads_in_until_it_is_used_up_or_revoked,
];
