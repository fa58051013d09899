//! What listens and is let go leaves nothing behind, measured by what the process holds in memory, as Linux tells it.

use crate::{
    CallbackError, CauserieClient, CauserieError, ChatSettings, ClientSettings, ConnectionState,
    Message, MessageListener, PresencesListener, ReadersListener, Receipt, Room, RoomListListener,
    RoomListStep, RoomListener, SessionStore, StateListener, SyncState, TimelineListener,
    TimelineState, TimelineStateListener, TimelineStep, UserPresence,
};
use causerie_sdk::{Cursor, RoomId, UserId};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// After so many rounds, threads, pools and the allocator have what they need.
const WARM_UP: usize = 5_000;
const ROUNDS: usize = 10_000;

const PATIENCE: Duration = Duration::from_secs(30);

/// What the process may hold more after the rounds than before: 100 bytes a round. The least that one of the eight listeners, or the
/// timeline, could leave behind is its task, which is several hundred. What is seen is a third of it: pages that the allocator has
/// begun.
const TOLERATED_KB: usize = 1 << 10;

static ALIVE: AtomicUsize = AtomicUsize::new(0);

struct Listener;

impl Listener {
    fn new() -> Arc<Self> {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Arc::new(Self)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

impl StateListener for Listener {
    fn on_state(&self, _: SyncState) -> Result<(), CallbackError> {
        Ok(())
    }
}

impl RoomListListener for Listener {
    fn on_steps(&self, _: Vec<RoomListStep>) -> Result<(), CallbackError> {
        Ok(())
    }
}

impl TimelineListener for Listener {
    fn on_steps(&self, _: Vec<TimelineStep>) -> Result<(), CallbackError> {
        Ok(())
    }
}

impl TimelineStateListener for Listener {
    fn on_state(&self, _: TimelineState) -> Result<(), CallbackError> {
        Ok(())
    }
}

impl RoomListener for Listener {
    fn on_room(&self, _: Option<Room>) -> Result<(), CallbackError> {
        Ok(())
    }
}

impl ReadersListener for Listener {
    fn on_readers(&self, _: Vec<Receipt>) -> Result<(), CallbackError> {
        Ok(())
    }
}

impl PresencesListener for Listener {
    fn on_presences(&self, _: Vec<UserPresence>) -> Result<(), CallbackError> {
        Ok(())
    }
}

impl MessageListener for Listener {
    fn on_message(&self, _: Message, _: Cursor) -> Result<(), CallbackError> {
        Ok(())
    }

    fn on_connection(&self, _: ConnectionState) -> Result<(), CallbackError> {
        Ok(())
    }

    fn on_end(&self, _: CauserieError) -> Result<(), CallbackError> {
        Ok(())
    }
}

/// Somebody who is signed in, without a server.
struct SignedIn;

impl SessionStore for SignedIn {
    fn load(&self) -> Result<Option<String>, CallbackError> {
        let session = r#"{
            "id": "ses_1", "user_id": "usr_1", "username": "alice", "access_token": "access",
            "expires_at": "2100-01-01T00:00:00Z", "refresh_token": "refresh"
        }"#;
        Ok(Some(session.to_owned()))
    }

    fn save(&self, _: String) -> Result<(), CallbackError> {
        Ok(())
    }

    fn clear(&self) -> Result<(), CallbackError> {
        Ok(())
    }
}

/// A call that is under way when its handle is dropped ends by itself.
async fn all_gone() {
    while ALIVE.load(Ordering::SeqCst) > 0 {
        tokio::task::yield_now().await;
    }
}

fn resident_kb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = resident.and_then(|rest| rest.split_whitespace().next());
    number.expect("a number").parse().expect("a number")
}

#[tokio::test]
async fn ten_thousand_listeners_leave_nothing_behind() -> Result<(), CauserieError> {
    let settings = ClientSettings {
        server_url: "http://127.0.0.1:1".to_owned(),
        device: None,
        root_certificates: None,
        request_timeout: None,
    };
    let client = CauserieClient::new(settings, Some(Arc::new(SignedIn)))?;
    client.restore().await?;
    let in_memory = ChatSettings {
        path: None,
        key: None,
        time_zone: None,
    };
    let chat = client.chat(in_memory).await?;
    let (room, people) = (RoomId::from("room_1"), vec![UserId::from("usr_2")]);
    let mut before = 0;
    for round in 0..WARM_UP + ROUNDS {
        if round == WARM_UP {
            before = resident_kb();
        }
        let timeline = chat.timeline(room.clone(), None).await?;
        let handles = [
            chat.watch_state(Listener::new())?,
            chat.watch_rooms(Listener::new()).await?,
            timeline.watch(Listener::new()).await?,
            timeline.watch_state(Listener::new())?,
            chat.watch_room(room.clone(), Listener::new()).await?,
            chat.watch_readers(room.clone(), Listener::new()).await?,
            chat.watch_presences(people.clone(), Listener::new())
                .await?,
        ];
        let following = client.follow(None, None, Listener::new())?;
        drop((handles, following));
        timeout(PATIENCE, all_gone())
            .await
            .expect("a listener stays");
    }
    let after = resident_kb();
    println!("{before} kB before {ROUNDS} rounds, {after} kB after");
    assert!(
        after <= before + TOLERATED_KB,
        "{before} kB before, {after} kB after"
    );
    Ok(())
}
