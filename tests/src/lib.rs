//! The harness of the end-to-end cases: the real server over a fresh database for each case, and
//! people who act on it.
//!
//! ```ignore
//! async fn a_message_is_heard(server: &mut Server) {
//!     let [alice, bob] = server.people(["alice", "bob"]).await;
//!     let room = alice.create_channel("tea").await;
//!     bob.join(&room).await;
//!     let mut heard = bob.listen(Some(&room), None).await;
//!     alice.send(&room, "Milk first?").await;
//!     assert_eq!(heard.next().await.message.body, "Milk first?");
//! }
//!
//! on_both_databases![a_message_is_heard];
//! ```

#![expect(
    clippy::print_stderr,
    reason = "what a test has to say, libtest shows with its failure"
)]

mod answer;
mod database;
mod keeping;
mod listener;
mod listening;
mod messages;
mod person;
mod rooms;
mod server;
mod socket;
mod subscription;

pub use answer::{Answer, UserError};
pub use database::{Backend, Database};
pub use listener::{Ended, Heard, Listener};
pub use messages::{Message, Page};
pub use person::{PASSWORD, Person, Tokens};
pub use rooms::Room;
pub use server::{Exit, Server, Setup};
pub use socket::Socket;
pub use subscription::Subscription;

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;

/// Long enough for anything that is going to happen on a busy machine; no case passes by waiting.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How much of the server's log a failure shows.
const LOG_LINES: usize = 500;

/// Makes each named case, an `async fn(&mut Server)`, into two tests: `case::sqlite` and
/// `case::postgres`.
#[macro_export]
macro_rules! on_both_databases {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                $crate::run_case($crate::Backend::Sqlite, super::$case).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                $crate::run_case($crate::Backend::Postgres, super::$case).await;
            }
        }
    )+};
}

/// Runs one case against a server of its own, and shows the end of its log if the case fails.
pub async fn run_case(backend: Backend, case: impl AsyncFnOnce(&mut Server)) {
    let Some(database) = Database::create(backend).await else {
        return;
    };
    let mut server = Server::start(Setup::with(&database)).await;
    let outcome = AssertUnwindSafe(case(&mut server)).catch_unwind().await;
    finish(server, database, outcome).await;
}

async fn finish(mut server: Server, database: Database, outcome: Result<(), Box<dyn Any + Send>>) {
    server.kill().await;
    if outcome.is_err() {
        let log = server.log();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(LOG_LINES)..];
        eprintln!("── the end of the server's log ──\n{}", last.join("\n"));
    }
    database.remove().await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// What randomness begins with: `CAUSERIE_TEST_SEED`, or any number.
pub fn random_seed() -> u64 {
    match database::variable("CAUSERIE_TEST_SEED") {
        Some(seed) => seed.parse().expect("a number"),
        None => getrandom::u64().expect("randomness"),
    }
}

/// How many random cases are tried: `CAUSERIE_TEST_CASES`, or as many as usually.
pub fn random_cases(usually: u32) -> u32 {
    match database::variable("CAUSERIE_TEST_CASES") {
        Some(cases) => cases.parse().expect("a number"),
        None => usually,
    }
}

/// That long after now, as the API says it.
#[expect(
    clippy::disallowed_methods,
    reason = "a real server is told the real time"
)]
pub fn from_now(later: Duration) -> String {
    let instant = jiff::Timestamp::now() + later;
    format!("{instant:.3}")
}

/// What `future` gives, or a panic that says what was waited for in vain.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    within_for(PATIENCE, what, future).await
}

/// The same for what may take longer, or shorter.
pub(crate) async fn within_for<T>(
    patience: Duration,
    what: &str,
    future: impl Future<Output = T>,
) -> T {
    match tokio::time::timeout(patience, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {patience:?} for {what}"),
    }
}
