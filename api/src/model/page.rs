//! A slice of a longer list, as storage gives it and the API pages it.

/// Which end of the range a page is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The first items after the bound.
    Forward,
    /// The last items before the bound.
    Backward,
}

/// What to read: `limit` items from one end of the keys strictly between `after` and `before`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound<Key> {
    pub after: Option<Key>,
    pub before: Option<Key>,
    pub direction: Direction,
    pub limit: i64,
}

/// What to read of a list that is only paged forwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After<Key> {
    pub after: Option<Key>,
    pub limit: i64,
}

impl<Key> After<Key> {
    /// The same page, its key read in another form.
    pub fn try_map<Other, E>(
        self,
        read: impl FnOnce(Key) -> Result<Other, E>,
    ) -> Result<After<Other>, E> {
        Ok(After {
            after: self.after.map(read).transpose()?,
            limit: self.limit,
        })
    }

    /// See [`Page::from_rows`].
    pub fn cut<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let has_next = rows.len() as i64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(0));
        Page {
            items: rows,
            has_previous: self.after.is_some(),
            has_next,
        }
    }
}

/// Items in list order, whichever end they were taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<T> Page<T> {
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            has_previous: false,
            has_next: false,
        }
    }

    /// Makes a page of rows that were read in the bound's direction with a limit of one more
    /// than asked for: the extra row only tells that there is more.
    pub fn from_rows<Key>(mut rows: Vec<T>, bound: &Bound<Key>) -> Self {
        let more = rows.len() as i64 > bound.limit;
        rows.truncate(usize::try_from(bound.limit).unwrap_or(0));
        match bound.direction {
            Direction::Forward => Self {
                items: rows,
                has_previous: bound.after.is_some(),
                has_next: more,
            },
            Direction::Backward => {
                rows.reverse();
                Self {
                    items: rows,
                    has_previous: more,
                    has_next: bound.before.is_some(),
                }
            }
        }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }
}
