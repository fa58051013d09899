//! Changes that come late: a network may deliver what a device said before what it has said since.

use super::core::Viewer;
use super::error::{Error, Result};
use super::transaction::Transaction;
use crate::model::{SubjectId, Timestamp};

/// Whether a change is still to be made: not when it is here already, because it was said twice. One of
/// which it is not known when it was made is always made. What it is about has to be held.
///
/// # Errors
/// `Expired` when the session has changed the same thing since.
pub(super) async fn is_to_be_made(
    transaction: &mut Transaction,
    viewer: Viewer,
    subject: SubjectId,
    made_at: Option<Timestamp>,
) -> Result<bool> {
    let Some(made_at) = made_at else {
        return Ok(true);
    };
    let session = viewer.session_id;
    let latest = transaction.find_latest_change(session, subject).await?;
    if latest.is_some_and(|latest| latest > made_at) {
        return Err(Error::Expired("A later change of this session is here"));
    }
    if latest == Some(made_at) {
        return Ok(false);
    }
    transaction
        .put_latest_change(session, subject, made_at)
        .await?;
    Ok(true)
}
