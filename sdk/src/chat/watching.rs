//! What somebody looks at for as long as they do.

use super::Chat;
use super::handle::Handle;
use crate::sync::{Shown, WatchId};
use crate::{Error, Receipt, Room, RoomId, UserId, UserPresence};

/// As many as the server is asked about at once.
const PEOPLE: usize = 100;

/// Something that changes, for as long as somebody looks at it. Dropping it ends that.
pub struct Watching<T> {
    shown: Shown<T>,
    _open: Open,
}

struct Open {
    engine: Handle,
    id: WatchId,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.engine.stop_watching(self.id);
    }
}

impl<T: Clone> Watching<T> {
    fn of(engine: Handle, (id, mut shown): (WatchId, Shown<T>)) -> Self {
        shown.mark_changed();
        Self {
            shown,
            _open: Open { engine, id },
        }
    }

    /// How it is: at first as soon as that is known, then whenever it has changed. Of changes that follow each other quickly,
    /// only the last may be told. `None` when the chat has ended. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<T> {
        loop {
            self.shown.changed().await.ok()?;
            if let Some(now) = self.shown.borrow_and_update().clone() {
                return Some(now);
            }
        }
    }
}

impl Chat {
    /// A room as it is kept, now and from now on; `None` when the viewer is not in it, or nothing was heard of it yet.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn watch_room(&self, room: &RoomId) -> Result<Watching<Option<Room>>, Error> {
        let (engine, room) = (self.engine.clone(), room.clone());
        let watched = self
            .engine
            .run(move |core, _| Ok(Watching::of(engine, core.watch_room(room))));
        watched.await
    }

    /// How far people have read in a room, the latest readers first; at most 100. Nothing where the viewer is not in the
    /// room. The chat's connection tells what changes; without one, what was heard last stands.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn watch_readers(&self, room: &RoomId) -> Result<Watching<Vec<Receipt>>, Error> {
        let (engine, room) = (self.engine.clone(), room.clone());
        let watched = self
            .engine
            .run(move |core, _| Ok(Watching::of(engine, core.watch_readers(room))));
        watched.await
    }

    /// Whether these people (at most 100) are there, in no order. Whoever does not exist is left out. The chat's
    /// connection tells what changes; without one, what was heard last stands.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 100, and [`Error::Store`].
    pub async fn watch_presences(
        &self,
        users: &[UserId],
    ) -> Result<Watching<Vec<UserPresence>>, Error> {
        if users.len() > PEOPLE {
            return Err(Error::Invalid {
                reason: format!("At most {PEOPLE} people can be watched at once."),
                field: Vec::new(),
            });
        }
        let (engine, users) = (self.engine.clone(), users.to_vec());
        let watched = self
            .engine
            .run(move |core, _| Ok(Watching::of(engine, core.watch_presences(users))));
        watched.await
    }
}
