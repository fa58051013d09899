//! What is only true until a certain time.

use std::time::Duration;

use super::world::{World, on_both};
use crate::model::{Clock, ProfileChanges, Room, RoomKind, Status, Timestamp};
use crate::services::core::Viewer;
use crate::services::error::Error;
use crate::services::invites::InviteDraft;
use crate::services::rooms::{RoomDraft, RoomReference};
use crate::services::sanctions::SanctionDraft;

const HOUR: Duration = Duration::from_hours(1);

impl World {
    async fn group(&self, owner: Viewer, members: &[Viewer]) -> Room {
        let draft = RoomDraft {
            kind: RoomKind::Group,
            name: "tea".to_owned(),
            topic: None,
            members: members.iter().map(|member| member.user_id).collect(),
        };
        self.services
            .rooms
            .create(owner, draft)
            .await
            .expect("a room")
    }

    fn in_an_hour(&self) -> Timestamp {
        let hour = i64::try_from(HOUR.as_micros()).expect("an hour");
        Timestamp::from_micros(self.clock.now().as_micros() + hour)
    }
}

async fn an_invite_expires(world: World) {
    let [alice, bob, carol] = [
        world.person("alice").await,
        world.person("bob").await,
        world.person("carol").await,
    ];
    let room = world.group(alice, &[]).await;
    let draft = InviteDraft {
        room_id: room.id,
        expires_at: Some(world.in_an_hour()),
        max_uses: None,
    };
    let invite = world
        .services
        .invites
        .create(alice, draft)
        .await
        .expect("an invite");
    let join = async |viewer| {
        let code = RoomReference::Invite(invite.code.clone());
        world.services.rooms.join(viewer, code).await
    };
    assert_eq!(join(bob).await.expect("the room").member_count, 2);
    world.clock.forward(HOUR);
    assert!(matches!(join(carol).await, Err(Error::Expired(_))));
    // Who is in stays in.
    assert_eq!(join(bob).await.expect("the room").member_count, 2);
}

async fn a_status_expires(world: World) {
    let (alice, accounts) = (world.person("alice").await, &world.services.accounts);
    let status = Status {
        text: "Tea".to_owned(),
        emoji: None,
        expires_at: Some(world.in_an_hour()),
    };
    let changes = ProfileChanges {
        status: Some(Some(status.clone())),
        ..ProfileChanges::default()
    };
    let updated = accounts.update_profile(alice, changes).await;
    let user = updated.expect("a profile");
    assert_eq!(accounts.current_status(&user), Some(&status));
    world.clock.forward(HOUR);
    assert_eq!(accounts.current_status(&user), None);
}

async fn bans_and_mutes_end(world: World) {
    let (rooms, sanctions) = (&world.services.rooms, &world.services.sanctions);
    let [alice, bob] = [world.person("alice").await, world.person("bob").await];
    let room = world.group(alice, &[bob]).await;
    let draft = || SanctionDraft {
        room_id: room.id,
        user_id: bob.user_id,
        reason: None,
    };
    let send = async || world.send(bob, room.id, "hello", None).await;
    let end = Some(world.in_an_hour());
    sanctions.mute(alice, draft(), end).await.expect("a mute");
    assert!(matches!(send().await, Err(Error::Muted(None))));
    world.clock.forward(HOUR);
    send().await.expect("a message");

    let end = Some(world.in_an_hour());
    sanctions.ban(alice, draft(), end).await.expect("a ban");
    let invite = InviteDraft {
        room_id: room.id,
        expires_at: None,
        max_uses: None,
    };
    let invite = world.services.invites.create(alice, invite).await;
    let code = invite.expect("an invite").code;
    let join = async || rooms.join(bob, RoomReference::Invite(code.clone())).await;
    assert!(matches!(join().await, Err(Error::Banned(None))));
    world.clock.forward(HOUR);
    assert_eq!(join().await.expect("the room").member_count, 2);
}

on_both! {
    an_invite_expires
    a_status_expires
    bans_and_mutes_end
}
