//! How long to wait before trying again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Doubles with every failure in a row (`attempt` counts them from 0), up to half a minute. `random` in `0.0..1.0`
/// takes up to half of it away, so that a thousand clients of a restarted server do not come back as one.
pub(crate) fn delay(attempt: u32, random: f64) -> Duration {
    let full = FIRST
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(LONGEST);
    full.mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let waits: Vec<_> = (0..9)
            .map(|attempt| delay(attempt, 0.0).as_millis())
            .collect();
        assert_eq!(
            waits,
            [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]
        );
        assert_eq!(delay(u32::MAX, 0.0), LONGEST);
    }

    #[test]
    fn jitter_takes_at_most_half_away() {
        assert_eq!(delay(1, 0.5), Duration::from_millis(750));
        assert_eq!(delay(1, 1.0), Duration::from_millis(500));
    }
}
