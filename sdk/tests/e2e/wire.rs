//! A wire between client and server that can be cut, that can lose an answer, and that counts what is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Wire {
    /// What a client connects to instead of the server.
    pub url: String,
    state: Arc<State>,
}

struct State {
    /// Counts the cuts; a connection ends when it changes.
    cuts: watch::Sender<usize>,
    is_severed: AtomicBool,
    open: watch::Sender<usize>,
    answers_to_lose: AtomicUsize,
    answers_lost: AtomicUsize,
    /// WebSockets wait for as long as this is set.
    holds_sockets: watch::Sender<bool>,
    connections: AtomicUsize,
    round_trips: AtomicUsize,
}

impl Wire {
    pub async fn to(server: &str) -> Self {
        let target = server
            .strip_prefix("http://")
            .expect("the address")
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let state = Arc::new(State {
            cuts: watch::Sender::new(0),
            is_severed: AtomicBool::new(false),
            open: watch::Sender::new(0),
            answers_to_lose: AtomicUsize::new(0),
            answers_lost: AtomicUsize::new(0),
            holds_sockets: watch::Sender::new(false),
            connections: AtomicUsize::new(0),
            round_trips: AtomicUsize::new(0),
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (state, target) = (shared.clone(), target.clone());
                if state.is_severed.load(Ordering::SeqCst) {
                    continue;
                }
                state.open.send_modify(|open| *open += 1);
                tokio::spawn(async move {
                    carry(client, &target, &state).await;
                    state.open.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { url, state }
    }

    /// Breaks off every connection that stands.
    pub fn cut(&self) {
        self.state.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Breaks off every connection, and lets none stand until it is mended.
    pub fn sever(&self) {
        self.state.is_severed.store(true, Ordering::SeqCst);
        self.cut();
    }

    /// Lets connections stand again.
    pub fn mend(&self) {
        self.state.is_severed.store(false, Ordering::SeqCst);
    }

    /// The next `count` answers reach nobody: the server has done its work, and the connection breaks off.
    pub fn lose_answers(&self, count: usize) {
        self.state.answers_to_lose.store(count, Ordering::SeqCst);
    }

    /// How many answers were lost so far.
    pub fn answers_lost(&self) -> usize {
        self.state.answers_lost.load(Ordering::SeqCst)
    }

    /// Lets no WebSocket through, or all of them.
    pub fn hold_sockets(&self, hold: bool) {
        self.state.holds_sockets.send_replace(hold);
    }

    /// How many connections have carried something so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// How often a client has begun to speak so far, at first or after it had heard something: what it says without
    /// waiting for an answer is one.
    pub fn round_trips(&self) -> usize {
        self.state.round_trips.load(Ordering::SeqCst)
    }

    /// Waits until no connection is open any more.
    pub async fn idle(&self) {
        let mut open = self.state.open.subscribe();
        open.wait_for(|open| *open == 0).await.expect("the wire");
    }
}

async fn carry(mut client: TcpStream, target: &str, state: &State) {
    let mut cuts = state.cuts.subscribe();
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    let (mut asked, mut answered) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    let (mut is_new, mut has_heard) = (true, true);
    loop {
        let carried = tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(length) if length > 0 => {
                    if std::mem::take(&mut is_new) {
                        state.let_through(&asked[..length]).await;
                    }
                    let begins = std::mem::take(&mut has_heard);
                    state.round_trips.fetch_add(usize::from(begins), Ordering::SeqCst);
                    server.write_all(&asked[..length]).await
                }
                _ => return,
            },
            read = server.read(&mut answered) => match read {
                Ok(length) if length > 0 && !state.loses_this_answer() => {
                    has_heard = true;
                    client.write_all(&answered[..length]).await
                }
                _ => return,
            },
            _ = cuts.changed() => return,
        };
        if carried.is_err() {
            return;
        }
    }
}

impl State {
    /// What begins a connection says what kind it is.
    async fn let_through(&self, beginning: &[u8]) {
        let beginning = String::from_utf8_lossy(beginning).to_lowercase();
        if beginning.contains("upgrade: websocket") {
            let mut holds = self.holds_sockets.subscribe();
            holds.wait_for(|holds| !holds).await.expect("the wire");
        }
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    fn loses_this_answer(&self) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        let loses = self
            .answers_to_lose
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
            .is_ok();
        self.answers_lost
            .fetch_add(usize::from(loses), Ordering::SeqCst);
        loses
    }
}
