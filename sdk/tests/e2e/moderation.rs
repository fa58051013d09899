//! Keeping people out or quiet, and what was done in a room.

use crate::{from_now, id_of, two_in_a_channel, usernames};
use causerie_sdk::{AuditAction, Error, Role};
use causerie_tests::{Server, on_both_databases};

async fn a_ban_keeps_out_until_it_ends(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let (room, bobs) = (room.id, id_of(&bob));
    let end = from_now(3_600);
    let banned = alice
        .ban_member(&room, &bobs, Some(end), Some("Spam"))
        .await;
    banned.expect("banned");
    let refused = bob.join_room(&room).await;
    assert!(
        matches!(&refused, Err(Error::Banned { reason }) if reason.contains("Spam")),
        "{refused:?}"
    );
    let bans = alice.bans(&room, 10, None).await.expect("bans");
    let ban = &bans.items[0];
    assert_eq!(usernames([&ban.user, &ban.by]), ["bob", "alice"]);
    assert_eq!(
        (ban.reason.as_deref(), ban.expires_at, bans.items.len()),
        (Some("Spam"), Some(end), 1)
    );
    alice.unban_member(&room, &bobs).await.expect("unbanned");
    alice
        .unban_member(&room, &bobs)
        .await
        .expect("again is fine");
    assert_eq!(alice.bans(&room, 10, None).await.expect("bans").items, []);
    bob.join_room(&room).await.expect("joined");
    let refused = bob.bans(&room, 10, None).await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );
}

async fn a_mute_keeps_quiet_until_it_is_taken_back(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let (room, bobs) = (room.id, id_of(&bob));
    let end = from_now(3_600);
    let muted = alice
        .mute_member(&room, &bobs, end, Some("Calm down"))
        .await;
    muted.expect("muted");
    let refused = bob.send(&room, "but").await;
    assert!(
        matches!(&refused, Err(Error::Muted { reason }) if reason.contains("Calm down")),
        "{refused:?}"
    );
    let own = bob.room(&room).await.expect("an answer");
    let own = own.and_then(|room| room.membership).expect("a member");
    assert_eq!(own.muted_until, Some(end));
    alice.unmute_member(&room, &bobs).await.expect("unmuted");
    bob.send(&room, "thank you").await.expect("sent");
}

async fn what_is_done_is_in_the_audit_log(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let (room, bobs) = (room.id, id_of(&bob));
    let promoted = alice.set_member_role(&room, &bobs, Role::Admin).await;
    promoted.expect("an admin");
    let muted = alice.mute_member(&room, &bobs, from_now(60), None).await;
    muted.expect("muted");
    let banned = alice.ban_member(&room, &bobs, None, Some("Spam")).await;
    banned.expect("banned");
    let newest = alice.audit_log(&room, 2, None).await.expect("the log");
    let entry = &newest.items[0];
    let target = entry.target.as_ref().expect("a target");
    assert_eq!(usernames([&entry.actor, target]), ["alice", "bob"]);
    assert_eq!(entry.action, AuditAction::Ban);
    assert_eq!((entry.reason.as_deref(), entry.until), (Some("Spam"), None));
    assert_eq!(newest.items[1].action, AuditAction::Mute);
    assert!(newest.items[1].until.is_some());
    let after = newest.next.as_deref();
    let oldest = alice.audit_log(&room, 2, after).await.expect("the log");
    let entry = &oldest.items[0];
    assert_eq!(
        (&entry.action, &entry.role),
        (&AuditAction::SetRole, &Some(Role::Admin))
    );
    assert_eq!((oldest.items.len(), oldest.next), (1, None));
    let refused = bob.audit_log(&room, 2, None).await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );
}

on_both_databases![
    a_ban_keeps_out_until_it_ends,
    a_mute_keeps_quiet_until_it_is_taken_back,
    what_is_done_is_in_the_audit_log,
];
