//! Gathers what many fields of one operation ask for one by one, and reads it at once.
//!
//! An operation is executed in one task, and each round of polling reaches every field that can
//! go on. So there is no need to wait for a while: who asked first lets a round pass in which
//! nobody else asked, and then everybody has.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::future::{BoxFuture, Shared};
use futures_util::{FutureExt, TryFutureExt};

/// What is read by many keys at once.
pub(super) trait Key: Clone + Eq + Hash + Send + Sync + 'static {
    type Value: Clone + Send + Sync + 'static;
    type Error: Send + Sync + 'static;
    /// Where it is read from.
    type Source: Send + Sync + 'static;

    /// Gets each key once, and leaves out what is absent.
    fn read(
        source: Arc<Self::Source>,
        keys: Vec<Self>,
    ) -> impl Future<Output = Result<HashMap<Self, Self::Value>, Self::Error>> + Send + 'static;
}

type Found<K> = Result<Arc<HashMap<K, <K as Key>::Value>>, Arc<<K as Key>::Error>>;

/// A read under way. Whoever of its batch is polled moves it on; any of them may be dropped.
type Reading<K> = Shared<BoxFuture<'static, Found<K>>>;

/// One kind of thing that one operation asks for. Remembers nothing: what is asked for after a
/// read has begun is read again.
pub(super) struct Batches<K: Key> {
    source: Arc<K::Source>,
    /// The newest batch, for as long as somebody waits for it to be read.
    newest: Mutex<Weak<Batch<K>>>,
}

struct Batch<K: Key>(Mutex<State<K>>);

enum State<K: Key> {
    Gathering(Gathering<K>),
    Reading(Reading<K>),
}

struct Gathering<K> {
    /// Everyone's, some of them more than once.
    keys: Vec<K>,
    /// Everyone's as well; `None` for the leader, and for those who are gone.
    wakers: Vec<Option<Waker>>,
    /// Who begins the read: the first that asked, as long as it stays.
    leader: Option<usize>,
    /// How many had asked when the leader was polled last.
    seen: usize,
}

/// A place in a batch, until that is being read.
struct Asking<'a, K: Key> {
    batch: Arc<Batch<K>>,
    place: usize,
    source: &'a Arc<K::Source>,
}

impl<K: Key> Batches<K> {
    pub(super) fn new(source: &Arc<K::Source>) -> Self {
        Self {
            source: Arc::clone(source),
            newest: Mutex::default(),
        }
    }

    /// The value of `key`, if there is one. All who ask at the same time must be polled by one
    /// task. Dropping this early is harmless to the others.
    pub(super) async fn load(&self, key: K) -> Result<Option<K::Value>, Arc<K::Error>> {
        let reading = self.ask(key.clone()).await;
        Ok(reading.await?.get(&key).cloned())
    }

    fn ask(&self, key: K) -> Asking<'_, K> {
        let source = &self.source;
        let mut newest = lock(&self.newest);
        if let Some(batch) = newest.upgrade() {
            let added = match &mut *lock(&batch.0) {
                State::Gathering(gathering) => Some(gathering.add(key.clone())),
                State::Reading(_) => None,
            };
            if let Some(place) = added {
                return Asking {
                    batch,
                    place,
                    source,
                };
            }
        }
        let mut gathering = Gathering::default();
        let place = gathering.add(key);
        let batch = Arc::new(Batch(Mutex::new(State::Gathering(gathering))));
        *newest = Arc::downgrade(&batch);
        Asking {
            batch,
            place,
            source,
        }
    }
}

impl<K> Default for Gathering<K> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            wakers: Vec::new(),
            leader: None,
            seen: 0,
        }
    }
}

impl<K> Gathering<K> {
    fn add(&mut self, key: K) -> usize {
        self.keys.push(key);
        self.wakers.push(None);
        self.keys.len() - 1
    }

    /// Whether the one in this place is to begin the read now.
    fn is_complete(&mut self, place: usize, cx: &Context<'_>) -> bool {
        let leader = *self.leader.get_or_insert(place);
        if leader != place {
            self.wakers[place] = Some(cx.waker().clone());
            return false;
        }
        let complete = self.seen == self.keys.len();
        self.seen = self.keys.len();
        if !complete {
            cx.waker().wake_by_ref();
        }
        complete
    }

    fn wake_all(&mut self) {
        for waker in &mut self.wakers {
            waker.take().into_iter().for_each(Waker::wake);
        }
    }
}

impl<K: Key> Future for Asking<'_, K> {
    type Output = Reading<K>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.batch.0);
        let gathering = match &mut *state {
            State::Gathering(gathering) => gathering,
            State::Reading(reading) => return Poll::Ready(reading.clone()),
        };
        if !gathering.is_complete(self.place, cx) {
            return Poll::Pending;
        }
        gathering.wake_all();
        let mut keys = std::mem::take(&mut gathering.keys);
        let mut known = HashSet::with_capacity(keys.len());
        keys.retain(|key| known.insert(key.clone()));
        let read = K::read(Arc::clone(self.source), keys);
        let reading = read.map_ok(Arc::new).map_err(Arc::new).boxed().shared();
        *state = State::Reading(reading.clone());
        Poll::Ready(reading)
    }
}

impl<K: Key> Drop for Asking<'_, K> {
    fn drop(&mut self) {
        if let State::Gathering(gathering) = &mut *lock(&self.batch.0) {
            gathering.wakers[self.place] = None;
            if gathering.leader == Some(self.place) {
                gathering.leader = None;
                gathering.wake_all();
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::{join, join_all, try_join_all};
    use futures_util::poll;
    use tokio::sync::Semaphore;
    use tokio::time::timeout;

    use super::*;

    /// Where numbers are doubled: those below a thousand only, and none that come with a million.
    #[derive(Default)]
    pub(in crate::graphql) struct Doubler {
        reads: Mutex<Vec<Vec<u32>>>,
        /// Closed while a read is to go on.
        gate: Mutex<Option<Arc<Semaphore>>>,
    }

    impl Key for u32 {
        type Value = u32;
        type Error = &'static str;
        type Source = Doubler;

        async fn read(
            source: Arc<Doubler>,
            keys: Vec<u32>,
        ) -> Result<HashMap<u32, u32>, &'static str> {
            lock(&source.reads).push(keys.clone());
            let gate = lock(&source.gate).clone();
            if let Some(gate) = gate {
                gate.acquire().await.expect("a gate").forget();
            }
            if keys.contains(&1_000_000) {
                return Err("a million");
            }
            let found = keys.into_iter().filter(|key| *key < 1_000);
            Ok(found.map(|key| (key, key * 2)).collect())
        }
    }

    fn doubles() -> (Batches<u32>, Arc<Doubler>) {
        let doubler = Arc::default();
        (Batches::new(&doubler), doubler)
    }

    fn sizes(doubler: &Doubler) -> Vec<usize> {
        lock(&doubler.reads).iter().map(Vec::len).collect()
    }

    #[tokio::test]
    async fn siblings_are_read_at_once() {
        // Long lists are polled in another way than short ones.
        for count in [1, 2, 30, 31, 500] {
            let (doubles, doubler) = doubles();
            let values = join_all((0..count).map(|key| doubles.load(key))).await;
            let expected: Vec<_> = (0..count).map(|key| Ok(Some(key * 2))).collect();
            assert_eq!(values, expected);
            assert_eq!(sizes(&doubler), [count as usize]);
        }
    }

    #[tokio::test]
    async fn lists_within_lists_are_read_at_once_wherever_they_are() {
        let (doubles, doubler) = doubles();
        let list = |from: u32| try_join_all((from..from + 40).map(|key| doubles.load(key)));
        let lists = try_join_all((0..20).map(|number| list(number * 40)));
        let deep = async {
            tokio::task::yield_now().await;
            doubles.load(900).await
        };
        let (alone, (lists, deep)) = join(doubles.load(901), join(lists, deep)).await;
        assert_eq!((alone, deep), (Ok(Some(1802)), Ok(Some(1800))));
        let values: Vec<_> = lists.expect("lists").concat();
        assert_eq!(values.len(), 800);
        assert_eq!(sizes(&doubler), [802]);
    }

    #[tokio::test]
    async fn a_key_is_read_once_and_remembered_never() {
        let (doubles, doubler) = doubles();
        let values = join_all([7, 7, 2_000].map(|key| doubles.load(key))).await;
        assert_eq!(values, [Ok(Some(14)), Ok(Some(14)), Ok(None)]);
        assert_eq!(doubles.load(7).await, Ok(Some(14)));
        assert_eq!(*lock(&doubler.reads), [vec![7, 2_000], vec![7]]);
        assert_eq!(doubles.newest.lock().expect("it").strong_count(), 0);
    }

    #[tokio::test]
    async fn a_failure_is_everyones_and_is_over_with_them() {
        let (doubles, _) = doubles();
        let values = join_all([1, 1_000_000].map(|key| doubles.load(key))).await;
        let failed = Err(Arc::new("a million"));
        assert_eq!(values, [failed.clone(), failed]);
        assert_eq!(doubles.load(1).await, Ok(Some(2)));
    }

    #[tokio::test]
    async fn who_asked_first_may_go_before_the_read() {
        let (doubles, doubler) = doubles();
        let mut first = Box::pin(doubles.load(1));
        assert!(poll!(first.as_mut()).is_pending());
        let others = join_all([2, 3].map(|key| doubles.load(key)));
        let mut others = Box::pin(others);
        assert!(poll!(others.as_mut()).is_pending());
        drop(first);
        let values = timeout(Duration::from_secs(30), others).await;
        assert_eq!(values, Ok(vec![Ok(Some(4)), Ok(Some(6))]));
        assert_eq!(sizes(&doubler), [3]);
    }

    #[tokio::test]
    async fn who_reads_may_go_during_the_read() {
        let (doubles, doubler) = doubles();
        let gate = Arc::new(Semaphore::new(0));
        *lock(&doubler.gate) = Some(Arc::clone(&gate));
        let mut reader = Box::pin(doubles.load(1));
        let mut other = Box::pin(doubles.load(2));
        for _ in 0..3 {
            assert!(poll!(reader.as_mut()).is_pending());
            assert!(poll!(other.as_mut()).is_pending());
        }
        assert_eq!(sizes(&doubler), [2]);
        drop(reader);
        gate.add_permits(1);
        let value = timeout(Duration::from_secs(30), other).await;
        assert_eq!(value, Ok(Ok(Some(4))));
        assert_eq!(sizes(&doubler), [2]);
    }
}
