//! What people say of themselves.

use super::super::core::Viewer;
use super::super::error::{Error, Result};
use super::super::members::tell_rooms_of;
use super::super::text;
use super::directory::be_found;
use super::{Accounts, DISPLAY_NAME_MOST};
use crate::model::{ProfileChanges, Status, User};

const BIO_MOST: usize = 500;
const STATUS_MOST: usize = 100;

impl Accounts {
    /// Changes what everyone sees of the viewer. Nothing happens when nothing is to be different.
    pub async fn update_profile(&self, viewer: Viewer, changes: ProfileChanges) -> Result<User> {
        let changes = self.check_profile(changes)?;
        let absent = Error::NotFound("User");
        if changes == ProfileChanges::default() {
            return self.find(viewer.user_id).await?.ok_or(absent);
        }
        self.core.check_profile(viewer)?;
        let mut transaction = self.core.begin().await?;
        let updated = transaction.update_profile(viewer.user_id, &changes).await?;
        let user = updated.ok_or(absent)?;
        if changes.display_name.is_some() {
            be_found(&mut transaction, &user).await?;
        }
        tell_rooms_of(&mut transaction, user.id, self.core.now()).await?;
        transaction.commit().await?;
        Ok(user)
    }

    /// What somebody says they are doing, unless that is over.
    pub fn current_status<'a>(&self, user: &'a User) -> Option<&'a Status> {
        user.status_at(self.core.now())
    }

    fn check_profile(&self, given: ProfileChanges) -> Result<ProfileChanges> {
        let name = given
            .display_name
            .map(|name| text::line("displayName", &name, DISPLAY_NAME_MOST));
        let bio = given
            .bio
            .map(|bio| text::optional_lines("bio", bio.as_deref(), BIO_MOST));
        let status = given
            .status
            .map(|status| status.map(|status| self.check_status(status)).transpose());
        Ok(ProfileChanges {
            display_name: name.transpose()?,
            bio: bio.transpose()?,
            status: status.transpose()?,
        })
    }

    fn check_status(&self, given: Status) -> Result<Status> {
        let emoji = given
            .emoji
            .map(|emoji| text::emoji("status.emoji", &emoji).map(str::to_owned));
        if given.expires_at.is_some_and(|at| at <= self.core.now()) {
            return Err(Error::invalid("status.expiresAt", "This is in the past"));
        }
        Ok(Status {
            text: text::line("status.text", &given.text, STATUS_MOST)?,
            emoji: emoji.transpose()?,
            expires_at: given.expires_at,
        })
    }
}
