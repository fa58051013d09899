//! What people say of themselves.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::scalars::DateTime;
use crate::graphql::types::user::User;
use crate::model;

/// What the viewer changes of themselves; what is left out stays.
#[derive(InputObject)]
struct UpdateProfileInput {
    /// 1 to 64 characters.
    display_name: Option<String>,
    /// At most 500 characters, in several lines if one likes; null takes it away.
    bio: MaybeUndefined<String>,
    /// In place of the one before; null takes it away.
    status: MaybeUndefined<UserStatusInput>,
}

/// What the viewer says they are doing.
#[derive(InputObject)]
struct UserStatusInput {
    /// 1 to 100 characters, in one line.
    text: String,
    /// One emoji.
    emoji: Option<String>,
    /// When it is to be gone; it stays when left out.
    expires_at: Option<DateTime>,
}

/// What came of it.
#[derive(SimpleObject)]
struct UpdateProfilePayload {
    /// The viewer as everyone sees them now.
    user: Option<User>,
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct ProfileMutations;

#[Object]
impl ProfileMutations {
    /// Changes what others see of the viewer.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload> {
        let (viewer, accounts) = (ctx.viewer()?, &ctx.services().accounts);
        let updated = accounts.update_profile(viewer, input.into()).await;
        let (user, user_errors) = outcome(updated)?;
        Ok(UpdateProfilePayload {
            user: user.map(User),
            user_errors,
        })
    }
}

impl From<UpdateProfileInput> for model::ProfileChanges {
    fn from(input: UpdateProfileInput) -> Self {
        Self {
            display_name: input.display_name,
            bio: change(input.bio),
            status: change(input.status).map(|status| status.map(Into::into)),
        }
    }
}

impl From<UserStatusInput> for model::Status {
    fn from(input: UserStatusInput) -> Self {
        Self {
            text: input.text,
            emoji: input.emoji,
            expires_at: input.expires_at.map(|at| at.0),
        }
    }
}

/// What is left out stays, and null takes away.
pub(super) fn change<T>(input: MaybeUndefined<T>) -> Option<Option<T>> {
    match input {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
