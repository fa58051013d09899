//! How often one name and one address may knock, so that passwords cannot be guessed at speed, and
//! how much one account may write.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::model::UserId;

/// Attempts one user name may have at once from one network, before one each [`LOGIN_PERIOD`].
const LOGIN_BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
const LOGIN_PERIOD: Duration = Duration::from_secs(6);
/// The same from everywhere together: enough that nobody can lock another out by himself.
const NAME_BURST: NonZeroU32 = NonZeroU32::new(200).unwrap();
const NAME_PERIOD: Duration = Duration::from_secs(3);
/// Requests one address may have at once, before one each [`ADDRESS_PERIOD`].
const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(60).unwrap();
const ADDRESS_PERIOD: Duration = Duration::from_secs(1);
/// How many seconds of writing an account may have saved up: pasting a lot at once is no flood.
const SAVED_UP: NonZeroU32 = NonZeroU32::new(25).unwrap();
/// How often an account that is limited may change what everyone around it sees of it, at once, before
/// one each [`PROFILE_PERIOD`]: all its rooms are told each time.
const PROFILE_BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
const PROFILE_PERIOD: Duration = Duration::from_secs(10);
/// How many keys a limiter may hold before it first forgets those that are rested.
const SWEEP_ABOVE: usize = 10_000;

/// Too many attempts; another is welcome after `retry_after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {} s", retry_after.as_secs().max(1))]
pub(crate) struct RateLimited {
    pub(crate) retry_after: Duration,
}

/// The limits on `login`, `register` and `refreshSession`, and on what is written.
pub(crate) struct RateLimits<C: Clock = DefaultClock> {
    by_username: Limiter<String, C>,
    by_username_and_address: Limiter<(String, Network), C>,
    by_address: Limiter<Network, C>,
    /// `None` where there is no limit.
    by_account: Option<ByAccount<C>>,
}

/// What one account may do.
struct ByAccount<C: Clock> {
    writes: Limiter<UserId, C>,
    profiles: Limiter<UserId, C>,
}

impl RateLimits {
    /// An account may write so often a second; 0 is without a limit.
    pub(crate) fn new(writes: u32) -> Self {
        Self::with_clock(writes, DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimits<C> {
    /// Limits that see time pass on `clock`.
    pub(crate) fn with_clock(writes: u32, clock: C) -> Self {
        let by_username = Limiter::new(NAME_BURST, NAME_PERIOD, clock.clone());
        let by_username_and_address = Limiter::new(LOGIN_BURST, LOGIN_PERIOD, clock.clone());
        let by_address = Limiter::new(ADDRESS_BURST, ADDRESS_PERIOD, clock.clone());
        let by_account = NonZeroU32::new(writes).map(|writes| {
            let burst = writes.saturating_mul(SAVED_UP);
            let period = Duration::from_secs(1) / writes.get();
            ByAccount {
                writes: Limiter::new(burst, period, clock.clone()),
                profiles: Limiter::new(PROFILE_BURST, PROFILE_PERIOD, clock),
            }
        });
        Self {
            by_username,
            by_username_and_address,
            by_address,
            by_account,
        }
    }

    /// Counts an attempt to log in as `username` (folded to lower case) from `address`.
    pub(crate) fn check_login(&self, username: &str, address: IpAddr) -> Result<(), RateLimited> {
        // The address comes first: one that is out of attempts must not use up somebody's own.
        self.check_address(address)?;
        let network = Network::of(address.to_canonical());
        self.by_username_and_address
            .check((username.to_owned(), network))?;
        self.by_username.check(username.to_owned())
    }

    /// Counts a request to register or to refresh a session from `address`.
    ///
    /// Loopback is not limited: it is the operator, or a proxy that was not declared as trusted and
    /// behind which everybody would share one allowance.
    pub(crate) fn check_address(&self, address: IpAddr) -> Result<(), RateLimited> {
        match address.to_canonical() {
            address if address.is_loopback() => Ok(()),
            address => self.by_address.check(Network::of(address)),
        }
    }

    /// Counts something that an account writes.
    pub(crate) fn check_write(&self, account: UserId) -> Result<(), RateLimited> {
        match &self.by_account {
            Some(limits) => limits.writes.check(account),
            None => Ok(()),
        }
    }

    /// Counts a change of what everyone around an account sees of it.
    pub(crate) fn check_profile(&self, account: UserId) -> Result<(), RateLimited> {
        match &self.by_account {
            Some(limits) => limits.profiles.check(account),
            None => Ok(()),
        }
    }
}

/// What counts as one client: an IPv4 address, or the /64 that an IPv6 subscriber is given whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Network(IpAddr);

impl Network {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(v6) => Self(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into()),
        }
    }
}

type Keyed<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// One allowance a key, in memory bounded by what arrives while a key rests: once every so many new
/// keys, those whose allowance is full again are forgotten.
struct Limiter<K: Hash + Eq + Clone, C: Clock> {
    keyed: Keyed<K, C>,
    clock: C,
    sweep_above: AtomicUsize,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Limiter<K, C> {
    fn new(burst: NonZeroU32, period: Duration, clock: C) -> Self {
        let quota = Quota::with_period(period)
            .expect("a period")
            .allow_burst(burst);
        Self {
            keyed: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock,
            sweep_above: AtomicUsize::new(SWEEP_ABOVE),
        }
    }

    fn check(&self, key: K) -> Result<(), RateLimited> {
        self.sweep_when_large();
        self.keyed.check_key(&key).map_err(|until| RateLimited {
            retry_after: until.wait_time_from(self.clock.now()),
        })
    }

    fn sweep_when_large(&self) {
        if self.keyed.len() <= self.sweep_above.load(Ordering::Relaxed) {
            return;
        }
        self.keyed.retain_recent();
        self.keyed.shrink_to_fit();
        // Twice what is left, so that the sweeps stay cheap however many keys are in use.
        let next = SWEEP_ABOVE.max(self.keyed.len() * 2);
        self.sweep_above.store(next, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::model::{IdGenerator, Timestamp};

    const ELSEWHERE: &str = "203.0.113.7";

    fn limits() -> (RateLimits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (RateLimits::with_clock(2, clock.clone()), clock)
    }

    #[test]
    fn an_account_writes_as_often_as_it_may_and_saves_some_up() {
        let (limits, clock) = limits();
        let ids = IdGenerator::from_seed([1; 32]);
        let [alice, bob] = [1, 2].map(|millis| ids.next(Timestamp::from_millis(millis)));
        for _ in 0..50 {
            assert_eq!(limits.check_write(alice), Ok(()));
        }
        let retry_after = Duration::from_millis(500);
        assert_eq!(limits.check_write(alice), Err(RateLimited { retry_after }));
        assert_eq!(limits.check_write(bob), Ok(()));
        clock.advance(retry_after);
        assert_eq!(limits.check_write(alice), Ok(()));
        assert!(limits.check_write(alice).is_err());
    }

    #[test]
    fn an_account_changes_its_profile_twenty_times_and_then_every_ten_seconds() {
        let (limits, clock) = limits();
        let alice = IdGenerator::from_seed([1; 32]).next(Timestamp::from_millis(1));
        for _ in 0..20 {
            assert_eq!(limits.check_profile(alice), Ok(()));
        }
        let retry_after = Duration::from_secs(10);
        let limited = Err(RateLimited { retry_after });
        assert_eq!(limits.check_profile(alice), limited);
        clock.advance(retry_after);
        assert_eq!(limits.check_profile(alice), Ok(()));
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_name_has_twenty_attempts_and_then_one_each_six_seconds() {
        let (limits, clock) = limits();
        let login = |name: &str| limits.check_login(name, address("127.0.0.1"));
        for _ in 0..20 {
            assert_eq!(login("alice"), Ok(()));
        }
        let retry_after = Duration::from_secs(6);
        assert_eq!(login("alice"), Err(RateLimited { retry_after }));
        assert_eq!(login("bob"), Ok(()));

        clock.advance(Duration::from_secs(4));
        let retry_after = Duration::from_secs(2);
        assert_eq!(login("alice"), Err(RateLimited { retry_after }));
        clock.advance(retry_after);
        assert_eq!(login("alice"), Ok(()));
        assert!(login("alice").is_err());
    }

    #[test]
    fn one_network_cannot_lock_a_name_out_for_others() {
        let (limits, _clock) = limits();
        for _ in 0..50 {
            let _ = limits.check_login("alice", address(ELSEWHERE));
        }
        assert!(limits.check_login("alice", address(ELSEWHERE)).is_err());
        assert_eq!(limits.check_login("alice", address("203.0.113.8")), Ok(()));
    }

    #[test]
    fn a_name_has_two_hundred_attempts_from_everywhere() {
        let (limits, _clock) = limits();
        for host in 0..200 {
            let from = address(&format!("198.51.100.{host}"));
            assert_eq!(limits.check_login("alice", from), Ok(()));
        }
        assert!(limits.check_login("alice", address(ELSEWHERE)).is_err());
    }

    #[test]
    fn an_address_has_sixty_requests_and_then_one_a_second() {
        let (limits, clock) = limits();
        for _ in 0..60 {
            assert_eq!(limits.check_address(address(ELSEWHERE)), Ok(()));
        }
        assert!(limits.check_address(address(ELSEWHERE)).is_err());
        assert!(limits.check_address(address("::ffff:203.0.113.7")).is_err());
        assert_eq!(limits.check_address(address("203.0.113.8")), Ok(()));
        clock.advance(Duration::from_secs(1));
        assert_eq!(limits.check_address(address(ELSEWHERE)), Ok(()));
    }

    #[test]
    fn an_address_that_is_refused_does_not_use_up_a_name() {
        let (limits, _clock) = limits();
        for _ in 0..60 {
            assert_eq!(limits.check_address(address(ELSEWHERE)), Ok(()));
        }
        for _ in 0..20 {
            assert!(limits.check_login("alice", address(ELSEWHERE)).is_err());
        }
        assert_eq!(limits.check_login("alice", address("203.0.113.8")), Ok(()));
    }

    #[test]
    fn an_ipv6_subscriber_is_one_client() {
        let (limits, _clock) = limits();
        for host in 1..=60 {
            let own = address(&format!("2001:db8:0:1::{host:x}"));
            assert_eq!(limits.check_address(own), Ok(()));
        }
        assert!(
            limits
                .check_address(address("2001:db8:0:1:ffff::1"))
                .is_err()
        );
        assert_eq!(limits.check_address(address("2001:db8:0:2::1")), Ok(()));
    }

    #[test]
    fn loopback_is_not_limited() {
        let (limits, _clock) = limits();
        for _ in 0..200 {
            for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                assert_eq!(limits.check_address(address(own)), Ok(()));
            }
        }
    }

    #[test]
    fn keys_that_are_rested_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limiter = Limiter::new(LOGIN_BURST, LOGIN_PERIOD, clock.clone());
        for key in 0..=SWEEP_ABOVE {
            assert_eq!(limiter.check(key), Ok(()));
        }
        assert_eq!(limiter.keyed.len(), SWEEP_ABOVE + 1);
        clock.advance(Duration::from_secs(120));
        assert_eq!(limiter.check(0), Ok(()));
        assert_eq!(limiter.keyed.len(), 1);
    }
}
