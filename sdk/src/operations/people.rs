//! Finding people, what they show of themselves, and whom the viewer has blocked.

use super::changes::SignalPayload;
use super::fields::{ForwardPageInfo, UserFields};
use super::presence::PresenceFields;
use super::scalars::Given;
use super::{UserError, outcome, schema};
use crate::model::{Page, Profile, ProfileUpdate, User, UserStatus};
use crate::{Error, UserId};
use jiff::Timestamp;

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "User")]
pub(crate) struct ProfileFields {
    #[cynic(spread)]
    user: UserFields,
    bio: Option<String>,
    status: Option<StatusFields>,
    presence: PresenceFields,
}

impl From<ProfileFields> for Profile {
    fn from(profile: ProfileFields) -> Self {
        Self {
            user: profile.user.into(),
            bio: profile.bio,
            status: profile.status.map(Into::into),
            presence: profile.presence.into(),
        }
    }
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "UserStatus")]
struct StatusFields {
    text: String,
    emoji: Option<String>,
    expires_at: Option<Timestamp>,
}

impl From<StatusFields> for UserStatus {
    fn from(status: StatusFields) -> Self {
        Self {
            text: status.text,
            emoji: status.emoji,
            expires_at: status.expires_at,
        }
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct UsersVariables {
    pub(crate) query: String,
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "UsersVariables")]
pub(crate) struct Users {
    #[arguments(query: $query, first: $first, after: $after)]
    users: UserList,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "UserConnection")]
struct UserList {
    nodes: Vec<UserFields>,
    page_info: ForwardPageInfo,
}

impl Users {
    pub(crate) fn into_page(self) -> Page<User> {
        self.users.page_info.page(self.users.nodes)
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct UserVariables {
    pub(crate) id: Option<UserId>,
    pub(crate) username: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "UserVariables")]
pub(crate) struct UserQuery {
    #[arguments(id: $id, username: $username)]
    pub(crate) user: Option<ProfileFields>,
}

#[derive(cynic::InputObject, Debug)]
pub(crate) struct UpdateProfileInput {
    #[cynic(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    bio: Option<Given<String>>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    status: Option<Given<UserStatusInput>>,
}

impl From<ProfileUpdate> for UpdateProfileInput {
    fn from(update: ProfileUpdate) -> Self {
        Self {
            display_name: update.display_name,
            bio: update.bio.given(),
            status: update.status.given(),
        }
    }
}

#[derive(cynic::InputObject, Debug)]
struct UserStatusInput {
    text: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    emoji: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl From<UserStatus> for UserStatusInput {
    fn from(status: UserStatus) -> Self {
        Self {
            text: status.text,
            emoji: status.emoji,
            expires_at: status.expires_at,
        }
    }
}

mutation!(UpdateProfile, UpdateProfileVariables: update_profile(UpdateProfileInput) -> UpdateProfilePayload);

#[derive(cynic::QueryFragment)]
pub(crate) struct UpdateProfilePayload {
    user: Option<ProfileFields>,
    user_errors: Vec<UserError>,
}

impl UpdateProfilePayload {
    pub(crate) fn into_profile(self) -> Result<Profile, Error> {
        outcome(self.user, self.user_errors).map(Into::into)
    }
}

#[derive(cynic::InputObject)]
pub(crate) struct BlockUserInput {
    pub(crate) user_id: UserId,
}

#[derive(cynic::InputObject)]
pub(crate) struct UnblockUserInput {
    pub(crate) user_id: UserId,
}

mutation!(BlockUser, BlockUserVariables: block_user(BlockUserInput) -> SignalPayload);
mutation!(UnblockUser, UnblockUserVariables: unblock_user(UnblockUserInput) -> SignalPayload);

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(crate) struct BlockedUsers {
    viewer: BlockedByViewer,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer")]
struct BlockedByViewer {
    blocked_users: Vec<UserFields>,
}

impl BlockedUsers {
    pub(crate) fn into_users(self) -> Vec<User> {
        let users = self.viewer.blocked_users.into_iter();
        users.map(Into::into).collect()
    }
}
