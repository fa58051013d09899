//! People, as everyone signed in sees them.

use async_graphql::{Description, ID, Object};

use crate::graphql::scalars::DateTime;
use crate::model;

/// A person, as everyone signed in sees them.
#[derive(Description)]
pub struct User(pub model::User);

#[Object(use_type_description)]
impl User {
    /// Starts with `usr_`.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What people log in with and are mentioned by: lower case, unique.
    async fn username(&self) -> &str {
        &self.0.username
    }

    /// What people are called; not unique.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// When the account was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
