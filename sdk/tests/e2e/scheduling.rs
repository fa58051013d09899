//! Messages that are to be sent later.

use crate::wire::Wire;
use crate::{client, from_now, next_message, two_in_a_channel, until_connected};
use causerie_sdk::{Error, NewScheduledMessage};
use causerie_tests::{PASSWORD, Server, on_both_databases, within};

async fn a_message_is_sent_when_its_time_has_come(server: &mut Server) {
    let (alice, bob, room) = two_in_a_channel(server).await;
    let root = alice.send(&room.id, "tea?").await.expect("sent").id;
    let mut live = bob.messages(Some(room.id.clone()), None);
    until_connected(&mut live).await;
    let message = NewScheduledMessage {
        reply_to: Some(root.clone()),
        ..NewScheduledMessage::new(&room.id, "later", from_now(2))
    };
    let scheduled = alice.schedule_message(message.clone()).await;
    let scheduled = scheduled.expect("scheduled");
    assert_eq!(
        (&scheduled.room_id, &scheduled.client_id),
        (&Some(room.id.clone()), &Some(message.key.clone()))
    );
    assert_eq!(
        (scheduled.send_at, &scheduled.reply_to),
        (message.send_at, &Some(root))
    );
    assert_eq!((&scheduled.message_id, &scheduled.failure), (&None, &None));
    let heard = next_message(&mut live).await.expect("a message");
    assert_eq!(
        (heard.body.as_str(), heard.author),
        ("later", who_is_signed_in(&alice).await)
    );
    let noted = async { while alice.scheduled_messages().await != Ok(Vec::new()) {} };
    within("that it is noted as sent", noted).await;
    let late = alice.cancel_scheduled_message(&scheduled.id).await;
    assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
}

async fn who_is_signed_in(client: &causerie_sdk::Client) -> causerie_sdk::User {
    client.viewer().await.expect("a viewer").user
}

async fn what_is_scheduled_is_there_once_until_it_is_cancelled(server: &mut Server) {
    let (_, _, room) = two_in_a_channel(server).await;
    let wire = Wire::to(&server.url).await;
    let alice = client(&wire.url);
    alice.log_in("alice", PASSWORD).await.expect("logged in");
    wire.lose_answers(2);
    let message = NewScheduledMessage::new(&room.id, "in an hour", from_now(3_600));
    let first = alice.schedule_message(message.clone()).await;
    let first = first.expect("scheduled");
    assert_eq!(wire.answers_lost(), 2);
    let again = alice.schedule_message(message.clone()).await;
    assert_eq!(again.expect("scheduled").id, first.id);
    let other = NewScheduledMessage {
        body: "something else".to_owned(),
        ..message
    };
    let refused = alice.schedule_message(other).await;
    assert!(
        matches!(refused, Err(Error::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!(alice.scheduled_messages().await, Ok(vec![first.clone()]));
    let past = NewScheduledMessage::new(&room.id, "too late", room.created_at);
    let refused = alice.schedule_message(past).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == &["sendAt"]),
        "{refused:?}"
    );
    let cancelled = alice.cancel_scheduled_message(&first.id).await;
    cancelled.expect("cancelled");
    assert_eq!(alice.scheduled_messages().await, Ok(Vec::new()));
    let gone = alice.cancel_scheduled_message(&first.id).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
}

on_both_databases![
    a_message_is_sent_when_its_time_has_come,
    what_is_scheduled_is_there_once_until_it_is_cancelled,
];
