//! Turning one list into another by the smallest steps that a list view can animate.

use eyeball_im::ObservableVector;
use std::collections::HashMap;
use std::hash::Hash;

/// Makes `shown` what `wanted` is: what is gone is removed, what is new is inserted, what has moved is taken out and put
/// in again, and what has changed is set. `key` says which items are the same.
pub(super) fn become_like<T, K>(
    shown: &mut ObservableVector<T>,
    wanted: Vec<T>,
    key: impl Fn(&T) -> K,
) where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Eq + Hash,
{
    if shown.len() == wanted.len() && shown.iter().zip(&wanted).all(|(one, other)| one == other) {
        return;
    }
    let mut steps = shown.transaction();
    let places: HashMap<K, usize> = wanted.iter().map(&key).zip(0..).collect();
    for index in (0..steps.len()).rev() {
        if !places.contains_key(&key(&steps[index])) {
            steps.remove(index);
        }
    }
    for (index, item) in wanted.into_iter().enumerate() {
        let its_key = key(&item);
        match steps.get(index) {
            None => steps.push_back(item),
            Some(there) if key(there) == its_key => {
                if *there != item {
                    steps.set(index, item);
                }
            }
            Some(_) => {
                let from = (index..steps.len()).find(|place| key(&steps[*place]) == its_key);
                if let Some(from) = from {
                    steps.remove(from);
                }
                match index {
                    0 => steps.push_front(item),
                    _ => steps.insert(index, item),
                }
            }
        }
    }
    steps.commit();
}

#[cfg(test)]
mod tests {
    use super::*;
    use eyeball_im::VectorDiff;
    use imbl::Vector;
    use proptest::prelude::*;

    type Item = (u8, u8);

    fn steps(from: Vec<Item>, to: &[Item]) -> (Vector<Item>, Vec<VectorDiff<Item>>) {
        let mut shown = ObservableVector::new();
        shown.append(from.into());
        let (mut seen, mut stream) = shown.subscribe().into_values_and_batched_stream();
        become_like(&mut shown, to.to_vec(), |item| item.0);
        let next = futures_util::StreamExt::next(&mut stream);
        let steps = futures_util::FutureExt::now_or_never(next).flatten();
        let steps = steps.unwrap_or_default();
        steps.iter().cloned().for_each(|step| step.apply(&mut seen));
        (seen, steps)
    }

    #[test]
    fn a_new_line_at_the_end_is_one_step() {
        let (_, steps) = steps(vec![(1, 0), (2, 0)], &[(1, 0), (2, 0), (3, 0)]);
        assert_eq!(steps, [VectorDiff::PushBack { value: (3, 0) }]);
    }

    #[test]
    fn a_line_that_changed_is_one_step() {
        let (_, steps) = steps(vec![(1, 0), (2, 0)], &[(1, 0), (2, 9)]);
        let value = (2, 9);
        assert_eq!(steps, [VectorDiff::Set { index: 1, value }]);
    }

    #[test]
    fn a_line_that_comes_first_moves_alone() {
        let (_, steps) = steps(vec![(1, 0), (2, 0), (3, 0)], &[(3, 1), (1, 0), (2, 0)]);
        assert_eq!(
            steps,
            [
                VectorDiff::Remove { index: 2 },
                VectorDiff::PushFront { value: (3, 1) }
            ]
        );
    }

    #[test]
    fn nothing_changed_is_no_step() {
        let (_, steps) = steps(vec![(1, 0)], &[(1, 0)]);
        assert!(steps.is_empty());
    }

    fn list() -> impl Strategy<Value = Vec<Item>> {
        let keys = proptest::sample::subsequence((0..12_u8).collect::<Vec<_>>(), 0..12);
        let shuffled = keys.prop_shuffle();
        shuffled.prop_flat_map(|keys| {
            let contents = proptest::collection::vec(0..2_u8, keys.len());
            contents.prop_map(move |contents| keys.iter().copied().zip(contents).collect())
        })
    }

    proptest! {
        #[test]
        fn the_steps_lead_from_any_list_to_any_other(from in list(), to in list()) {
            let (seen, _) = steps(from, &to);
            prop_assert_eq!(seen, Vector::from(to));
        }
    }
}
