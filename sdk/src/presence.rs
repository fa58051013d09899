//! Who is there, and how far they have read.

use crate::client::Client;
use crate::model::{PresenceState, Receipt, UserPresence};
use crate::operations::presence::{
    PresenceQuery, PresenceVariables, Receipts, ReceiptsVariables, SetPresence, SetPresenceInput,
};
use crate::rooms::of_room;
use crate::{Error, RoomId, UserId};
use cynic::QueryBuilder;

impl Client {
    /// Says whether the person is at this device ([`PresenceState::Online`]) or away from it ([`PresenceState::Away`]).
    /// Others see the best of their devices. A device counts only while it has a live connection, which makes it
    /// online: say it again after each.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another state.
    pub async fn set_presence(&self, state: PresenceState) -> Result<(), Error> {
        let operation = SetPresence::of(SetPresenceInput {
            state: state.into(),
        });
        self.call(&operation).await?.set_presence.into_result()
    }

    /// Whether these people (at most 100) are there, as of now. Whoever does not exist is left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 100, or for an id that is no person's.
    pub async fn presence(&self, users: &[UserId]) -> Result<Vec<UserPresence>, Error> {
        let variables = PresenceVariables {
            ids: users.to_vec(),
        };
        let answer = self.call(&PresenceQuery::build(variables)).await?;
        Ok(answer.into_presence())
    }

    /// How far people have read in a room, the latest readers first; at most 100. Nothing for a channel that the viewer
    /// is not in.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the room does not exist or may not be seen.
    pub async fn receipts(&self, room: &RoomId) -> Result<Vec<Receipt>, Error> {
        let variables = ReceiptsVariables {
            room_id: room.clone(),
        };
        of_room(self.call(&Receipts::build(variables)).await?.room)
    }
}
