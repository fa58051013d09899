//! Stores that take their time, and servers that do not answer.

use super::*;
use crate::session::MemoryStore;
use crate::transport::{Endpoint, tls};
use causerie_tests::within;
use futures_util::future::join_all;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use tokio::net::TcpListener;

fn session() -> Session {
    let session = json!({
        "id": "ses_1", "user_id": "usr_1", "username": "alice",
        "access_token": "a", "expires_at": "2020-01-01T00:00:00Z", "refresh_token": "r",
    });
    serde_json::from_value(session).expect("a session")
}

/// Does nothing before it is told to.
struct Slow {
    go_on: Mutex<mpsc::Receiver<()>>,
}

impl Slow {
    fn wait(&self) -> Result<(), StoreError> {
        let go_on = self.go_on.lock().expect("not poisoned");
        Ok(go_on.recv_timeout(Duration::from_secs(10))?)
    }
}

impl SessionStore for Slow {
    fn load(&self) -> Result<Option<Session>, StoreError> {
        self.wait().map(|()| Some(session()))
    }

    fn save(&self, _: &Session) -> Result<(), StoreError> {
        self.wait()
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.wait()
    }
}

#[tokio::test]
async fn a_store_that_waits_for_the_app_does_not_hold_the_app_up() {
    let (go_on, told) = mpsc::channel();
    let go_on_with = Mutex::new(told);
    let keeper = Keeper::new(Arc::new(Slow { go_on: go_on_with }));
    let app = async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
            go_on.send(()).expect("the store waits");
        }
    };
    let calls = async {
        keeper.restore().await?;
        keeper.sign_in(session()).await?;
        keeper.forget().await
    };
    let (_, done) = tokio::join!(app, calls);
    assert_eq!(done, Ok(()));
}

#[tokio::test]
async fn a_store_that_panics_is_an_error() {
    struct Broken;
    impl SessionStore for Broken {
        fn load(&self) -> Result<Option<Session>, StoreError> {
            panic!("a fault")
        }
        fn save(&self, _: &Session) -> Result<(), StoreError> {
            Ok(())
        }
        fn clear(&self) -> Result<(), StoreError> {
            Ok(())
        }
    }
    let restored = Keeper::new(Arc::new(Broken)).restore().await;
    assert!(
        matches!(restored, Err(Error::SessionStore { .. })),
        "{restored:?}"
    );
}

#[tokio::test]
async fn who_waits_for_a_refresh_that_fails_does_not_begin_another_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            // And hangs up.
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let endpoint = Endpoint::parse(&url).expect("an address");
    let tls = tls::config(&[]).expect("a TLS set-up");
    let http = Http::new(&endpoint, tls, Duration::from_secs(20)).expect("a client");
    let keeper = Keeper::new(Arc::new(MemoryStore::default()));
    keeper.sign_in(session()).await.expect("kept");
    let tokens = join_all((0..10).map(|_| keeper.token(&http, None)));
    let tokens = within("the answers", tokens).await;
    assert!(
        tokens
            .iter()
            .all(|token| matches!(token, Err(Error::Network { .. }))),
        "{tokens:?}"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 2, "one refresh, tried twice");
    let next = keeper.token(&http, None).await;
    assert!(matches!(next, Err(Error::Network { .. })), "{next:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 4, "the next one is another");
}

#[tokio::test]
async fn a_call_takes_no_longer_than_a_request_may() {
    // It takes connections, and that is all.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let client = crate::Client::builder(url).request_timeout(Duration::from_millis(100));
    let client = client.build().expect("a client");
    client.use_session(session()).await.expect("taken");
    let asked = within("the end", client.viewer()).await;
    let late = Error::Network {
        reason: "the server did not answer in time".to_owned(),
    };
    assert_eq!(asked.err(), Some(late));
}
