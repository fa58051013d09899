//! The key that makes a pair of people unique.

use crate::model::UserId;

/// One key for a pair of people, whoever comes first.
pub(super) fn pair_key((one, other): (UserId, UserId)) -> String {
    let (first, second) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    format!("{first}:{second}")
}
