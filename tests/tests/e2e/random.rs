//! Random cases that can happen again.

use causerie_tests::random_seed;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Handle;

/// Plays so many random values. Each has a seed of its own: with that in `CAUSERIE_TEST_SEED` it is
/// the first.
pub fn for_random<S: Strategy>(cases: u32, values: S, play: impl AsyncFn(S::Value)) {
    let first = random_seed();
    let config = Config {
        cases: 1,
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    for seed in (first..=u64::MAX).take(cases as usize) {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(config.clone(), rng);
        let handle = Handle::current();
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&values, |value| {
                handle.block_on(play(value));
                Ok(())
            })
        });
        if let Err(failure) = outcome {
            panic!("{failure}\nCAUSERIE_TEST_SEED={seed} makes it happen again");
        }
    }
}
