//! How far people have just read, to be told a few times a second at most.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::hub::Hub;
use super::update::{Reach, Signal};
use crate::model::{Receipt, RoomId, UserId};

pub struct ReadMarks {
    hub: Arc<Hub>,
    /// The newest of each that nobody was told of.
    moved: Mutex<HashMap<(RoomId, UserId), Receipt>>,
}

impl ReadMarks {
    pub fn new(hub: Arc<Hub>) -> Self {
        Self {
            hub,
            moved: Mutex::default(),
        }
    }

    /// Somebody has read further.
    pub fn note(&self, room: RoomId, receipt: Receipt) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = moved
            .entry((room, receipt.user_id))
            .or_insert_with(|| receipt.clone());
        if newest.last_read_seq < receipt.last_read_seq {
            *newest = receipt;
        }
    }

    /// Tells the members what has moved.
    pub fn settle(&self) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        for ((room, _), receipt) in moved.drain() {
            let signal = Signal::Receipt { room, receipt };
            self.hub.signal(signal, &[(room, Reach::Everyone)]);
        }
    }
}
