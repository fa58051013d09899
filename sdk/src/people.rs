//! Finding people, what they show of themselves, and keeping somebody away.

use crate::client::Client;
use crate::model::{Page, Profile, ProfileUpdate, User};
use crate::operations::people::{
    BlockUser, BlockUserInput, BlockedUsers, UnblockUser, UnblockUserInput, UpdateProfile,
    UserQuery, UserVariables, Users, UsersVariables,
};
use crate::rooms::size;
use crate::{Error, UserId};
use cynic::QueryBuilder;

impl Client {
    /// The people in whose username or display name every word of `query` begins a word, by username. Paged as
    /// [`Self::rooms`].
    ///
    /// # Errors
    /// [`Error::Invalid`] when `query` has more than 8 words or 100 characters, or as [`Self::rooms`].
    pub async fn users(
        &self,
        query: &str,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<User>, Error> {
        let variables = UsersVariables {
            query: query.to_owned(),
            first: Some(size(limit)),
            after: after.map(str::to_owned),
        };
        Ok(self.call(&Users::build(variables)).await?.into_page())
    }

    /// A person, with what they tell of themselves; `None` when there is no such person.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the id is no person's.
    pub async fn profile(&self, user: &UserId) -> Result<Option<Profile>, Error> {
        self.profile_by(UserVariables {
            id: Some(user.clone()),
            username: None,
        })
        .await
    }

    /// The person of this username, ignoring case; `None` when there is none.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when nobody is signed in.
    pub async fn profile_by_username(&self, username: &str) -> Result<Option<Profile>, Error> {
        self.profile_by(UserVariables {
            id: None,
            username: Some(username.to_owned()),
        })
        .await
    }

    async fn profile_by(&self, variables: UserVariables) -> Result<Option<Profile>, Error> {
        let answer = self.call(&UserQuery::build(variables)).await?;
        Ok(answer.user.map(Into::into))
    }

    /// Changes what others see of the viewer.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name, the bio or the status breaks a rule.
    pub async fn update_profile(&self, update: ProfileUpdate) -> Result<Profile, Error> {
        let operation = UpdateProfile::of(update.into());
        self.call(&operation).await?.update_profile.into_profile()
    }

    /// Changes the name that others see.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name breaks a rule.
    pub async fn set_display_name(&self, name: &str) -> Result<User, Error> {
        let update = ProfileUpdate {
            display_name: Some(name.to_owned()),
            ..ProfileUpdate::default()
        };
        Ok(self.update_profile(update).await?.user)
    }

    /// Keeps somebody away: they cannot write to the viewer directly, their mentions do not count, they cannot add the
    /// viewer to a room, and always see them offline. They are not told. That it is so already is fine.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such person, [`Error::Invalid`] for oneself, [`Error::Forbidden`] beyond
    /// 1,000 people.
    pub async fn block_user(&self, user: &UserId) -> Result<(), Error> {
        let operation = BlockUser::of(BlockUserInput {
            user_id: user.clone(),
        });
        self.call(&operation).await?.block_user.into_result()
    }

    /// Takes a block back; that there is none is fine.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such person.
    pub async fn unblock_user(&self, user: &UserId) -> Result<(), Error> {
        let operation = UnblockUser::of(UnblockUserInput {
            user_id: user.clone(),
        });
        self.call(&operation).await?.unblock_user.into_result()
    }

    /// Whom the viewer has blocked, the last one first; at most 1,000.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when nobody is signed in.
    pub async fn blocked_users(&self) -> Result<Vec<User>, Error> {
        Ok(self.call(&BlockedUsers::build(())).await?.into_users())
    }
}
