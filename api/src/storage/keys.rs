//! Keys that make names and pairs unique.

use crate::model::UserId;

/// What two channel names have in common when they count as the same.
pub(super) fn name_key(name: &str) -> String {
    name.to_lowercase()
}

/// One key for a pair of people, whoever comes first.
pub(super) fn pair_key((one, other): (UserId, UserId)) -> String {
    let (first, second) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    format!("{first}:{second}")
}
