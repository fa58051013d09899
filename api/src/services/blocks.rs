//! Blocking people. Whom somebody has blocked is told that they are not reached, and no more.

use std::sync::Arc;

use super::core::{Core, Viewer};
use super::error::{Error, Result};
use super::permissions::{can_draw_in, can_pass};
use super::signals::Signals;
use super::transaction::Transaction;
use crate::model::{Room, User, UserId};
use crate::storage::Connection;

const BLOCKED_MOST: i64 = 1_000;

pub struct Blocks(Arc<Core>);

impl Blocks {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// From now on the other can neither write to the viewer directly, nor mention them, nor draw
    /// them into a room, nor see whether they are there. Nothing happens when it is so already.
    pub async fn block(&self, viewer: Viewer, other: UserId, signals: &Signals) -> Result<()> {
        self.0.check_write(viewer)?;
        if other == viewer.user_id {
            let message = "Nobody can block themselves";
            return Err(Error::invalid("userId", message));
        }
        let user = viewer.user_id;
        let mut transaction = self.0.begin().await?;
        hold_pair(&mut transaction, user, other).await?;
        transaction.insert_block(user, other, self.0.now()).await?;
        if transaction.count_blocked(user).await? > BLOCKED_MOST {
            return Err(Error::Forbidden("This is as many people as one can block"));
        }
        transaction.set_severed((user, other), true).await?;
        transaction.commit().await?;
        signals.show_to(other, user).await
    }

    /// Takes it back. Nothing happens when it is not so.
    pub async fn unblock(&self, viewer: Viewer, other: UserId, signals: &Signals) -> Result<()> {
        self.0.check_write(viewer)?;
        let user = viewer.user_id;
        let mut transaction = self.0.begin().await?;
        hold_pair(&mut transaction, user, other).await?;
        transaction.delete_block(user, other).await?;
        let back = transaction.find_blockers(user, vec![other]).await?;
        let people = transaction.find_users(vec![other]).await?;
        let is_severed = !can_draw_in(&people, &back);
        transaction.set_severed((user, other), is_severed).await?;
        transaction.commit().await?;
        signals.show_to(other, user).await
    }

    /// Whom the viewer has blocked, the last one first.
    pub async fn list(&self, viewer: Viewer) -> Result<Vec<User>> {
        Ok(self.0.read().await?.list_blocked(viewer.user_id).await?)
    }
}

/// Until the transaction ends, nobody else changes what is between two people.
///
/// # Errors
/// `NotFound` when one of them does not exist.
pub(super) async fn hold_pair(
    transaction: &mut Transaction,
    one: UserId,
    other: UserId,
) -> Result<()> {
    // In this order everywhere, so that no two transactions wait for each other.
    for user in [one.min(other), one.max(other)] {
        if !transaction.hold_user(user).await? {
            return Err(Error::NotFound("User"));
        }
    }
    Ok(())
}

/// # Errors
/// `Forbidden` when nothing passes between the two of a direct room.
pub(super) fn check_passes(room: &Room) -> Result<()> {
    match can_pass(room) {
        true => Ok(()),
        false => Err(unreachable()),
    }
}

/// # Errors
/// `Forbidden` when one of these people cannot be drawn into anything by this one.
pub(super) async fn check_reach(
    connection: &mut Connection,
    by: UserId,
    others: &[UserId],
) -> Result<()> {
    let blockers = connection.find_blockers(by, others.to_vec()).await?;
    let people = connection.find_users(others.to_vec()).await?;
    match can_draw_in(&people, &blockers) {
        true => Ok(()),
        false => Err(unreachable()),
    }
}

/// The same whatever the reason: whoever is blocked is not told.
fn unreachable() -> Error {
    Error::Forbidden("This person cannot be reached")
}
