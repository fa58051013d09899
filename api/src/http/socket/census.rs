//! How many sockets each user has.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

/// Counts the open sockets of every user who has any.
#[derive(Clone, Default)]
pub(in crate::http) struct Census(Arc<Mutex<HashMap<Uuid, usize>>>);

/// One socket's place in the census, given up on drop.
pub(super) struct Place {
    census: Census,
    user: Uuid,
}

impl Census {
    /// Counts one more socket of `user`, unless there are `limit` already.
    pub(super) fn enter(&self, user: Uuid, limit: usize) -> Option<Place> {
        let mut counts = self.counts();
        let count = counts.entry(user).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Place {
            census: self.clone(),
            user,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.census.counts();
        if let Some(count) = counts.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_by_user_and_given_back() {
        let census = Census::default();
        let (alice, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = census.enter(alice, 2).expect("a place");
        let second = census.enter(alice, 2).expect("a place");
        assert!(census.enter(alice, 2).is_none());
        assert!(census.enter(bob, 2).is_some());
        drop(first);
        assert!(census.enter(alice, 2).is_some());
        drop(second);
        assert!(census.counts().is_empty());
    }
}
