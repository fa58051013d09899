//! The threads that the viewer follows.

use crate::client::Client;
use crate::model::{Page, ViewerThread};
use crate::operations::threads::{FollowThread, FollowThreadInput, Threads, ThreadsVariables};
use crate::rooms::size;
use crate::{Error, MessageId};
use cynic::QueryBuilder;

impl Client {
    /// The threads that the viewer follows, those with the newest replies first, with what they have not read. Paged as
    /// [`Self::rooms`].
    ///
    /// # Errors
    /// As [`Self::rooms`].
    pub async fn threads(
        &self,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<ViewerThread>, Error> {
        let variables = ThreadsVariables {
            first: Some(size(limit)),
            after: after.map(str::to_owned),
        };
        Ok(self.call(&Threads::build(variables)).await?.into_page())
    }

    /// Follows the thread that hangs on a message, from its newest reply on; following it already is fine.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody has replied yet, [`Error::NotFound`] when there is no such message.
    pub async fn follow_thread(&self, root: &MessageId) -> Result<ViewerThread, Error> {
        self.set_following(root, true).await
    }

    /// Follows a thread no longer; not following it is fine.
    ///
    /// # Errors
    /// As [`Self::follow_thread`].
    pub async fn unfollow_thread(&self, root: &MessageId) -> Result<ViewerThread, Error> {
        self.set_following(root, false).await
    }

    async fn set_following(
        &self,
        root: &MessageId,
        following: bool,
    ) -> Result<ViewerThread, Error> {
        let operation = FollowThread::of(FollowThreadInput {
            message_id: root.clone(),
            following,
        });
        self.call(&operation).await?.follow_thread.into_thread()
    }
}
