//! Finding people, what they show of themselves, and keeping somebody away.

use crate::{from_now, id_of, signed_up, two_in_a_channel, usernames};
use causerie_sdk::{Error, Patch, PresenceState, ProfileUpdate, UserId, UserStatus};
use causerie_tests::{Server, on_both_databases};

async fn people_are_found_by_the_beginnings_of_their_names(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    for name in ["bob", "bobby"] {
        signed_up(&server.url, name).await;
    }
    alice.set_display_name("Alice Liddell").await.expect("set");
    let found = alice.users("lid al", 10, None).await.expect("people");
    assert_eq!(usernames(&found.items), ["alice"]);
    let first = alice.users("BOB", 1, None).await.expect("people");
    assert_eq!(usernames(&first.items), ["bob"]);
    let after = first.next.as_deref();
    let second = alice.users("BOB", 1, after).await.expect("people");
    assert_eq!(usernames(&second.items), ["bobby"]);
    assert_eq!(second.next, None);
}

async fn a_profile_changes_by_what_is_given(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let bob = signed_up(&server.url, "bob").await;
    let status = UserStatus {
        text: "At lunch".to_owned(),
        emoji: Some("🍲".to_owned()),
        expires_at: Some(from_now(3_600)),
    };
    let update = ProfileUpdate {
        display_name: Some("Ada".to_owned()),
        bio: Patch::Set("Two\nlines".to_owned()),
        status: Patch::Set(status.clone()),
    };
    alice.update_profile(update).await.expect("changed");
    let seen = bob.profile(&id_of(&alice)).await.expect("an answer");
    let seen = seen.expect("a profile");
    assert_eq!(seen.user.display_name, "Ada");
    assert_eq!(seen.bio.as_deref(), Some("Two\nlines"));
    assert_eq!(seen.status, Some(status));
    assert_eq!(seen.presence.state, PresenceState::Offline);

    let nothing = ProfileUpdate::default();
    let same = alice.update_profile(nothing).await.expect("unchanged");
    assert_eq!(
        (&same.user, &same.bio, &same.status),
        (&seen.user, &seen.bio, &seen.status)
    );
    let away = ProfileUpdate {
        bio: Patch::Clear,
        ..ProfileUpdate::default()
    };
    let left = alice.update_profile(away).await.expect("changed");
    assert_eq!((left.bio, left.status), (None, seen.status));
    let away = ProfileUpdate {
        status: Patch::Clear,
        ..ProfileUpdate::default()
    };
    let left = alice.update_profile(away).await.expect("changed");
    assert_eq!(
        (left.user.display_name.as_str(), left.status),
        ("Ada", None)
    );
}

async fn a_profile_that_breaks_a_rule_is_refused(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let update = ProfileUpdate {
        bio: Patch::Set("x".repeat(501)),
        ..ProfileUpdate::default()
    };
    let refused = alice.update_profile(update).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == &["bio"]),
        "{refused:?}"
    );
}

async fn a_person_is_known_by_name(server: &mut Server) {
    let alice = signed_up(&server.url, "alice").await;
    let seen = alice.profile_by_username("ALICE").await.expect("an answer");
    assert_eq!(seen.expect("a profile").user.id, id_of(&alice));
    let nobody = alice.profile_by_username("nobody").await;
    assert_eq!(nobody, Ok(None));
    let absent = UserId::from("usr_00000000000000000000000000");
    assert_eq!(alice.profile(&absent).await, Ok(None));
}

async fn who_is_blocked_cannot_write_directly(server: &mut Server) {
    let (alice, bob, _) = two_in_a_channel(server).await;
    let direct = bob.open_direct_room(&id_of(&alice)).await.expect("a room");
    alice.block_user(&id_of(&bob)).await.expect("blocked");
    alice.block_user(&id_of(&bob)).await.expect("again is fine");
    let blocked = alice.blocked_users().await.expect("people");
    assert_eq!(usernames(&blocked), ["bob"]);
    assert_eq!(bob.blocked_users().await, Ok(Vec::new()));
    let refused = bob.send(&direct.id, "hello?").await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );

    alice.unblock_user(&id_of(&bob)).await.expect("unblocked");
    assert_eq!(alice.blocked_users().await, Ok(Vec::new()));
    bob.send(&direct.id, "hello!").await.expect("sent");
    let oneself = alice.block_user(&id_of(&alice)).await;
    assert!(matches!(oneself, Err(Error::Invalid { .. })), "{oneself:?}");
}

on_both_databases![
    people_are_found_by_the_beginnings_of_their_names,
    a_profile_changes_by_what_is_given,
    a_profile_that_breaks_a_rule_is_refused,
    a_person_is_known_by_name,
    who_is_blocked_cannot_write_directly,
];
