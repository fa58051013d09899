//! Time as a value and as a source: nothing else in the server reads the system clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An instant in UTC: microseconds since the Unix epoch, always a whole millisecond, so that
/// what the API prints is exactly what the database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const YEAR_10000_MICROS: i64 = 253_402_300_800_000_000;

impl Timestamp {
    /// Reads back microseconds since the Unix epoch that [`Timestamp::as_micros`] gave.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The same for what may never have come from there. `None` for what not every database can
    /// hold, and for what is later than anything can have happened.
    pub fn from_untrusted_micros(micros: i64) -> Option<Self> {
        (0..YEAR_10000_MICROS)
            .contains(&micros)
            .then_some(Self(micros))
    }

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    pub fn as_micros(self) -> i64 {
        self.0
    }

    pub fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long after `earlier` this is; zero when it is not later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        let micros = i64::try_from(later.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, earlier: Duration) -> Self {
        let micros = i64::try_from(earlier.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }
}

/// Where the present comes from.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX / 1_000))
    }
}
