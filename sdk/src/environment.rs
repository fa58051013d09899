//! The only place that asks the machine for the time and for randomness, and that waits; everything else is handed them.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that may ask"
)]

use jiff::Timestamp;
use rand::Rng;
use std::time::Duration;

/// The device's clock, which may be wrong.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Blocks the thread: not for tokio's.
pub(crate) fn rest(duration: Duration) {
    std::thread::sleep(duration);
}

/// 128 random bits in lower-case hex.
pub(crate) fn random_id() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

/// Uniform in `0.0..1.0`.
pub(crate) fn random_fraction() -> f64 {
    rand::rng().random()
}

/// For a generator of one's own.
pub(crate) fn random_seed() -> u64 {
    rand::rng().random()
}
