//! What was acknowledged stays, whatever happens to the server.

use std::os::unix::fs::PermissionsExt;

use causerie_tests::{Message, Server, on_both_databases};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::json;

async fn acknowledged_messages_survive_a_kill(server: &mut Server) {
    let alice = server.register("alice").await;
    let room = alice.create_channel("tea").await;
    let acknowledged = {
        let mut sends: FuturesUnordered<_> = (0..40)
            .map(|number| {
                let key = format!("key-{number}");
                let input = json!({ "roomId": room.id, "body": key, "clientId": key });
                alice.try_send(input)
            })
            .collect();
        let mut acknowledged = Vec::new();
        while acknowledged.len() < 25 {
            let answer = sends.next().await.expect("another answer");
            acknowledged.push(answer.success::<Message>("sendMessage", "message"));
        }
        // The rest is under way when the power fails.
        server.kill().await;
        acknowledged
    };
    server.start_again().await;
    let kept = alice.history(&room, "first: 100").await;
    for message in &acknowledged {
        assert!(kept.nodes.contains(message), "lost: {message:?}");
    }
    let expected: Vec<i64> = (1..).take(kept.nodes.len()).collect();
    assert_eq!(kept.seqs(), expected);

    // Sending all of them again completes the set and repeats nothing.
    for number in 0..40 {
        let key = format!("key-{number}");
        alice.send_as(&key, &room, &key).await;
    }
    assert_eq!(alice.history(&room, "first: 100").await.nodes.len(), 40);
}

async fn logins_survive_a_restart(server: &mut Server) {
    let alice = server.register("alice").await;
    let jwks = server.get("/.well-known/jwks.json").await;
    assert_eq!(jwks.0, 200);
    assert_eq!(server.terminate().await, Some(0));
    server.start_again().await;
    assert_eq!(server.get("/.well-known/jwks.json").await, jwks);
    assert_eq!(alice.whoami().await.as_deref(), Some("alice"));
    alice.refresh(&alice.tokens.refresh_token).await;
}

async fn keys_are_readable_by_their_owner_only(server: &mut Server) {
    let folder = server.data_dir().join("keys");
    let mode = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).expect("metadata");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(&folder), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).expect("the keys") {
        assert_eq!(mode(&entry.expect("a key").path()), 0o600);
        files += 1;
    }
    assert_eq!(files, 2);
}

on_both_databases![
    acknowledged_messages_survive_a_kill,
    logins_survive_a_restart,
    keys_are_readable_by_their_owner_only,
];
